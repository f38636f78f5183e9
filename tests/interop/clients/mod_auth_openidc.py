"""mod_auth_openidc, Debian's or Ubuntu's, in an Apache of its own on a free port."""

import grp
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import httpx

from simulators.identity.control import Control
from tests.interop.visitor import Visitor
from tests.processes import Process, free_port

HERE = Path(__file__).parent
MODULES = Path("/usr/lib/apache2/modules")
PACKAGE = "libapache2-mod-auth-openidc"
ADA, NO = {"person": "ada"}, {"deny": "1"}


def apache() -> str:
    """The program, which root gets where it is missing; SystemExit that says how to get it."""
    where = f"{os.environ['PATH']}:/usr/sbin"
    if not (MODULES / "mod_auth_openidc.so").exists() and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE]  # no service comes with it
        subprocess.run(install, check=False, capture_output=True)
    program = shutil.which("apache2", path=where)
    if program is None or not (MODULES / "mod_auth_openidc.so").exists():
        raise SystemExit(f"mod_auth_openidc is missing: apt-get install --no-install-recommends {PACKAGE}")
    return program


class Site:
    """The protected page, and the simulator that its visitors sign in at."""

    def __init__(self, control: Control, url: str) -> None:
        self.control, self.url = control, url

    def come(self, visitor: Visitor, given: dict[str, str] = ADA) -> httpx.Response:
        return visitor.go(f"{self.url}/", given, self.url)

    def a_person_signs_in(self) -> None:
        assert self.come(Visitor()).text == "the page"

    def it_has_tokens_and_userinfo(self) -> None:
        visitor = Visitor()
        self.come(visitor)
        told = visitor.http.get(f"{self.url}/callback?info=json").json()
        assert (told["userinfo"]["name"], told["id_token"]["sub"]) == ("Ada Lovelace", "ada-lovelace")
        assert told["refresh_token"]

    def it_refreshes(self) -> None:
        visitor = Visitor()
        self.come(visitor)
        info = f"{self.url}/callback?info=json"
        before = visitor.http.get(info).json()["access_token"]
        visitor.http.get(f"{self.url}/callback", params={"refresh": f"{self.url}/", "access_token": before})
        assert visitor.http.get(info).json()["access_token"] != before

    def another_person_is_kept_out(self) -> None:
        assert self.come(Visitor(), {"person": "grace"}).status_code == httpx.codes.UNAUTHORIZED

    def a_person_says_no(self) -> None:
        visitor = Visitor()
        # Version 2.4.12 takes an error with `iss` (RFC 9207) for something else; it lets no one in all the same.
        assert self.come(visitor, NO).text != "the page"
        assert visitor.http.get(f"{self.url}/").is_redirect

    def a_forged_id_token_is_refused(self) -> None:
        self.control.token_signed_by_stranger(times=1)
        visitor = Visitor()
        assert self.come(visitor).text != "the page"
        assert visitor.http.get(f"{self.url}/").is_redirect

    def signing_out_at_the_site(self) -> None:
        visitor = Visitor()
        self.come(visitor)
        bye = f"{self.url}/bye.html"
        left = visitor.http.get(f"{self.url}/callback", params={"logout": bye})
        assert visitor.http.get(left.headers["Location"]).headers["Location"] == bye
        assert visitor.http.get(f"{self.url}/").is_redirect

    def signing_out_at_the_provider(self) -> None:
        visitor = Visitor()
        self.come(visitor)
        told = self.control.sign_out("ada")
        assert httpx.codes.OK in [each["status"] for each in told], told
        assert visitor.http.get(f"{self.url}/").is_redirect

    def a_forged_logout_token_is_refused(self) -> None:
        visitor = Visitor()
        self.come(visitor)
        self.control.fault("logout_token", signing="foreign-key")
        assert httpx.codes.OK not in [each["status"] for each in self.control.sign_out("ada")]
        assert visitor.http.get(f"{self.url}/").text == "the page"


@contextmanager
def running(issuer: str) -> Iterator[str]:
    """The site's address."""
    program = apache()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        url = f"http://127.0.0.1:{port}"
        (folder / "pages").mkdir()
        (folder / "pages" / "index.html").write_text("the page")
        (folder / "pages" / "bye.html").write_text("signed out")
        folder.chmod(0o755)  # Apache's processes are another user's where root starts it
        callback = {"redirect_uris": [f"{url}/callback"], "post_logout_redirect_uris": [f"{url}/bye.html"]}
        told = {"backchannel_logout_uri": f"{url}/callback?logout=backchannel"}
        client = httpx.post(f"{issuer}/register", json={**callback, **told}, trust_env=False).raise_for_status().json()
        user = pwd.getpwnam("www-data") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        filled = Template((HERE / "httpd.conf").read_text()).substitute(
            folder=folder,
            port=port,
            modules=MODULES,
            user=user.pw_name,
            group=grp.getgrgid(user.pw_gid).gr_name,
            issuer=issuer,
            id=client["client_id"],
            secret=client["client_secret"],
        )
        (folder / "httpd.conf").write_text(filled)
        process = Process([program, "-f", folder / "httpd.conf", "-DFOREGROUND"], folder / "said.log")
        try:
            process.wait_for(lambda: _answers(url), "Apache to answer")
            yield url
        finally:
            process.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/bye.html", trust_env=False).is_success
    except httpx.TransportError:
        return False


def results(control: Control) -> Iterator[str]:
    """A line of JSON for each act: its name, and the error, null where it worked."""
    with running(control.url) as url:
        site = Site(control, url)
        acts = [act for name, act in vars(Site).items() if not name.startswith("_") and name != "come"]
        for act in acts:
            error = None
            try:
                act(site)
            except (AssertionError, LookupError, ValueError, httpx.HTTPError) as problem:
                error = f"{type(problem).__name__}: {problem}"
            yield json.dumps({"call": act.__name__.replace("_", " "), "error": error})
