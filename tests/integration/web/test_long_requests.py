"""Codes and states of some providers are thousands of characters long: such a callback reaches the shop."""

import os
import pwd

import pytest

from app.commands.serve import LONGEST_HEAD
from tests.nginx import MISSING, find_nginx
from tests.processes import ROOT, Process, free_port, wait_for

pytestmark = pytest.mark.any_database

LINE = 8190
PATH = "/oauth/callback/acme?state=unknown&code="
CODE = "c" * (LINE - len(f"GET {PATH} HTTP/1.1"))


@pytest.fixture
def proxied(live_kiosk, tmp_path):
    """The address of a running shop behind nginx, which is set up as on a machine of one's own."""
    nginx = find_nginx()
    assert nginx, MISSING
    shop = live_kiosk()
    port = free_port()
    site = (ROOT / "deploy" / "nginx" / "kiosk.conf.template").read_text()
    server = f"server 127.0.0.1:{shop.port};"
    for name, value in {"SERVERS": server, "LISTEN": f"127.0.0.1:{port}", "TLS": ""}.items():
        site = site.replace(f"${{{name}}}", value)
    (tmp_path / "kiosk.conf").write_text(site)
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};" if os.getuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"{user} daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}"
        f" http {{ access_log off; {temporary} include {tmp_path}/kiosk.conf; }}"
    )
    process = Process([nginx, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"], tmp_path / "nginx.log")
    url = f"http://127.0.0.1:{port}"
    wait_for((tmp_path / "pid").exists, "nginx to listen")
    yield shop.http, url
    process.stop()


def test_a_callback_of_eight_kilobytes_reaches_the_shop(live_kiosk):
    response = live_kiosk().http.get(PATH + CODE)

    assert response.headers["Location"] == "/sign-in?error=oauth_expired"


def test_a_callback_of_eight_kilobytes_reaches_the_shop_behind_nginx(proxied):
    http, url = proxied

    response = http.get(f"{url}{PATH}{CODE}")

    assert response.headers["Location"] == "/sign-in?error=oauth_expired"


def test_a_head_that_is_much_longer_is_refused(live_kiosk):
    response = live_kiosk().http.get("/", headers={"X-Long": "c" * 4 * LONGEST_HEAD})

    assert response.status_code == 431
