"""The client of the control API, for tests: `with started() as payments: payments.drop(when="after")`."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, Unpack

import httpx

from simulators.payments.namespaces import KEY, SECRET, named
from simulators.payments.protocol import Resource
from simulators.payments.webhooks import Forgery
from simulators.process import Process

SESSIONS = "/v1/checkout/sessions"
SECRET_KEY = "sk_test_simulator_0123456789"
WEBHOOK_SECRET = "whsec_simulator_0123456789"
When = Literal["before", "after"]
Order = Literal["first", "last", "shuffled"]


class Match(TypedDict, total=False):
    """Which calls a fault befalls; the oldest fault that matches counts."""

    skip: int
    """How many to let through before."""
    method: str
    path: str
    """A pattern, `*` for any part."""


class Control:
    """One method per misbehaviour, and what the simulator knows.

    What is to befall API calls takes `times` (for how many calls; None: until `mend`) and a `Match`.
    httpx.HTTPStatusError where the simulator refuses.
    """

    def __init__(self, url: str, process: Process | None = None, *, secret_key: str | None = None) -> None:
        """`secret_key` is by itself that of the namespace where the url leads to one, and SECRET_KEY elsewhere."""
        namespace = named(url)
        self.url, self.process = url, process
        self.secret_key = secret_key or (KEY + namespace if namespace else SECRET_KEY)
        self.webhook_secret = SECRET + namespace if namespace else WEBHOOK_SECRET
        """What webhooks are signed with; of several, separated by commas, with each."""
        self._client = httpx.Client(base_url=f"{url}/_control", timeout=60, trust_env=False, verify=False)  # noqa: S501 -- plain http
        self.api = httpx.Client(base_url=url, timeout=60, trust_env=False, verify=False)  # noqa: S501 -- plain http
        self.api.headers["Authorization"] = f"Bearer {self.secret_key}"
        """Speaks the provider's own API, as any client with the key may."""

    def _ask(self, method: str, path: str, /, **body: Any) -> Any:
        answer = self._client.request(method, path, json=body if method == "POST" else None)
        answer.raise_for_status()
        return answer.json()

    def _object(self, method: str, path: str, /, **body: Any) -> Resource:
        answer: Resource = self._ask(method, path, **body)
        return answer

    # What befalls API calls

    def _fault(self, kind: str, times: int | None, **rest: Any) -> None:
        self._ask("POST", "/faults", kind=kind, times=times, lasting=times is None, **rest)

    def delay(self, seconds: float, *, when: When = "before", times: int | None = 1, **match: Unpack[Match]) -> None:
        """Answers late. "before": the key is in flight meanwhile; the work is done although the client gave up."""
        self._fault("delay", times, seconds=seconds, when=when, **match)

    def hang(self, *, when: When = "before", times: int | None = 1, **match: Unpack[Match]) -> None:
        """Never answers. "before": never executes either."""
        self._fault("hang", times, when=when, **match)

    def drop(self, *, when: When = "before", times: int | None = 1, **match: Unpack[Match]) -> None:
        """Hangs up, before or after the work was done and the answer saved."""
        self._fault("drop", times, when=when, **match)

    def refuse(
        self, status: int = 500, *, times: int | None = 1, retry: bool | None = None, **match: Unpack[Match]
    ) -> None:
        """Answers 409, 429 or 5xx without executing or saving; `retry` is Stripe-Should-Retry."""
        self._fault("error", times, status=status, retry=retry, **match)

    def break_down(self, *, executed: bool = False, times: int | None = 1, **match: Unpack[Match]) -> None:
        """Answers 500 in the middle of execution, saved under the key; with `executed` the work was done."""
        self._fault("error", times, status=500, saved=True, executed=executed, **match)

    def mend(self) -> None:
        """Nothing goes wrong any more; delays and hangs that are under way end."""
        self._ask("DELETE", "/faults")

    # Webhooks

    def treat_webhooks(
        self,
        mode: Literal["send", "hold", "lose"] = "send",
        *,
        types: list[str] | None = None,
        copies: int = 1,
        skew: float = 0,
        forge: Forgery | None = None,
        thin: bool = False,
    ) -> None:
        """How webhooks are treated from now on, or only those of these `types`; without arguments as usual.

        `lose`: on record, but never sent; `copies` of each; `skew` seconds on the signature's time; `thin`: in the
        form that names its object and does not hold it.
        """
        self._ask("POST", "/webhooks", mode=mode, types=types, copies=copies, skew=skew, forge=forge, thin=thin)

    def send_webhooks_to(self, url: str | None) -> None:
        """The address for all webhooks from now on; None: the one it was started with.

        Afterwards `webhook_secret` is what this simulator signs with, however it was started.
        """
        secret = self._object("POST", "/webhooks/endpoint", url=url)["secret"]
        if secret not in self.webhook_secret.split(","):
            self.webhook_secret = secret

    def hold_webhooks(self, *types: str) -> None:
        self.treat_webhooks("hold", types=list(types) or None)

    def release_webhooks(self, order: Order = "first") -> list[Resource]:
        """Sends the held ones one by one, beginning with the first or last; what came of each. Later ones are sent."""
        self.treat_webhooks()
        answers: list[Resource] = self._ask("POST", "/webhooks/release", order=order)
        return answers

    def deliver(
        self,
        event: str,
        *,
        copies: int = 1,
        skew: float = 0,
        forge: Forgery | None = None,
        thin: bool = False,
        endpoint: str | None = None,
    ) -> list[int | None]:
        """Sends a recorded event now, several times at once; the statuses it got, None for no answer.

        To each endpoint that takes its type, or to the `endpoint` of that id.
        """
        how = {"copies": copies, "skew": skew, "forge": forge, "thin": thin, "endpoint": endpoint}
        answers = self._ask("POST", "/webhooks/deliver", event=event, **how)
        return [answer["status"] for answer in answers]

    def invent(
        self, kind: str, thing: Resource, *, copies: int = 1, skew: float = 0, forge: Forgery | None = None
    ) -> list[int | None]:
        """Sends an event that is on no record, with `thing` in it; the statuses it got.

        To the address of `send_webhooks_to`, and to each endpoint that takes its type.
        """
        said = self._ask("POST", "/webhooks/invent", type=kind, object=thing, copies=copies, skew=skew, forge=forge)
        return [answer["status"] for answer in said["answers"]]

    def hurry(self) -> None:
        """Retries of webhooks that were put off are made now."""
        self._ask("POST", "/webhooks/hurry")

    def settle_webhooks(self, timeout: float = 10) -> None:
        """Waits until none is due or under way (put-off retries do not count); TimeoutError otherwise."""
        if not self._ask("POST", "/webhooks/settle", timeout=timeout)["settled"]:
            raise TimeoutError(f"webhooks are still under way after {timeout} s")

    # Customers and banks

    def choose(
        self, session: str, *, shipping_rate: str | None = None, code: str | None = None, country: str | None = None
    ) -> Resource:
        """What the customer chooses on the page before paying; an empty `code` takes it off. The session."""
        return self._object(
            "POST", f"/sessions/{session}/choose", shipping_rate=shipping_rate, code=code, country=country
        )

    def tax(
        self,
        rates: Mapping[str, float] | None = None,
        behavior: Literal["exclusive", "inclusive"] = "exclusive",
    ) -> Resource:
        """Automatic tax from now on: percent by country, added to prices that say nothing of it, or part of them."""
        return self._object("POST", "/tax", rates=rates and dict(rates), behavior=behavior)

    def pay(
        self, session: str, card: str | None = None, *, amount: int | None = None, currency: str | None = None
    ) -> Resource:
        """Pays on the page: {result: paid | declined | secure, error, session}.

        `amount` and `currency`: the provider takes something else than it was asked to.
        """
        return self._object("POST", f"/sessions/{session}/pay", card=card, amount=amount, currency=currency)

    def decline(self, session: str, card: str = "4000000000000002") -> Resource:
        """The customer tries a card that is declined; the session stays open."""
        return self.pay(session, card)

    def authenticate(self, session: str, *, succeed: bool = True) -> Resource:
        """The customer's answer to 3-D Secure, after `pay` said "secure"; the session."""
        return self._object("POST", f"/sessions/{session}/authenticate", succeed=succeed)

    def pay_later(self, session: str) -> Resource:
        """Starts a bank debit: complete, and unpaid until `settle`; the session."""
        return self._object("POST", f"/sessions/{session}/debit")

    def settle(self, session: str, *, succeed: bool = True) -> Resource:
        """The bank's answer to the debit; the session."""
        return self._object("POST", f"/sessions/{session}/settle", succeed=succeed)

    def alter(self, session: str, **fields: Any) -> Resource:
        """Changes the session without an event; the session.

        Fields: amount_subtotal, amount_total, total_details, currency, livemode, client_reference_id, metadata,
        payment_status, status.
        """
        return self._object("POST", f"/sessions/{session}/alter", **fields)

    def twin(self, session: str, metadata: dict[str, str] | None = None) -> Resource:
        """Another session like this one, with the same marks or other `metadata`; it."""
        return self._object("POST", f"/sessions/{session}/twin", metadata=metadata)

    def next_refunds(self, status: str, times: int = 1) -> None:
        """What status the next refunds begin with: pending, requires_action, succeeded, or one that no client knows."""
        self._ask("POST", "/refunds", status=status, times=times)

    def empty_balance(self, times: int = 1) -> None:
        """The next refunds are refused: there is not enough money in the account."""
        self._ask("POST", "/refunds/balance", times=times)

    def alter_refund(self, refund: str, **fields: Any) -> Resource:
        """Changes `status` or `amount` of a refund without a request; the refund."""
        return self._object("POST", f"/refunds/{refund}/alter", **fields)

    def succeed_refund(self, refund: str) -> Resource:
        return self._object("POST", f"/refunds/{refund}/succeed")

    def fail_refund(self, refund: str, reason: str = "lost_or_stolen_card") -> Resource:
        """The refund fails, even after it had succeeded; the refund."""
        return self._object("POST", f"/refunds/{refund}/fail", reason=reason)

    def dispute(
        self, *, session: str, reason: str = "fraudulent", amount: int | None = None, inquiry: bool = False
    ) -> Resource:
        """A chargeback; an `inquiry` leaves the charge refundable. The dispute."""
        return self._object("POST", "/disputes", session=session, reason=reason, amount=amount, inquiry=inquiry)

    def move_dispute(self, dispute: str, status: str, *, refundable: bool | None = None) -> Resource:
        """Another status, any: won, lost and warning_closed close it. The dispute."""
        return self._object("POST", f"/disputes/{dispute}", status=status, refundable=refundable)

    # Time, and what there is

    def advance(self, seconds: float) -> int:
        """Moves the simulator's clock; sessions expire, keys are forgotten. Its time then, in Unix seconds."""
        return int(self._ask("POST", "/clock", advance=seconds)["now"])

    def reset(self) -> None:
        """Forgets everything, and behaves."""
        self._ask("POST", "/reset")

    def state(self) -> dict[str, Any]:
        """sessions, payment_intents, charges, refunds, disputes, events, deliveries (lists, oldest first); now, …"""
        state: dict[str, Any] = self._ask("GET", "/state")
        return state

    def listed(self, kind: str, **equal: Any) -> list[Resource]:
        """The `kind` (as in `state`) whose fields are so: `listed("charges", status="succeeded")`."""
        return [row for row in self.state()[kind] if all(row.get(name) == value for name, value in equal.items())]

    def calls(self, method: str | None = None, path: str | None = None) -> list[Resource]:
        """API calls, oldest first: method, path, params, key, status, error, replayed, fault, connection, …"""
        wanted = {name: value for name, value in (("method", method), ("path", path)) if value}
        answer = self._client.get("/calls", params=wanted)
        calls: list[Resource] = answer.raise_for_status().json()
        return calls

    def open_session(self, amount: int = 1200, currency: str = "eur", **fields: str) -> Resource:
        """A session that another program made, with the same key."""
        line = "line_items[0]"
        form = {
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/cancelled",
            f"{line}[quantity]": "1",
            f"{line}[price_data][currency]": currency,
            f"{line}[price_data][unit_amount]": str(amount),
            f"{line}[price_data][product_data][name]": "Tea",
        }
        session: Resource = self.api.post(SESSIONS, data=form | fields).raise_for_status().json()
        return session

    def play(self, file: Path | str, *, shop: Callable[..., object] | None = None) -> None:
        """Plays a scenario, as SCENARIOS.md describes them; `shop` does what a step leaves to the shop."""
        from simulators.payments.scenario import play

        play(self, file, shop=shop)

    @contextmanager
    def namespace(self, name: str = "") -> Iterator["Control"]:
        """A provider of its own in the same simulator, for the block: no other sees its objects, faults or clock.

        Its `url` and its `secret_key` lead there; either is enough for calls of the API. Webhooks are signed with
        its own `webhook_secret`, and with those that the simulator was started with.
        """
        name = name or secrets.token_hex(8)
        with Control(f"{self.url}/ns/{name}") as control:
            try:
                yield control
            finally:
                control._ask("POST", "/close")

    def close(self) -> None:
        self._client.close()
        self.api.close()
        if self.process is not None:
            self.process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def started(
    *,
    webhook_url: str | None = None,
    secret_key: str = SECRET_KEY,
    webhook_secret: str = WEBHOOK_SECRET,
    state: Path | None = None,
    requests_per_second: int | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Control]:
    """A simulator of its own on a free port, ended with the block. Its `url` stands in for https://api.stripe.com."""
    options = ["--control", "--port", "0"]
    options += ["--webhook-url", webhook_url] if webhook_url else []
    options += ["--state", str(state)] if state else []
    options += ["--requests-per-second", str(requests_per_second)] if requests_per_second else []
    keys = {"SECRET_KEY": secret_key, "WEBHOOK_SECRET": webhook_secret, "WEBHOOK_URL": ""}
    own = {f"SIMULATORS_{name}": value for name, value in keys.items()}
    process = Process("payments", *options, env={**own, **(env or {})})
    with Control(process.url, process, secret_key=secret_key) as control:
        control.webhook_secret = webhook_secret
        yield control
