"""The requests that the simulator got, for tests. Secrets are left out."""

from base64 import b64decode
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from flask import Request

SECRET = frozenset({"client_secret", "code", "code_verifier", "access_token", "id_token_hint"})
HEADERS = ("Accept", "Accept-Language", "Content-Type", "User-Agent", "X-GitHub-Api-Version", "X-Request-ID")
MOST = 1000


class Calls:
    """The counts since the last reset and the latest 1000 calls. Not safe for threads: the state's lock guards it."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._latest: deque[dict[str, Any]] = deque(maxlen=MOST)

    def note(self, place: str, request: Request, status: int) -> None:
        self._counts[place] += 1
        headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
        if authorization := request.headers.get("Authorization"):
            headers["Authorization"] = _who(authorization)
        call = {"place": place, "method": request.method, "path": request.path, "status": status, "headers": headers}
        call["query"] = _without_secrets(request.args.items(multi=True))
        call["form"] = _without_secrets(request.form.items(multi=True))
        self._latest.append(call)

    def clear(self) -> None:
        self._counts.clear()
        self._latest.clear()

    def as_dict(self) -> dict[str, Any]:
        return {"counts": dict(self._counts), "calls": list(self._latest)}


def _without_secrets(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {key: "***" if key in SECRET else value for key, value in pairs}


def _who(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "basic":
        return f"{scheme} ***"
    try:
        return f"{scheme} {b64decode(rest).decode().partition(':')[0]}:***"
    except ValueError:
        return f"{scheme} ***"
