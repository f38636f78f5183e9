"""A real nginx in front of some servers, as docs/operations.md sets it up."""

import os
import pwd
import shutil
import signal
from collections.abc import Collection
from pathlib import Path

from tests.processes import Process, free_port, wait_for

MISSING = "no nginx: install it (Debian, Ubuntu: apt-get install nginx-light), or run `scripts/install nginx` as root"

CONFIGURATION = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_max_body_size 2m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream kiosk {{
{servers}
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://kiosk;
      proxy_connect_timeout 1s;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""


def find_nginx() -> str | None:
    """Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Nginx:
    """`url` stays the same while it is killed and started again. It retries on another server what reached none."""

    def __init__(self, servers: Collection[int], folder: Path) -> None:
        found = find_nginx()
        assert found, MISSING
        self.servers, self.out = list(servers), set[int]()
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.file = folder / "nginx.conf"
        self.command = [found, "-c", str(self.file), "-p", str(folder), "-e", str(folder / "nginx-error.log")]
        self.process: Process | None = None

    def start(self) -> None:
        if self.process is None:
            self._configure()
            self.process = Process(self.command, self.folder / "nginx.log", stop=signal.SIGQUIT)
        self.process.wait_for(self._workers, "nginx to begin")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None

    def take_out(self, server: int) -> None:
        """It gets no more requests; those that it has got are awaited."""
        self._change(self.out | {server})

    def take_back(self, server: int) -> None:
        self._change(self.out - {server})

    def _change(self, out: set[int]) -> None:
        assert self.process
        self.out = out
        self._configure()
        old = self._workers()
        self.process.send(signal.SIGHUP)
        wait_for(lambda: not old & self._workers(), "nginx's workers of before to end")

    def _workers(self) -> set[int]:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(each) for each in children.read_text().split()}

    def _configure(self) -> None:
        lines = [
            f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=1s{' down' if port in self.out else ''};"
            for port in self.servers
        ]
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        self.file.write_text(
            CONFIGURATION.format(user=user, folder=self.folder, servers="\n".join(lines), port=self.port)
        )
