"""Two answers of a provider, made comparable and compared."""

import re
from collections.abc import Iterator
from typing import Any

Answers = dict[str, Any]
ID = re.compile(r"\b([a-z]{2,6}(?:_test)?)_(?=\w*\d)[A-Za-z0-9_]{10,}")
RUN = re.compile(r"\b[0-9a-f]{32}\b")
"""Is part of each idempotency key, which the provider may quote."""
ADDRESS = re.compile(r"https?://\S+")
LONGEST = 200
"""Characters of a value that are shown."""

TIME = 10**9
"""A whole number as large as this is a moment in Unix seconds."""

OF_THE_ACCOUNT = {
    *("balance_transaction", "balance_transactions", "calculated_statement_descriptor", "statement_descriptor"),
    *("branding_settings", "payment_method_configuration_details", "payment_method_types", "payment_method_options"),
    *("authorization_code", "country", "fingerprint", "issuer", "network_transaction_id", "reference", "risk_score"),
    *("request_log_url", "receipt_number", "adaptive_pricing"),
}
"""Fields that each account, bank or moment has its own of: they are not compared."""


def normal(value: Any) -> Any:
    """Without ids, times, addresses, and what is the account's own."""
    if isinstance(value, dict):
        return {key: normal(each) for key, each in value.items() if key not in OF_THE_ACCOUNT}
    if isinstance(value, list):
        return [normal(each) for each in value]
    if isinstance(value, str):
        return ID.sub(r"\1_…", ADDRESS.sub("an address", RUN.sub("…", value)))
    if isinstance(value, int) and value >= TIME:
        return "a time"
    return value


def differences(simulated: Answers, real: Answers) -> Iterator[str]:
    """One line each, which begins with the call's name and the place in its answer."""
    yield from _compared(simulated, real, "")


def _compared(ours: Any, theirs: Any, where: str) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            place = f"{where}: {key}" if where and ":" not in where else f"{where}.{key}" if where else str(key)
            if key not in theirs:
                yield f"{place}: only the simulator has it: {_short(ours[key])}"
            elif key not in ours:
                yield f"{place}: only the provider has it: {_short(theirs[key])}"
            else:
                yield from _compared(ours[key], theirs[key], place)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            yield from _compared(our, their, f"{where}.{number}")
    elif ours != theirs:
        yield f"{where}: the simulator says {_short(ours)}, the provider {_short(theirs)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
