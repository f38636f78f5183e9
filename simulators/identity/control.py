"""How a test steers a running simulator: one method per misbehaviour, over the control API."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from simulators.identity.faults import Place
from simulators.identity.walk import deny, walk

__all__ = ["Control", "Place", "deny", "walk"]

STRANGER = "https://identity.example"
HTML = "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>"


class Control:
    """Steers the simulator at `url`, which must run with `--control`. A context manager.

    A misbehaviour lasts for the next `times` times at its place, or until `reset`. There is one per place: the next
    replaces it. Every method raises httpx.HTTPStatusError where the simulator refuses.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(base_url=f"{self.url}/_control", timeout=10, trust_env=False, verify=False)  # noqa: S501 -- plain http

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def reset(self) -> None:
        """Back to how it started; requests that hang are let go."""
        self._send("POST", "/reset")

    def fault(self, place: Place, *, times: int | None = None, **details: object) -> None:
        """Any misbehaviour: `details` are the fields of `simulators.identity.faults.Fault`."""
        self._send("PUT", f"/faults/{place}", {"times": times, **details})

    def faults(self) -> dict[str, Any]:
        """What is still to go wrong, by place."""
        faults: dict[str, Any] = self._send("GET", "/faults").json()
        return faults

    def lift(self, place: Place) -> None:
        self._send("DELETE", f"/faults/{place}")

    # Any endpoint

    def fails(self, place: Place, status: int = 503, *, times: int | None = None) -> None:
        self.fault(place, times=times, status=status, body="", content_type="text/plain")

    def answers_html(self, place: Place, status: int = 200, *, times: int | None = None) -> None:
        self.fault(place, times=times, status=status, body=HTML)

    def answers_broken_json(self, place: Place, *, times: int | None = None) -> None:
        self.fault(place, times=times, status=200, body='{"sub": "ad', content_type="application/json")

    def hangs(self, place: Place, seconds: float = 60, *, times: int | None = None) -> None:
        """The right answer, but so late; `reset` cuts the wait short."""
        self.fault(place, times=times, delay=seconds)

    def hangs_up(self, place: Place, *, times: int | None = None) -> None:
        """Closes the connection without an answer."""
        self.fault(place, times=times, drop=True)

    # Discovery and keys

    def discovery_names(self, issuer: str = STRANGER, *, times: int | None = None) -> None:
        self.fault("discovery", times=times, set={"issuer": issuer})

    def rotate_keys(self, *, keep: bool = True) -> list[str]:
        """Signs with a new key from now on; the old ones vanish from the key set unless `keep`. The kids served."""
        answer = self._send("POST", "/keys/rotate", {"keep": keep}).json()
        return [key["kid"] for key in answer["keys"]]

    # ID token

    def unsigned_token(self, *, times: int | None = None) -> None:
        self.fault("id_token", times=times, signing="none")

    def token_signed_with_secret(self, *, times: int | None = None) -> None:
        self.fault("id_token", times=times, signing="HS256-secret")

    def token_signed_with_public_key(self, *, times: int | None = None) -> None:
        """HS256 under the PEM of the public key: what a library that trusts `alg` falls for."""
        self.fault("id_token", times=times, signing="HS256-public-key")

    def token_signed_by_stranger(self, *, times: int | None = None) -> None:
        """RS256 by a key that is not published, under the kid of one that is."""
        self.fault("id_token", times=times, signing="foreign-key")

    def token_with_broken_signature(self, *, times: int | None = None) -> None:
        self.fault("id_token", times=times, signing="broken")

    def token_with_kid(self, kid: str | None, *, times: int | None = None) -> None:
        """Another kid in the header; None: no kid at all."""
        self.fault("id_token", times=times, header={"kid": kid})

    def token_claims(
        self,
        claims: Mapping[str, object] | None = None,
        *,
        without: tuple[str, ...] = (),
        shift: Mapping[str, int] | None = None,
        times: int | None = None,
    ) -> None:
        """Claims overridden, left out, or moved by seconds; the signature is right."""
        self.fault("id_token", times=times, set=dict(claims or {}), remove=list(without), shift=dict(shift or {}))

    def expired_token(self, seconds: int = 3600, *, times: int | None = None) -> None:
        """A token that was made and ran out so many seconds earlier than it should."""
        self.token_claims(shift={"iat": -seconds, "exp": -seconds, "auth_time": -seconds}, times=times)

    def token_from_the_future(self, seconds: int = 3600, *, times: int | None = None) -> None:
        self.token_claims(shift={"iat": seconds, "exp": seconds}, times=times)

    def no_id_token(self, *, times: int | None = None) -> None:
        self.fault("token", times=times, remove=["id_token"])

    # Userinfo

    def userinfo_claims(
        self, claims: Mapping[str, object], *, without: tuple[str, ...] = (), times: int | None = None
    ) -> None:
        self.fault("userinfo", times=times, set=dict(claims), remove=list(without))

    def userinfo_of(self, sub: str = "another-person", *, times: int | None = None) -> None:
        self.userinfo_claims({"sub": sub}, times=times)

    def userinfo_without_sub(self, *, times: int | None = None) -> None:
        self.userinfo_claims({}, without=("sub",), times=times)

    # The way back to the client

    def callback_names(self, issuer: str = STRANGER, *, times: int | None = None) -> None:
        """A wrong `iss` (RFC 9207): the mark of a mix-up."""
        self.fault("callback", times=times, set={"iss": issuer})

    def callback_without_iss(self, *, times: int | None = None) -> None:
        self.fault("callback", times=times, remove=["iss"])

    def callback_with_second_iss(self, issuer: str = STRANGER, *, times: int | None = None) -> None:
        self.fault("callback", times=times, add={"iss": issuer})

    def callback_state(self, value: str | None = "forged", *, times: int | None = None) -> None:
        """Another state; None: none at all."""
        details = {"remove": ["state"]} if value is None else {"set": {"state": value}}
        self.fault("callback", times=times, **details)

    def callback_without_code(self, *, times: int | None = None) -> None:
        self.fault("callback", times=times, remove=["code"])

    def callback_error(self, error: str = "access_denied", *, times: int | None = None) -> None:
        self.fault("callback", times=times, set={"error": error}, remove=["code"])

    # GitHub

    # feature: github {
    def github_without_email(self, *, times: int | None = None) -> None:
        """A person with no address at all."""
        self.fault("github_user", times=times, set={"email": None})
        self.fault("github_emails", times=times, set={"emails": []})

    def github_private_email(self, *, times: int | None = None) -> None:
        """An address that only `/user/emails` tells."""
        self.fault("github_user", times=times, set={"email": None})

    def github_unverified_email(self, address: str = "ada@example.com", *, times: int | None = None) -> None:
        entry = {"email": address, "primary": True, "verified": False, "visibility": "private"}
        self.fault("github_user", times=times, set={"email": None})
        self.fault("github_emails", times=times, set={"emails": [entry]})

    # }

    # People, calls, time

    def people(self) -> list[dict[str, Any]]:
        people: list[dict[str, Any]] = self._send("GET", "/people").json()
        return people

    def add_person(self, username: str, *, sub: str | None = None, name: str | None = None, **rest: object) -> str:
        """Adds a person, or replaces the one with that `sub`; answers the `sub`.

        `rest`: email, email_verified, picture, about. Without `email` there is none.
        """
        person = {"sub": sub or f"{username}-1", "username": username, "name": name or username.title(), **rest}
        return str(self._send("POST", "/people", person).json()["sub"])

    def replace_people(self, people: list[dict[str, Any]]) -> None:
        self._send("PUT", "/people", people)

    def sign_out(self, username: str) -> list[dict[str, Any]]:
        """They sign out at the provider, which tells each client with a `backchannel_logout_uri`, for each sign-in.

        Answers `{client_id, sid, status}`; the status is None where the client did not answer. What a client is told is
        forged as ID tokens are: `fault("logout_token", signing="foreign-key")`.
        """
        told: list[dict[str, Any]] = self._send("POST", f"/people/{username}/sign-out").json()["told"]
        return told

    def count(self, place: Place) -> int:
        """How often it was called since the last reset."""
        return int(self._send("GET", "/calls").json()["counts"].get(place, 0))

    def calls(self, place: Place | None = None) -> list[dict[str, Any]]:
        """The latest calls, oldest first: `{place, method, path, status, headers, query, form}`, secrets as `***`."""
        calls = self._send("GET", "/calls").json()["calls"]
        return [call for call in calls if place in (None, call["place"])]

    def forget_calls(self) -> None:
        self._send("DELETE", "/calls")

    def advance(self, seconds: float) -> None:
        """Moves the simulator's clock: codes and tokens age, and the next ID token comes from the future."""
        self._send("POST", "/clock", {"advance": seconds})

    def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self._http.request(method, path, json=body).raise_for_status()
