"""A provider's key set, https://www.rfc-editor.org/rfc/rfc7517: which of its keys may have signed this ID token."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

TRIED = 8
"""How many keys of one name are tried at most."""

RSA_LENGTHS = range(342, 2732)
"""Of a modulus of 2048 bits, the least that RFC 7518, section 3.3, allows, to 16384, the most that OpenSSL verifies."""


class Signer(NamedTuple):
    """What kind of key an algorithm takes (RFC 7518, sections 3.1 and 6.2.1.1)."""

    kty: str
    crv: str | None = None


RSA = Signer("RSA")
SIGNERS = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), RSA),
    "ES256": Signer("EC", "P-256"),
    "ES384": Signer("EC", "P-384"),
    "ES512": Signer("EC", "P-521"),
}
"""Algorithms that Kiosk takes. By key pair all of them: one who knows only our client secret can sign nothing."""


class Keys:
    """The members of a key set, each looked at only when it may be the one: an odd one spoils none of the others."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Raises ValueError where that is no key set."""
        if not isinstance(members := document.get("keys"), list):
            raise ValueError("no list of keys")  # noqa: TRY004 -- it is the document that is wrong
        self.members = [each for each in members if isinstance(each, dict)]

    def fitting(self, algorithm: str, kid: object) -> Iterator[RSAKey | ECKey]:
        """The keys that may have signed under this algorithm and name, most likely one.

        A token without a name has to leave no choice (https://openid.net/specs/openid-connect-core-1_0.html#Signing).
        """
        usable = [each for each in self.members if _is_for(each, algorithm)]
        if isinstance(kid, str):
            named = [each for each in usable if each.get("kid") == kid]
            yield from _imported(named or [each for each in usable if not isinstance(each.get("kid"), str)])
            return
        keys = list(_imported(usable))
        yield from keys if len(keys) == 1 else ()

    def count(self, algorithms: frozenset[str]) -> int:
        """How many keys there are that can be used for one of them."""
        fit = (each for each in self.members if any(_is_for(each, name) for name in algorithms))
        return sum(_made(each) is not None for each in fit)


def _is_for(member: Mapping[str, Any], algorithm: str) -> bool:
    """By what it says of itself (RFC 7517, section 4); a word of another form says nothing."""
    needed = SIGNERS[algorithm]
    operations = member.get("key_ops")
    return (
        member.get("kty") == needed.kty
        and (needed.crv is None or member.get("crv") == needed.crv)
        and _says(member, "use") in (None, "sig")
        and _says(member, "alg") in (None, algorithm)
        and (not isinstance(operations, list) or "verify" in operations)
    )


def _says(member: Mapping[str, Any], name: str) -> str | None:
    value = member.get(name)
    return value if isinstance(value, str) else None


def _imported(members: list[dict[str, Any]]) -> Iterator[RSAKey | ECKey]:
    made = (_made(each) for each in members)
    return islice((key for key in made if key is not None), TRIED)


def _made(member: Mapping[str, Any]) -> RSAKey | ECKey | None:
    """None where it cannot be made of what is there. Only the public half is read, and nothing besides."""
    try:
        if member["kty"] == "RSA":
            # Of another size it would be refused by those who sign, or by those who verify.
            fits = len(member["n"].rstrip("=")) in RSA_LENGTHS
            return RSAKey.import_key({name: member[name] for name in ("kty", "n", "e")}) if fits else None
        return ECKey.import_key({name: member[name] for name in ("kty", "crv", "x", "y")})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
