"""What a real nginx writes down with the settings of deploy/nginx: which page was asked for, and never a token."""

import getpass
import os
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nginx import MISSING, find_nginx
from tests.processes import ROOT, Process, free_port, wait_for

pytestmark = pytest.mark.any_database

STEPS = ROOT / "deploy"
SECRET = "s3cret-of-a-link"

# Where nginx's official image includes what was made of kiosk.conf.template: /etc/nginx/nginx.conf, with other paths.
# https://github.com/nginx/docker-nginx
IMAGE = """\
user {user};
worker_processes 1;
daemon off;
error_log {folder}/error.log notice;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"';
  access_log {folder}/access.log main;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/none;
  uwsgi_temp_path {folder}/none;
  scgi_temp_path {folder}/none;
  include {folder}/conf.d/*.conf;
}}
"""

Start = Callable[[list[int]], int]


@pytest.fixture
def as_in_compose(tmp_path: Path) -> Iterator[Start]:
    """Starts the proxy of compose.yaml before these servers; gives its port."""
    nginx = find_nginx()
    assert nginx, MISSING
    made: list[Process] = []

    def start(servers: list[int]) -> int:
        port = free_port()
        given = {"LISTEN": f"127.0.0.1:{port}", "TLS": "", "SERVERS": " ".join(map(server, servers))}
        text = (STEPS / "nginx" / "kiosk.conf.template").read_text()
        for name, value in given.items():
            text = text.replace(f"${{{name}}}", value)
        (tmp_path / "conf.d").mkdir()
        (tmp_path / "conf.d" / "default.conf").write_text(text)
        (tmp_path / "nginx.conf").write_text(IMAGE.format(user=getpass.getuser(), folder=tmp_path))
        command = [nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")]
        made.append(Process(command, tmp_path / "output"))
        return port

    yield start
    for each in made:
        each.stop()


@pytest.fixture
def on_a_machine(tmp_path: Path) -> Iterator[Start]:
    """As `as_in_compose`, by the step that a machine of one's own uses."""
    assert find_nginx(), MISSING
    env = {**os.environ, "DEPLOY_PLACE": str(tmp_path)}

    def start(servers: list[int]) -> int:
        port = free_port()
        (tmp_path / "kiosk.env").touch()
        ports = " ".join(map(str, servers))
        (tmp_path / "place.conf").write_text(f'SERVER_PORTS="{ports}"\nLISTEN=127.0.0.1:{port}\n')
        subprocess.run([STEPS / "proxy"], env=env, check=True, capture_output=True)
        return port

    yield start
    subprocess.run([STEPS / "proxy", "--stop"], env=env, check=True, capture_output=True)


@pytest.fixture(params=["as_in_compose", "on_a_machine"])
def start(request: pytest.FixtureRequest) -> Start:
    found: Start = request.getfixturevalue(request.param)
    return found


def server(port: int) -> str:
    return f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;"


def ask(port: int, line: str, *headers: str, length: int = 0) -> bytes:
    """What came back for a request as it stands, whose body would be so long."""
    head = [line, "Host: shop.example", f"Content-Length: {length}", "Connection: close", *headers, "", ""]
    wait_for(lambda: connects(port), "nginx to listen")
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join(head).encode())
        return connection.recv(65536)


def connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def written(folder: Path) -> str:
    """All that nginx wrote into any file, and to standard output and standard error."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix not in (".conf", ".env")]
    return "\n".join(file.read_text(errors="replace") for file in files)


class Killed(socketserver.BaseRequestHandler):
    """Takes a connection and closes it, as a server does that is killed."""

    def handle(self) -> None:
        self.request.recv(1)


@pytest.fixture
def servers() -> Iterator[list[int]]:
    """The ports of one that is not there, and of one that answers nothing."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Killed) as killed:
        thread = threading.Thread(target=killed.serve_forever, args=[0.02])
        thread.start()
        yield [free_port(), killed.server_address[1]]
        killed.shutdown()
        thread.join(10)


def test_no_token_and_no_code_is_written_down_by_the_proxy_whatever_goes_wrong(start, servers, tmp_path):
    port = start(servers)
    pages = ["/verify-email", "/reset-password", "/oauth/callback"]
    referrer = f"Referer: https://shop.example/reset-password?token={SECRET}"

    for page in pages:
        assert b" 502 " in ask(port, f"GET {page}?token={SECRET}&code={SECRET} HTTP/1.1", referrer)[:20]
    assert b" 413 " in ask(port, f"POST /api/items?token={SECRET} HTTP/1.1", referrer, length=9_000_000)[:20]
    assert b" 400 " in ask(port, f"GET /verify-email?token={SECRET} and more HTTP/1.1", referrer)[:20]

    lines = ['"POST /api/items" 413', *(f'"GET {page}" 502' for page in pages)]
    wait_for(lambda: all(line in written(tmp_path) for line in lines), "each request to be written down, by any worker")
    assert SECRET not in written(tmp_path)
