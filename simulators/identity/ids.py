"""Codes, tokens, ids and keys: not to be foreseen, or with a seed the same for calls in the same order."""

import random
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import KeyParameters, OKPKey, RSAKey

EXPONENT = 65537
HALF = 1024  # bits of each prime
SMALL = [number for number in range(3, 2000, 2) if all(number % other for other in range(3, int(number**0.5) + 1, 2))]
ROUNDS = 8
"""Of Miller and Rabin: of random numbers of this size next to none passes one round and is no prime."""


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Ids:
    def __init__(self, seed: str | None = None) -> None:
        self._seed = seed
        self._random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - it is asked for

    def text(self) -> str:
        """A code, a token or a secret."""
        return base64url(self._random.randbytes(32))

    def hexadecimal(self, size: int = 8) -> str:
        """Of so many bytes."""
        return self._random.randbytes(size).hex()

    def branch(self, name: str) -> "Ids":
        """A source of its own: what is drawn from it changes nothing of what this one gives."""
        return Ids(None if self._seed is None else f"{self._seed} {name}")

    def rsa(self) -> RSAKey:
        """A key for RS256, of 2048 bits. Two must never share a kid, so that it is no thumbprint."""
        about: KeyParameters = {"use": "sig", "alg": "RS256", "kid": self.hexadecimal()}
        if self._seed is None:
            return RSAKey.generate_key(2048, about, private=True, auto_kid=False)
        return RSAKey.import_key(self._numbers(), about)

    def edwards(self) -> OKPKey:
        """A key for EdDSA."""
        about: KeyParameters = {"use": "sig", "alg": "EdDSA", "kid": self.hexadecimal()}
        if self._seed is None:
            return OKPKey.generate_key("Ed25519", about, private=True, auto_kid=False)
        secret = self._random.randbytes(32)
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        return OKPKey.import_key(
            {"kty": "OKP", "crv": "Ed25519", "d": base64url(secret), "x": base64url(public)}, about
        )

    def _numbers(self) -> dict[str, str | list[str]]:
        """Of an RSA key, as RFC 7518 section 6.3 has them: no library makes one of a seed."""
        p, q = self._prime(), self._prime()
        d = pow(EXPONENT, -1, (p - 1) * (q - 1))
        parts = {"n": p * q, "e": EXPONENT, "d": d, "p": p, "q": q}
        parts |= {"dp": d % (p - 1), "dq": d % (q - 1), "qi": pow(q, -1, p)}
        told = {name: base64url(part.to_bytes((part.bit_length() + 7) // 8)) for name, part in parts.items()}
        return {"kty": "RSA", **told}

    def _prime(self) -> int:
        """With its two highest bits set, so that the product of two has all of its bits."""
        while True:
            number = self._random.getrandbits(HALF) | 3 << (HALF - 2) | 1
            if all(number % small for small in SMALL) and (number - 1) % EXPONENT and self._is_prime(number):
                return number

    def _is_prime(self, number: int) -> bool:
        odd = number - 1
        twos = (odd & -odd).bit_length() - 1
        odd >>= twos
        for _ in range(ROUNDS):
            power = pow(self._random.randrange(2, number - 1), odd, number)
            if power in (1, number - 1):
                continue
            for _ in range(twos - 1):
                power = pow(power, 2, number)
                if power == number - 1:
                    break
            else:
                return False
        return True
