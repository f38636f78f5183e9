"""The people who can sign in at the simulator."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Claims = dict[str, Any]

OF_KIOSK = Path(__file__).parents[2] / "demo" / "people.json"
DEMO = OF_KIOSK if OF_KIOSK.exists() else Path(__file__).with_name("people.json")
"""Who can sign in where no file is given: those of Kiosk's demo in a checkout, else those that come along."""
TEXTS = ("sub", "username", "name")
OPTIONAL_TEXTS = ("email", "picture", "about")


class PersonError(ValueError):
    """The description of a person lacks something or has the wrong shape. The message says what."""


@dataclass(frozen=True)
class Person:
    """`picture` is None, a URL, or a path below the simulator. `about` is only shown, never told to a client."""

    sub: str
    username: str
    name: str
    email: str | None = None
    email_verified: bool = False
    picture: str | None = None
    about: str | None = None

    @property
    def number(self) -> int:
        """GitHub knows people by a number. It depends on nothing but `sub`, so that it outlives a restart."""
        return int.from_bytes(hashlib.sha256(self.sub.encode()).digest()[:4]) >> 1

    @property
    def initials(self) -> str:
        words = self.name.split() or [self.username]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    def claims(self, scopes: frozenset[str], issuer: str) -> Claims:
        """What userinfo tells for these scopes (OpenID Connect Core 5.4). Unknown claims are left out, never null."""
        claims: Claims = {"sub": self.sub}
        if "profile" in scopes:
            claims |= {"name": self.name, "preferred_username": self.username}
            if self.picture:
                claims["picture"] = self.portrait(issuer)
        if "email" in scopes and self.email:
            claims |= {"email": self.email, "email_verified": self.email_verified}
        return claims

    def portrait(self, issuer: str) -> str:
        path = self.picture or f"/avatars/{self.username}.svg"
        return path if "://" in path else issuer + path

    def as_dict(self) -> Claims:
        return asdict(self)


def parse_person(given: object) -> Person:
    """Takes what `demo/people.json` holds per person. `role` is Kiosk's business and is skipped."""
    if not isinstance(given, Mapping):
        raise PersonError("a person is an object with sub, username and name")
    for key in TEXTS:
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise PersonError(f"{key} must be a text that is not empty")
    for key in OPTIONAL_TEXTS:
        if not isinstance(given.get(key), str | None):
            raise PersonError(f"{key} must be a text or null")
    if not isinstance(given.get("email_verified", False), bool):
        raise PersonError("email_verified must be true or false")
    known = {key: given[key] for key in Person.__dataclass_fields__ if key in given}
    return Person(**known)


def parse_people(given: object) -> dict[str, Person]:
    """A list of people, by `sub`. Raises PersonError, also where two share a `sub` or a username."""
    if not isinstance(given, list):
        raise PersonError("people are a list")
    people = [parse_person(each) for each in given]
    for key in ("sub", "username"):
        if len({getattr(person, key) for person in people}) < len(people):
            raise PersonError(f"two people share a {key}")
    return {person.sub: person for person in people}


def load_people(path: Path) -> dict[str, Person]:
    try:
        return parse_people(json.loads(path.read_text(encoding="utf-8")))
    except json.JSONDecodeError as error:
        raise PersonError(f"{path} is no JSON: {error}") from error
