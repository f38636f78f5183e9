"""The calls of `drift.toml`, made of a provider one after the other."""

import re
import time
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

CALLS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("drift.toml").read_text(encoding="utf-8"))["call"]
SECONDS = 300
"""For all of them; a client waits 30 for each."""
PATIENCE, PAUSE = 60.0, 0.5
"""Seconds until what a bank does has to be there, and between two looks."""


class Unasked(Exception):
    """The provider could not be asked."""


def converse(client: httpx.Client) -> Iterator[tuple[str, Any]]:
    """The name of each call, and {status, replayed, body}. Unasked, httpx.HTTPError."""
    run, until = uuid.uuid4().hex, time.monotonic() + SECONDS
    bodies: dict[str, Any] = {}
    for call in CALLS:
        if time.monotonic() > until:
            raise Unasked(f"takes more than {SECONDS} s")
        try:
            answer = _patiently(client, call, bodies, run)
        except LookupError as error:
            yield call["name"], {"status": None, "replayed": False, "body": f"not asked: there is no {error}"}
            continue
        if answer.status_code in (401, 403):
            raise Unasked(f"refuses the key, with {answer.status_code}")
        bodies[call["name"]] = body = _body(answer)
        replayed = answer.headers.get("Idempotent-Replayed") == "true"
        yield call["name"], {"status": answer.status_code, "replayed": replayed, "body": body}


def _patiently(client: httpx.Client, call: dict[str, Any], bodies: dict[str, Any], run: str) -> httpx.Response:
    until = time.monotonic() + PATIENCE
    while True:
        answer = _send(client, call, bodies, run)
        if "until" not in call or _has(_body(answer), call["until"]) or time.monotonic() > until:
            return answer
        time.sleep(PAUSE)


def _send(client: httpx.Client, call: dict[str, Any], bodies: dict[str, Any], run: str) -> httpx.Response:
    if "get" in call:
        return client.get(_filled(call["get"], bodies))
    form = {name: _filled(_word(value), bodies) for name, value in call.get("form", {}).items()}
    headers = {"Idempotency-Key": f"drift {run} {call.get('key', call['name'])}"}
    return client.post(_filled(call["post"], bodies), data=form, headers=headers)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(text: str, bodies: dict[str, Any]) -> str:
    """`{buy.id}` is the id in what the call "buy" was answered; LookupError where it is not there."""

    def said(place: re.Match[str]) -> str:
        name, _, path = place[1].partition(".")
        return str(_at(bodies.get(name), path, place[1]))

    return re.sub(r"\{([^{}]+)\}", said, text)


def _at(body: Any, path: str, whole: str) -> Any:
    for part in path.split("."):
        try:
            body = body[int(part) if isinstance(body, list) else part]
        except (LookupError, TypeError, ValueError):
            raise LookupError(whole) from None
    return body


def _has(body: Any, path: str) -> bool:
    try:
        _at(body, path, path)
    except LookupError:
        return False
    return True


def _body(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text[:200]
