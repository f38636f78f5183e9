"""Search: `status:"succeeded" AND metadata["order"]:"42"`. Source: https://docs.stripe.com/search."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from simulators.payments.protocol import Refusal, Resource, words

FIELDS = {
    "charge": "amount billing_details.address.postal_code created currency customer disputed metadata"
    " payment_method_details.card.brand payment_method_details.card.exp_month payment_method_details.card.exp_year"
    " payment_method_details.card.last4 refunded status",
    "customer": "created email metadata name phone",
    "payment_intent": "amount created currency customer metadata status",
    "price": "active currency lookup_key metadata product type",
    "product": "active description metadata name shippable url",
}
"""What can be searched for, by kind: https://docs.stripe.com/search#query-fields-for-charges and below."""

NUMBERS = words("amount created payment_method_details.card.exp_month payment_method_details.card.exp_year")
"""Fields that can be compared with > and <: https://docs.stripe.com/search#search-query-language."""

CLAUSE = re.compile(
    r"""\s*(?P<minus>-)?(?P<field>[a-z_.0-9]+)(?:\[(?P<q>["'])(?P<key>.*?)(?P=q)\])?"""
    r"""(?P<sign>:|~|>=|<=|>|<|=)(?:(?P<quote>["'])(?P<text>.*?)(?P=quote)|(?P<bare>[^\s"']+))\s*""",
    re.VERBOSE,
)
WORD = re.compile(r"\s*(AND|OR)\s+", re.IGNORECASE)
ORDERS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}


def matching(kind: str, query: str, rows: Iterable[Resource]) -> list[Resource]:
    """The rows, newest first, that the query describes. Refusal 400 for one that Stripe would not understand."""
    tests, joined = _parse(kind, query)
    both = any if "or" in joined else all
    return [row for row in reversed(list(rows)) if both(test(row) for test in tests)]


def offset(page: str | None) -> int:
    """How many rows are before the page that `next_page` named; Refusal 400 for what it never names."""
    if page is not None and not re.fullmatch("[0-9]{1,9}", page):
        raise Refusal(400, f"Invalid page: {page[:50]}. Take it from `next_page` of the page before.", param="page")
    return int(page or 0)


def _parse(kind: str, query: str) -> tuple[list[Callable[[Resource], bool]], set[str]]:
    tests: list[Callable[[Resource], bool]] = []
    joined: set[str] = set()
    at = 0
    while True:
        clause = CLAUSE.match(query, at)
        if clause is None:
            raise _unclear(
                'We were unable to parse your search query. Try using the format `metadata["key"]:"value"`'
                ' to query for metadata or key:"value" to query for other fields.'
            )
        tests.append(_test(kind, clause))
        at = clause.end()
        if at == len(query):
            return tests, joined
        word = WORD.match(query, at)
        joined.add(word[1].lower() if word else "and")
        at = word.end() if word else at
        if len(joined) > 1:
            raise _unclear("You cannot combine AND with OR in the same query.")


def _unclear(message: str) -> Refusal:
    return Refusal(400, message, param="query")


def _test(kind: str, clause: re.Match[str]) -> Callable[[Resource], bool]:
    field, sign = clause["field"], clause["sign"]
    if field not in FIELDS[kind].split():
        raise _unclear(f"Field `{field}` is an unsupported search field for resource `{kind}s`.")
    wanted = clause["text"] if clause["bare"] is None else clause["bare"]
    if sign in ORDERS and (field not in NUMBERS or not re.fullmatch(r"-?\d{1,18}(\.\d+)?", wanted)):
        raise _unclear(
            f"`{sign}` compares numbers: field `{field}` and value `{wanted[:50]}` cannot be compared by it."
        )

    def test(row: Resource) -> bool:
        value: Any = row
        for step in field.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if clause["key"] is not None:
            value = (value or {}).get(clause["key"])
        return _holds(value, sign, wanted, is_null=clause["bare"] == "null") != bool(clause["minus"])

    return test


def _holds(value: Any, sign: str, wanted: str, *, is_null: bool) -> bool:
    if is_null or value is None:
        return is_null and value is None
    if sign == "~":
        return wanted.lower() in str(value).lower()
    if sign in ORDERS:
        return ORDERS[sign](float(value), float(wanted))
    return (str(value).lower() if isinstance(value, bool) else str(value)).lower() == wanted.lower()
