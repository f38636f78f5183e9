"""Kiosk signs in at providers that others have written, each a real program in an environment of its own."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.integration.live import LiveKiosk
from tests.interop import environments
from tests.interop.visitor import Visitor
from tests.processes import Process, free_port, run_kiosk
from tests.settings import CLIENT_ID, CLIENT_SECRET, environment, settings

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Provider:
    """`command` is what runs it, in its environment. Its port comes after, and then what Kiosk registers with."""

    name: str
    command: Callable[[], list[str | Path]]
    person: str
    """The username that comes of signing in."""
    accept: Mapping[str, str]
    deny: Mapping[str, str] | None = None
    """What a person gives who says no; None where the provider asks nothing."""
    path: str = ""
    refusal: str = "oauth_denied"
    """What comes of it."""
    asks_again: bool = True
    """Whether it has a person sign in once more where it is asked to."""
    registers: bool = True
    """Whether a client has to be registered there."""


def _node(file: str) -> list[str | Path]:
    return ["node", environments.node("providers-node", HERE) / file]


def _django() -> list[str | Path]:
    return [environments.python("django", HERE / "requirements.django.txt"), HERE / "django_provider.py"]


def _mock() -> list[str | Path]:
    python = environments.python("oidc-provider-mock", HERE / "requirements.mock.txt")
    person = {"sub": "ada", "preferred_username": "ada", "email": "ada@example.com"}
    return [python, "-W", "ignore", "-m", "oidc_provider_mock", "--user-claims", json.dumps(person), "--port"]


LOGIN = {"login": "ada", "password": "any"}
ADA = {"username": "ada", "password": "the password of ada"}
PROVIDERS = (
    Provider("oidc-provider", lambda: _node("oidc_provider.mjs"), "ada", LOGIN, {**LOGIN, "link": "/abort"}),
    Provider("django-oauth-toolkit", _django, "ada", {**ADA, "allow": "Authorize"}, ADA, "/o"),
    Provider("oauth2-mock-server", lambda: _node("oauth2_mock_server.mjs"), "johndoe", {}, asks_again=False),
    # Where a person says no it leaves out the state, which RFC 6749 (4.1.2.1) demands: it may be any answer.
    Provider(
        "oidc-provider-mock",
        _mock,
        "ada",
        {"sub": "ada"},
        {"action": "deny"},
        refusal="oauth_expired",
        registers=False,
    ),
)


@contextmanager
def running(provider: Provider, kiosk: LiveKiosk, folder: Path) -> Iterator[str]:
    """Its issuer."""
    port = free_port()
    command = [*provider.command(), str(port)]
    if provider.registers:
        command += [f"{kiosk.url}/oauth/callback/{provider.name}", CLIENT_ID, CLIENT_SECRET]
    own = folder / provider.name
    own.mkdir()
    process = Process(["env", "-C", own, *command], folder / f"{provider.name}.log")
    issuer = f"http://127.0.0.1:{port}{provider.path}"
    try:
        process.wait_for(lambda: _answers(f"{issuer}/.well-known/openid-configuration"), f"{provider.name} to answer")
        yield issuer
    finally:
        process.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


class Journey:
    """Sign-ins at one provider."""

    def __init__(self, kiosk: LiveKiosk, provider: Provider) -> None:
        self.kiosk, self.provider = kiosk, provider

    def _go(self, visitor: Visitor, given: Mapping[str, str]) -> tuple[str, str]:
        """Where they come to, and the error that the page is told of."""
        end = urlsplit(str(visitor.go(f"{self.kiosk.url}/oauth/login/{self.provider.name}", given, self.kiosk.url).url))
        return end.path, "".join(parse_qs(end.query).get("error", []))

    def _profile(self, visitor: Visitor) -> dict[str, object]:
        profile: dict[str, object] = visitor.http.get(f"{self.kiosk.url}/api/profile").json()
        return profile

    def a_person_signs_in(self) -> None:
        visitor = Visitor()
        assert self._go(visitor, self.provider.accept) == ("/", "")
        profile = self._profile(visitor)
        assert str(profile["username"]).startswith(self.provider.person), profile  # ada-2 where ada is taken

    def and_comes_back_as_the_same_user(self) -> None:
        first, second = Visitor(), Visitor()
        for visitor in (first, second):
            assert self._go(visitor, self.provider.accept) == ("/", "")
        assert self._profile(first)["id"] == self._profile(second)["id"]

    def and_confirms_who_they_are(self) -> None:
        """Where the provider did not ask them again, that is noticed."""
        visitor = Visitor()
        self._go(visitor, self.provider.accept)
        came = self._go(visitor, self.provider.accept)
        assert came == (("/profile", "") if self.provider.asks_again else ("/sign-in", "confirmation_required")), came

    def and_is_told_where_they_said_no(self) -> None:
        assert self.provider.deny is not None
        visitor = Visitor()
        came = self._go(visitor, self.provider.deny)
        assert came == ("/sign-in", self.provider.refusal), came
        assert visitor.http.get(f"{self.kiosk.url}/api/profile").status_code == httpx.codes.UNAUTHORIZED

    def results(self) -> Iterator[str]:
        """A line of JSON for each act: its name, and the error, null where it worked."""
        acts = [self.a_person_signs_in, self.and_comes_back_as_the_same_user, self.and_confirms_who_they_are]
        if self.provider.deny is not None:
            acts.append(self.and_is_told_where_they_said_no)
        for act in acts:
            error = None
            try:
                act()
            except (AssertionError, LookupError, httpx.HTTPError) as problem:
                error = f"{type(problem).__name__}: {problem}"
            yield json.dumps({"call": act.__name__.replace("_", " "), "error": error})


def check() -> bool:
    """Prints how each provider did; whether all did well."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as running_now:
        folder = Path(name)
        kiosk = LiveKiosk(folder / "kiosk.log")
        issuers = {each.name: running_now.enter_context(running(each, kiosk, folder)) for each in PROVIDERS}
        client = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}
        oauth = {name: {"ISSUER": issuer, **client} for name, issuer in issuers.items()}
        given = settings(f"sqlite:///{folder}/kiosk.sqlite3", public_url=kiosk.url, OAUTH=oauth, OAUTH_DEFAULT="")
        kiosk.settings = environment(given)
        migrated = run_kiosk("db", "upgrade", env=kiosk.environment)
        assert migrated.returncode == 0, migrated.stderr
        kiosk.start(kiosk.settings)
        try:
            works = [environments.tell(f"Kiosk at {each.name}", Journey(kiosk, each).results()) for each in PROVIDERS]
        finally:
            kiosk.stop()
        if not all(works):
            print(kiosk.said()[-3000:])
        return all(works)
