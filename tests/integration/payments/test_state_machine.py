"""Anything in any order: people, the provider, its messages, the sweep and the clock, as hypothesis thinks them up.

After every step nothing is oversold, no order is paid twice and nothing is handed over that is not there; when the
faults stop, one reconcile brings all in line but for refunds that failed and disputes, which staff deal with.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app import db
from app.checkout import service
from app.models import Attempt, Event, Hold, Item, Order, Payment, Refund, User
from app.payments import reconcile
from app.payments.sweep import Report, sweep
from app.runtime import outbound
from app.runtime.async_bridge import bridge
from app.runtime.config import PaymentsAccount
from app.runtime.config import settings as shop_settings
from app.runtime.db import utcnow, writing
from app.stripe import gateway
from app.stripe.gateway import Gateway
from simulators.payments.control import SESSIONS
from simulators.payments.recorder import Recorder
from tests.books import Books
from tests.integration.checkout.buying import send_event
from tests.integration.conftest import sign_in
from tests.integration.factories import make_item, make_user
from tests.integration.payments import charging
from tests.processes import ROOT
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET

KEPT = Path(__file__).parent / "stories"
FAILED = ROOT / "test-results" / "stories"
STOCK = {"Lamp": 2, "Pen": 5, "Song": None}
PATHS = ["*", SESSIONS, f"{SESSIONS}/*", "/v1/refunds", "/v1/refunds/*", "/v1/payment_intents/*"]
CODES = {"SOME": 15, "ALL": 100}
"""Percent off, by code."""

CARDS = [None, None, None, "4000000000000002"]
DUE = {
    Attempt: ("created_at", "first_sent_at", "next_try_at", "lease_until", "expires_at"),
    Order: ("created_at", "hold_until"),
    Refund: ("created_at", "first_sent_at", "next_try_at", "lease_until"),
    Event: ("received_at", "next_try_at", "lease_until"),
}

picks = st.integers(0, 50)
times = st.integers(1, 4)


def told(act: Callable[..., None]) -> Callable[..., None]:
    """Writes a rule down as what the shop does, so that the story can be played again."""

    @wraps(act)
    def tell(self: "Shop", **given: Any) -> None:
        with self.control.shop(act.__name__, **given):
            act(self, **given)

    return tell


class Shop(RuleBasedStateMachine):
    """`app` and `simulator` are set by the test below."""

    app: Any
    simulator: Any
    last: "Shop | None" = None
    """The one that was made last. After a failure hypothesis plays the shortest story once more, on a new one."""

    def __init__(self) -> None:
        super().__init__()
        type(self).last = self
        self.control: Any = self.simulator
        self.control.reset()
        self.control.treat_webhooks("lose")
        self._fresh_gateway()
        with self.app.app_context():
            for table in reversed(db.metadata.sorted_tables):
                db.session.execute(sa.delete(table))
            db.session.commit()
            buyer, staff = make_user(), make_user(role="staff")
            self.items = [make_item(name, price=1000, on_hand=count).id for name, count in STOCK.items()]
            self.stock = dict(zip(self.items, STOCK.values(), strict=True))
            self.buyer = buyer.id
            db.session.remove()
        self._offer_shipping_and_codes()
        self.keys: dict[str, int] = {}
        self.browser, self.staff = sign_in(self.app, buyer), sign_in(self.app, staff)
        self.control = self.story = Recorder(self.simulator)

    def _fresh_gateway(self) -> None:
        """A provider that hung has had its rest."""
        account = PaymentsAccount(self.control.url, PAYMENTS_KEY, WEBHOOK_SECRET)
        self.app.extensions["gateway"] = Gateway(account)

    def _offer_shipping_and_codes(self) -> None:
        rates = [charging.rate(self.control, amount) for amount in (0, 490)]
        for text, percent in CODES.items():
            charging.code(self.control, text, percent_off=percent)
        given = self.app.extensions["settings"]
        wanted = {"shipping_rates": ",".join(rates), **charging.ALL}
        self.app.extensions["settings"] = msgspec.structs.replace(given, **wanted)
        self.rates = rates

    # ------------------------------------------------------------ people

    @rule(item=picks, quantity=st.integers(1, 2), key=st.integers(1, 4))
    @told
    def place(self, item: int, quantity: int, key: int) -> None:
        lines = [{"item_id": self.items[item % len(self.items)], "quantity": quantity}]
        answer = self.browser.post("/api/orders", json={"lines": lines}, headers={"Idempotency-Key": f"key-{key}"})
        assert answer.status_code in (200, 201, 202, 402, 409, 422, 503)
        if answer.status_code < 300:
            order_id = answer.get_json()["id"]
            assert self.keys.setdefault(f"key-{key}", order_id) == order_id

    @rule(item=picks)
    @told
    def place_and_crash(self, item: int) -> None:
        """Dead after the order's commit, and before the provider is asked."""
        with self.app.app_context(), writing():
            buyer = db.session.get(User, self.buyer)
            basket = {self.items[item % len(self.items)]: 1}
            try:
                purchase = service.Purchase(f"crash-{item}", basket, note=None)
                service.place(db.session(), shop_settings(), buyer, purchase, utcnow())
            except service.Conflict:
                db.session.rollback()

    @rule(which=picks)
    @told
    def check_out(self, which: int) -> None:
        if order_id := self._pick(Order.id, which):
            self.browser.post(f"/api/orders/{order_id}/checkout")

    @rule(which=picks)
    @told
    def cancel(self, which: int) -> None:
        if order_id := self._pick(Order.id, which):
            assert self.browser.post(f"/api/orders/{order_id}/cancel").status_code in (200, 202, 409)

    @rule(which=picks)
    @told
    def call_off(self, which: int) -> None:
        if order_id := self._pick(Order.id, which):
            assert self.staff.post(f"/api/orders/{order_id}/cancel").status_code in (200, 202, 409)

    @rule(which=picks)
    @told
    def come_back(self, which: int) -> None:
        if key := self._pick(Attempt.idem_key, which):
            assert self.browser.get(f"/checkout/return/{key}").status_code == 303

    @rule(which=picks, card=st.sampled_from(CARDS), amount=st.sampled_from([None, None, None, 700]))
    def pay(self, which: int, card: str | None, amount: int | None) -> None:
        self._at_provider("sessions", which, lambda name: self.control.pay(name, card, amount=amount), status="open")

    @rule(
        which=picks, rate=st.booleans(), code=st.sampled_from(["", *CODES]), country=st.sampled_from(["AT", "CH", "US"])
    )
    def choose(self, which: int, rate: bool, code: str, country: str) -> None:
        chosen = {"shipping_rate": self.rates[rate], "code": code, "country": country}
        self._at_provider("sessions", which, lambda name: self.control.choose(name, **chosen), status="open")

    @rule(which=picks)
    def pay_by_debit(self, which: int) -> None:
        self._at_provider("sessions", which, self.control.pay_later, status="open")

    @rule(which=picks, succeed=st.booleans())
    def bank_answers(self, which: int, succeed: bool) -> None:
        self._at_provider(
            "sessions", which, lambda name: self.control.settle(name, succeed=succeed), payment_status="unpaid"
        )

    @rule(which=picks, amount=st.sampled_from([None, 300, 1000]), key=st.integers(1, 3), restock=st.booleans())
    @told
    def refund(self, which: int, amount: int | None, key: int, restock: bool) -> None:
        if order_id := self._pick(Order.id, which):
            wish = {"restock": restock} | ({"amount": amount} if amount else {})
            path, headers = f"/api/orders/{order_id}/refunds", {"Idempotency-Key": f"refund-{key}"}
            assert self.staff.post(path, json=wish, headers=headers).status_code in (200, 201, 409, 422)

    @rule(which=picks, despite=st.booleans())
    @told
    def fulfil(self, which: int, despite: bool) -> None:
        if order_id := self._pick(Order.id, which):
            was = self._status(order_id)
            answer = self.staff.post(f"/api/orders/{order_id}/fulfil?despite_dispute={str(despite).lower()}")
            assert answer.status_code in (200, 409)
            if was == "paid" and answer.status_code == 200:
                assert self._is_there(order_id)

    @rule(which=picks)
    @told
    def close_finding(self, which: int) -> None:
        if open_ones := self.staff.get("/api/findings").get_json():
            assert self._close(open_ones[which % len(open_ones)]["id"]) in (200, 404, 409, 503)

    # ------------------------------------------------------------ the provider

    @rule(when=st.sampled_from(["before", "after"]), path=st.sampled_from(PATHS), times=times, slow=st.booleans())
    def loses_answers(self, when: str, path: str, times: int, slow: bool) -> None:
        if slow:
            self.control.hang(when=when, path=path, times=1)
        else:
            self.control.drop(when=when, path=path, times=times)

    @rule(status=st.sampled_from([409, 429, 500]), path=st.sampled_from(PATHS), times=times)
    def refuses(self, status: int, path: str, times: int) -> None:
        self.control.refuse(status, path=path, times=times)

    @rule(executed=st.booleans(), path=st.sampled_from(PATHS))
    def breaks_down(self, executed: bool, path: str) -> None:
        self.control.break_down(executed=executed, path=path, method="POST")

    @rule()
    def behaves(self) -> None:
        self.control.mend()

    @rule(times=times)
    def refunds_slowly(self, times: int) -> None:
        self.control.next_refunds("pending", times)

    @rule(which=picks)
    def refund_arrives(self, which: int) -> None:
        self._at_provider("refunds", which, self.control.succeed_refund, status="pending")

    @rule(which=picks)
    def refund_fails(self, which: int) -> None:
        self._at_provider("refunds", which, self.control.fail_refund)

    @rule(times=times)
    def has_no_money_for_refunds(self, times: int) -> None:
        self.control.empty_balance(times)

    @rule(which=picks, amount=st.sampled_from([300, None]))
    def refund_by_hand(self, which: int, amount: int | None) -> None:
        """By another program of the shop's, perhaps before the shop has heard of the payment. Faults hit it too."""

        def refund(session: str) -> None:
            with suppress(httpx.TransportError):
                self.control.act("refund", session, amount=amount)

        self._at_provider("sessions", which, refund, payment_status="paid")

    @rule(which=picks, inquiry=st.booleans())
    def bank_disputes(self, which: int, inquiry: bool) -> None:
        def dispute(session: str) -> None:
            self.control.dispute(session=session, amount=200, inquiry=inquiry)

        self._at_provider("sessions", which, dispute, payment_status="paid")

    @rule(which=picks, status=st.sampled_from(["under_review", "won", "lost", "appeal_needs_response"]))
    def dispute_moves(self, which: int, status: str) -> None:
        self._at_provider("disputes", which, lambda name: self.control.move_dispute(name, status))

    # ------------------------------------------------------------ its messages

    @rule(which=picks, copies=st.integers(1, 2))
    @told
    def message_comes(self, which: int, copies: int) -> None:
        """Any that was ever made, in any order, as often as it likes."""
        if messages := self.control.state()["events"]:
            for _ in range(copies):
                assert send_event(self.browser, messages[which % len(messages)]).status_code == 200

    @rule(which=picks, secret=st.sampled_from([WEBHOOK_SECRET, "whsec_another_secret_0123"]))
    @told
    def message_lies(self, which: int, secret: str) -> None:
        if sessions := self.control.listed("sessions", status="open"):
            lie = {**sessions[which % len(sessions)], "status": "complete", "payment_status": "paid"}
            event = {"id": f"evt_lie_{which}", "type": "checkout.session.completed", "data": {"object": lie}}
            assert send_event(self.browser, event, secret).status_code == (200 if secret == WEBHOOK_SECRET else 400)

    # ------------------------------------------------------------ time, and the sweep

    @rule(minutes=st.sampled_from([1, 31, 25 * 60]))
    @told
    def time_passes(self, minutes: int) -> None:
        self._let_pass(timedelta(minutes=minutes))

    @rule(whole=st.booleans())
    @told
    def sweep(self, whole: bool) -> None:
        with self.app.app_context(), writing():
            bridge.run(sweep(db.session(), self.app.extensions["gateway"], Report(), whole=whole))

    def _let_pass(self, span: timedelta) -> None:
        """Everybody's clock is moved: the simulator's on, and ours by making all rows older."""
        with self.app.app_context(), writing():
            for model, moments in DUE.items():
                for row in db.session.scalars(sa.select(model)):
                    for name in moments:
                        if (at := getattr(row, name)) is not None:
                            setattr(row, name, at - span)
            db.session.commit()
        self.control.advance(span.total_seconds())

    # ------------------------------------------------------------ what always holds

    @invariant()
    def nothing_is_oversold(self) -> None:
        with self.app.app_context():
            for item in db.session.scalars(sa.select(Item).where(Item.on_hand.is_not(None))):
                counted = self._quantities(item.id)
                assert 0 <= item.held <= item.on_hand
                assert item.held == counted.get("held", 0)
                assert item.on_hand + counted.get("consumed", 0) == self.stock[item.id]

    def _quantities(self, item_id: int) -> dict[str, int]:
        summed = sa.select(Hold.state, sa.func.sum(Hold.quantity)).where(Hold.item_id == item_id).group_by(Hold.state)
        return dict(iter(db.session.execute(summed)))

    @invariant()
    def no_order_is_paid_twice(self) -> None:
        with self.app.app_context():
            settles = sa.select(Payment.order_id).where(Payment.disposition == "settles")
            paid = list(db.session.scalars(settles))
            was_free = (Order.total == 0) & Order.status.in_(("cancelling", "cancelled"))
            is_paid = sa.select(Order.id).where(Order.status.in_(("paid", "fulfilled")) | was_free)
            assert sorted(paid) == sorted(db.session.scalars(is_paid))
            assert len(paid) == len(set(paid))

    def teardown(self) -> None:
        """The faults stop, and the story is over."""
        self.control = self.simulator
        self.control.mend()
        self._fresh_gateway()
        self.control.empty_balance(0)
        self._let_pass(timedelta(minutes=1))  # whoever crashed has lost their lease
        first = self._reconcile()
        assert (first.unfinished, first.unreachable) == (0, None), first
        assert {each.kind for each in first.needs_person} <= {"refund", "dispute"}, first
        self._send_back()
        self._reconcile()
        for each in self.staff.get("/api/findings").get_json():
            assert self._close(each["id"]) == 200
        last = self._reconcile()
        with self.app.app_context():
            books = Books(self.control.state(), self.stock, self.keys, refunds_fail=True)
            assert books.differences() == []
            db.session.remove()
        assert (last.mended, last.fetched, last.is_clean) == ([], 0, True), last

    def _send_back(self) -> None:
        """Staff refund what no order needs and could not go back before."""
        for order in self.staff.get("/api/orders?per_page=100").get_json()["items"]:
            for payment in order["payments"]:
                if payment["disposition"] != "settles" and payment["refundable"]:
                    path, headers = f"/api/orders/{order['id']}/refunds", {"Idempotency-Key": f"last {payment['id']}"}
                    answer = self.staff.post(path, json={"payment": payment["id"]}, headers=headers)
                    assert answer.status_code in (201, 409), answer.text  # 409: it is with the bank

    def _close(self, finding: str) -> int:
        answer = self.staff.post(f"/api/findings/{finding}/close", json={"reason": "Dealt with."})
        return int(answer.status_code)

    def _reconcile(self) -> reconcile.Reconciled:
        with self.app.app_context(), writing():
            return bridge.run(reconcile.reconcile(db.session(), self.app.extensions["gateway"]))

    # ------------------------------------------------------------ picking

    def _status(self, order_id: int) -> str | None:
        with self.app.app_context():
            return db.session.scalar(sa.select(Order.status).where(Order.id == order_id))

    def _is_there(self, order_id: int) -> bool:
        with self.app.app_context():
            states = set(db.session.scalars(sa.select(Hold.state).where(Hold.order_id == order_id)))
        return states <= {"consumed"}

    def _pick(self, column: Any, which: int) -> Any:
        with self.app.app_context():
            found = list(db.session.scalars(sa.select(column).order_by(column.class_.id)))
        return found[which % len(found)] if found else None

    def _at_provider(self, kind: str, which: int, act: Any, **equal: Any) -> None:
        names = [each["id"] for each in self.control.listed(kind, **equal)]
        if names:
            with suppress(httpx.HTTPStatusError):  # it was paid, or is over
                act(names[which % len(names)])


@pytest.fixture
def machine(own_app, payments_simulator, monkeypatch) -> type[Shop]:
    monkeypatch.setattr(gateway, "PAUSE_SECONDS", 0.002)
    monkeypatch.setattr(outbound, "TIMEOUT", httpx.Timeout(0.4))
    monkeypatch.setattr(reconcile, "ROUND_SECONDS", 0.01)
    for part in ("gateway", "settings"):
        monkeypatch.setitem(own_app.extensions, part, own_app.extensions[part])
    return type("ShopAtWork", (Shop,), {"app": own_app, "simulator": payments_simulator})


def run(machine: type[Shop], **how: Any) -> None:
    """As hypothesis does; the story of a failure is written down."""
    try:
        run_state_machine_as_test(machine, settings=settings(**how))
    except BaseException as error:
        if machine.last:
            file = machine.last.story.write(FAILED / f"{machine.__name__}.toml", str(error)[:200])
            error.add_note(f"The story is in {file}: put it into {KEPT.name}/, and it is played by every run.")
        raise


def play(machine: type[Shop], story: Path) -> None:
    """A story that was written down, and what has to hold at its end."""
    shop = machine()
    shop.simulator.play(story, shop=lambda do, **given: getattr(shop, do)(**given))
    shop.nothing_is_oversold()
    shop.no_order_is_paid_twice()
    shop.teardown()


@pytest.mark.hypothesis
def test_whatever_happens_in_whatever_order_the_books_are_right(machine):
    run(machine, max_examples=settings().max_examples // 10, stateful_step_count=25)


@pytest.mark.parametrize("story", sorted(KEPT.glob("*.toml")), ids=lambda story: story.stem)
def test_a_story_that_was_kept_ends_with_the_books_right(machine, story):
    play(machine, story)


@pytest.mark.any_database
def test_a_story_that_fails_is_written_down_and_fails_again_when_it_is_played(machine, monkeypatch, tmp_path):
    def is_never_paid(self):
        assert not self.simulator.listed("sessions", payment_status="paid"), "it is paid"

    monkeypatch.setitem(globals(), "FAILED", tmp_path)
    others = {each.function.__name__ for each in machine.setup_state().rules} - {"place", "pay"}
    wrong = type("Wrong", (machine,), dict.fromkeys(others) | {"no_order_is_paid_twice": invariant()(is_never_paid)})

    with pytest.raises(AssertionError, match="it is paid") as failure:
        run(wrong, max_examples=30, stateful_step_count=12, phases=[Phase.generate])

    story = tmp_path / "Wrong.toml"
    assert str(story) in failure.value.__notes__[-1]
    assert 'act = "pay"' in story.read_text()
    with pytest.raises(AssertionError, match="it is paid"):
        play(wrong, story)
