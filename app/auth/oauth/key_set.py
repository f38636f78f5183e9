"""A provider's key set (https://www.rfc-editor.org/rfc/rfc7517), and which of its keys may have signed an ID token."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

TRIED = 8
"""The most keys of one name that are tried."""

RSA_LENGTHS = range(342, 2732)
"""Characters of a modulus of 2048 bits, the least that RFC 7518 (3.3) allows, to 16384, the most that OpenSSL takes."""


class Signer(NamedTuple):
    """The type and curve of the keys of an algorithm (RFC 7518, sections 3.1 and 6.2.1.1)."""

    kty: str
    crv: str | None = None


RSA = Signer("RSA")
SIGNERS = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), RSA),
    "ES256": Signer("EC", "P-256"),
    "ES384": Signer("EC", "P-384"),
    "ES512": Signer("EC", "P-521"),
}
"""The algorithms that Kiosk accepts. All use key pairs: our client secret signs nothing."""


class Keys:
    """The members of a key set. Each is read only when it may have signed: one that is malformed spoils no other."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Raises ValueError where `document` is no key set."""
        if not isinstance(members := document.get("keys"), list):
            raise ValueError("no list of keys")  # noqa: TRY004 -- the document is wrong, not an argument
        self.members = [each for each in members if isinstance(each, dict)]

    def fitting(self, algorithm: str, kid: object) -> Iterator[RSAKey | ECKey]:
        """The keys that may have signed by this algorithm under this name, most often one.

        Without a name there has to be only one (https://openid.net/specs/openid-connect-core-1_0.html#Signing).
        """
        usable = [each for each in self.members if _is_for(each, algorithm)]
        if isinstance(kid, str):
            named = [each for each in usable if each.get("kid") == kid]
            yield from _usable(named or [each for each in usable if not isinstance(each.get("kid"), str)])
            return
        keys = list(_usable(usable))
        yield from keys if len(keys) == 1 else ()

    def count(self, algorithms: frozenset[str]) -> int:
        """How many keys can be used for one of these algorithms."""
        fit = (each for each in self.members if any(_is_for(each, name) for name in algorithms))
        return sum(_key(each) is not None for each in fit)


def _is_for(member: Mapping[str, Any], algorithm: str) -> bool:
    """Whether the key is meant for the algorithm (RFC 7517, section 4). Malformed members count as missing."""
    signer = SIGNERS[algorithm]
    operations = member.get("key_ops")
    return (
        member.get("kty") == signer.kty
        and (signer.crv is None or member.get("crv") == signer.crv)
        and _text(member, "use") in (None, "sig")
        and _text(member, "alg") in (None, algorithm)
        and (not isinstance(operations, list) or "verify" in operations)
    )


def _text(member: Mapping[str, Any], name: str) -> str | None:
    value = member.get(name)
    return value if isinstance(value, str) else None


def _usable(members: list[dict[str, Any]]) -> Iterator[RSAKey | ECKey]:
    keys = (_key(each) for each in members)
    return islice((key for key in keys if key is not None), TRIED)


def _key(member: Mapping[str, Any]) -> RSAKey | ECKey | None:
    """None where the member is no usable key. Only the public half is read."""
    try:
        if member["kty"] == "RSA":
            fits = len(member["n"].rstrip("=")) in RSA_LENGTHS
            return RSAKey.import_key({name: member[name] for name in ("kty", "n", "e")}) if fits else None
        return ECKey.import_key({name: member[name] for name in ("kty", "crv", "x", "y")})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
