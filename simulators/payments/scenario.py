"""Scenarios: files of acts and faults, played against a running simulator. `SCENARIOS.md` says how to write one."""

import inspect
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import httpx

from simulators.payments.control import SESSIONS, Control, Match
from simulators.payments.protocol import Resource

THINGS = {
    "session": "sessions",
    "refund": "refunds",
    "dispute": "disputes",
    "event": "events",
    "shipping_rate": "shipping_rates",
}
"""What a step names by its number, and where the simulator's state lists it."""

OF_CONTROL = (
    *("delay", "hang", "drop", "refuse", "break_down", "mend"),
    *("treat_webhooks", "send_webhooks_to", "release_webhooks", "deliver", "hurry", "settle_webhooks"),
    *("choose", "tax", "pay", "decline", "authenticate", "pay_later", "settle", "alter", "twin", "open_session"),
    *("next_refunds", "empty_balance", "alter_refund", "succeed_refund", "fail_refund", "dispute", "move_dispute"),
    *("advance", "reset"),
)
OF_EVERY_STEP = ("act", "at", "may_fail")
POLL = 0.05  # seconds
Given = dict[str, Any]


class Wrong(Exception):
    """What keeps a scenario from being played, in one line: file, step, and how to mend it."""


def refund(control: Control, session: str, *, amount: int | None = None) -> Resource:
    """As by hand in the provider's dashboard: of all the money of the session, or `amount` of it."""
    form = {"payment_intent": _session(control, session)["payment_intent"]} | ({"amount": amount} if amount else {})
    made: Resource = control.api.post("/v1/refunds", data=form, timeout=5).raise_for_status().json()
    return made


def expire(control: Control, session: str) -> Resource:
    """The session ends before its time, by another program that has the key."""
    ended: Resource = control.api.post(f"{SESSIONS}/{session}/expire", timeout=5).raise_for_status().json()
    return ended


def leave(control: Control, session: str) -> None:
    """The buyer opens the payment page, and does nothing there."""
    if (page := _session(control, session)["url"]) is None:
        raise LookupError("this session is over, and has no page any more.")
    control.api.get(page, timeout=5).raise_for_status()


def wait(control: Control, *, of: str = "sessions", count: int = 1, seconds: float = 10) -> None:
    """Until the simulator has so many `of` these, as the shop makes them; TimeoutError otherwise."""
    until = time.monotonic() + seconds
    while (there := len(control.state()[of])) < count:
        if time.monotonic() > until:
            raise TimeoutError(f"after {seconds} s there are {there} {of} and not {count}: has the shop made them?")
        time.sleep(POLL)


def _session(control: Control, session: str) -> Resource:
    return control.listed("sessions", id=session)[0]


ACTS: dict[str, Callable[..., Any]] = {
    **{name: getattr(Control, name) for name in OF_CONTROL},
    **{act.__name__: act for act in (refund, expire, leave, wait)},
}
Shop = Callable[..., object]
"""Does what a step leaves to the shop: `shop("place", item=1)`."""


@dataclass(frozen=True)
class Step:
    number: int
    act: str
    given: Given
    at: float
    may_fail: bool

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.given.items())
        return f"step {self.number}: {self.act}({said})"


def play(control: Control, file: Path | str, *, shop: Shop | None = None, tell: Callable[[str], object] = str) -> None:
    """Plays it step by step, and tells of each. Without `shop`, what is the shop's to do is left out.

    Wrong before the first step where the file cannot be played, and at the step that goes wrong.
    """
    play_text(control, read(file), str(file), shop=shop, tell=tell)


def read(file: Path | str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{file}: cannot be read: {error}. Name a TOML file.") from error


def play_text(
    control: Control, text: str, name: str, *, shop: Shop | None = None, tell: Callable[[str], object] = str
) -> None:
    began = time.monotonic()
    for step in steps(text, name):
        time.sleep(max(0, began + step.at - time.monotonic()))
        if step.act == "shop" and shop is None:
            tell(f"{step} is the shop's to do, and left out")
            continue
        tell(str(step))
        try:
            _do(control, step, shop)
        except httpx.HTTPError as error:
            if not step.may_fail:
                raise Wrong(f"{name}: {step}: {_said(error)}") from error
        except (LookupError, TimeoutError, ValueError) as error:
            raise Wrong(f"{name}: {step}: {error.args[0]}") from error


def _do(control: Control, step: Step, shop: Shop | None) -> None:
    if step.act == "shop":
        assert shop is not None
        shop(step.given["do"], **step.given.get("given", {}))
        return
    ACTS[step.act](control, **{key: _value(control, key, value) for key, value in step.given.items()})


def _value(control: Control, key: str, value: Any) -> Any:
    """The id where a thing is named by its number (1 is the first, -1 the last), or an event by its type."""
    if key == "times" and value == "all":
        return None
    if key not in THINGS:
        return value
    there = control.state()[THINGS[key]]
    if key == "event" and isinstance(value, str):
        there, number = [each for each in there if each["type"] == value], -1
    else:
        number = value
    index = number - 1 if number > 0 else number
    try:
        return there[index]["id"]
    except IndexError:
        more = f" of type {value}" if isinstance(value, str) else ""
        raise LookupError(f'there are {len(there)} {THINGS[key]}{more}. Put a step `act = "wait"` before it.') from None


def _said(error: httpx.HTTPError) -> str:
    if not isinstance(error, httpx.HTTPStatusError):
        return f"the simulator does not answer ({error!r}). Is it running at that address?"
    try:
        words = error.response.json()["error"]["message"]
    except (ValueError, LookupError, TypeError):
        words = error.response.text[:200]
    hint = HINTS.get(error.response.status_code, "")
    return f"refused with {error.response.status_code}: {words}{hint} Where that may be, write `may_fail = true`."


HINTS: dict[int, str] = {
    httpx.codes.NOT_FOUND: " Was it started with --control?",
    httpx.codes.UNAUTHORIZED: " Name the key that it takes: --secret-key of the command, `secret_key` of Control.",
}


# What a file says


def steps(text: str, name: str) -> list[Step]:
    """Wrong where any of them is none."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Wrong(f"{name}: no TOML: {error}.") from error
    if unknown := set(told) - {"title", "step"}:
        raise Wrong(f"{name}: {', '.join(sorted(unknown))} is unknown. There are `title` and [[step]].")
    rows = told.get("step")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Wrong(f"{name}: no steps. Begin each with [[step]].")
    return [_step(number, row, name) for number, row in enumerate(rows, 1)]


def _step(number: int, row: Given, name: str) -> Step:
    given = {key: value for key, value in row.items() if key not in OF_EVERY_STEP}
    act, at, may_fail = row.get("act", ""), row.get("at", 0), row.get("may_fail", False)
    step = Step(number, str(act), given, at, may_fail)
    if problem := _problem(step):
        raise Wrong(f"{name}: {step}: {problem}")
    return step


def _problem(step: Step) -> str | None:
    """Also how to mend it."""
    if type(step.at) not in (int, float) or step.at < 0 or not isinstance(step.may_fail, bool):
        return "`at` is seconds from the beginning, and `may_fail` true or false."
    if step.act != "shop" and step.act not in ACTS:
        near = get_close_matches(step.act, [*ACTS, "shop"], n=1)
        return f"there is no such act. Did you mean {near[0]}?" if near else f"`act` is one of {', '.join(ACTS)}, shop."
    known, needed = parameters(step.act)
    if unknown := [key for key in step.given if key not in known]:
        return f"{unknown[0]} is unknown. It takes {', '.join(known) or 'nothing'}."
    if missing := [key for key in needed if key not in step.given]:
        return f"{missing[0]} is missing."
    return _wrong_value(step)


def _wrong_value(step: Step) -> str | None:
    for key in THINGS.keys() & step.given.keys():
        value = step.given[key]
        if not (type(value) is int and value) and not (key == "event" and isinstance(value, str)):
            return f"{key} is a number: 1 for the first that was made, -1 for the last."
    if step.act == "shop" and not (isinstance(step.given["do"], str) and isinstance(step.given.get("given", {}), dict)):
        return "`do` is the name of what the shop does, and `given` a table."
    return None


def parameters(act: str) -> tuple[list[str], list[str]]:
    """The names that an act takes, and those of them that it needs."""
    if act == "shop":
        return ["do", "given"], ["do"]
    known: list[str] = []
    needed: list[str] = []
    for each in list(inspect.signature(ACTS[act]).parameters.values())[1:]:
        if each.kind is each.VAR_KEYWORD:
            known += FREE.get(act, list(Match.__annotations__))
            continue
        known.append(each.name)
        if each.default is each.empty:
            needed.append(each.name)
    return known, needed


FREE = {
    "alter": ["amount_total", "currency", "livemode", "client_reference_id", "metadata", "payment_status", "status"],
    "alter_refund": ["status", "amount"],
    "open_session": ["client_reference_id", "customer_email"],
}
"""Of the acts that take anything: what they are known to take."""
