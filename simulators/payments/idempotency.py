"""Idempotency keys.

Source: https://docs.stripe.com/api/idempotent_requests. Status and body are saved once execution has
begun, 500s included; requests that fail validation or meet their like in flight leave no trace. Under /v2 only what
succeeded is saved, and what failed is tried again: https://docs.stripe.com/api-v2-overview#idempotency.
"""

from dataclasses import dataclass

from simulators.payments.protocol import Params, Refusal, Resource
from simulators.payments.provider import Provider
from simulators.payments.v2_params import reused

LONGEST_KEY = 255  # characters
LASTS = 24 * 3600  # seconds


@dataclass(frozen=True)
class Saved:
    """The answer that the first request under a key got."""

    status: int
    body: str
    request: str


class Keys:
    """The saved answers, and the keys that are in flight. Call it inside a transaction of the store."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._flying: set[str] = set()

    def begin(self, key: str, path: str, params: Params) -> Saved | None:
        """A saved answer to replay, or None: the key is now in flight, and `end` must follow.

        Refusal 400 for a key used for something else, under /v2 409; 409 for one in flight.
        """
        if len(key) > LONGEST_KEY:
            message = f"The idempotency key is {len(key)} characters long; at most {LONGEST_KEY} are allowed."
            raise Refusal(400, message)
        if key in self._flying:
            raise in_use(key)
        store = self._provider.store
        record = store["keys"].get(key)
        if record is not None and record["created"] + LASTS <= self._provider.clock.now():
            store.remove("keys", key)
            record = None
        if record is None:
            self._flying.add(key)
            return None
        self._compare(record, key, path, params)
        return Saved(record["status"], record["body"], record["request"])

    def _compare(self, record: Resource, key: str, path: str, params: Params) -> None:
        if record["path"] != path:
            rule = f"for the same endpoint they were first used for ('{path}' vs '{record['path']}')"
        elif record["params"] != params:
            rule = "with the same parameters they were first used with"
        else:
            return
        if path.startswith("/v2/"):
            raise reused()
        message = (
            f"Keys for idempotent requests can only be used {rule}. Try using a key other than '{key}'"
            " if you meant to execute a different request."
        )
        raise Refusal(400, message, type="idempotency_error")

    def save(self, key: str, path: str, params: Params, saved: Saved) -> None:
        self._provider.store.put(
            "keys",
            key,
            {
                "created": self._provider.clock.now(),
                "path": path,
                "params": params,
                "status": saved.status,
                "body": saved.body,
                "request": saved.request,
            },
        )

    def end(self, key: str) -> None:
        self._flying.discard(key)


def in_use(key: str) -> Refusal:
    """409: another request under this key has not been answered yet."""
    message = (
        "There is currently another in-progress request using this idempotent key (that probably means you submitted"
        f" twice, and the other request is still going through): {key}. Please try again later."
    )
    return Refusal(409, message, type="idempotency_error", code="idempotency_key_in_use")
