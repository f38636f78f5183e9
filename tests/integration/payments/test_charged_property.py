"""Whatever is bought, added, taken off and sent back: the order has what the provider charged, to the minor unit."""

from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import db
from simulators.payments.recorder import Recorder
from tests.books import Books
from tests.integration.factories import make_item
from tests.integration.payments.charging import amounts, charged, code, rate
from tests.processes import ROOT

STORY = ROOT / "test-results" / "stories" / "charged.toml"
CODE = "TEA"
LEAST = 50
"""Cents, which the provider takes at least."""

COUNTRIES = {"AT": 20, "CH": 8.1, "DE": 19, "US": 0}
purchases = st.fixed_dictionaries(
    {
        "lines": st.lists(st.tuples(st.integers(1, 9_999), st.integers(1, 9)), min_size=1, max_size=3),
        "shipping": st.one_of(st.none(), st.integers(0, 5000)),
        "country": st.sampled_from(sorted(COUNTRIES)),
        "behavior": st.sampled_from(["exclusive", "inclusive"]),
        "off": st.one_of(
            st.none(),
            st.integers(1, 100).map(lambda percent: {"percent_off": percent}),
            st.integers(1, 20_000).map(lambda amount: {"amount_off": amount}),
        ),
        "later": st.booleans(),
        "refunds": st.lists(st.one_of(st.none(), st.integers(1, 20_000)), max_size=3),
    }
)


class Till:
    """One purchase: what the shop does, one method for each step of a story; `story` is what has happened."""

    def __init__(self, shop: Any, reconfigured: Any) -> None:
        self.shop, self.reconfigured = shop, reconfigured
        self.story, self.left = Recorder(shop.control), 0

    def begin_anew(self) -> None:
        """Without earlier orders, so that the story of one purchase is all there is."""
        self.shop.control.reset()
        with self.shop.app.app_context():
            for table in reversed(db.metadata.sorted_tables):
                db.session.execute(db.delete(table))
            db.session.commit()
            db.session.remove()
        self.shop.signed_in("grace", role="staff")
        self.story = Recorder(self.shop.control)

    def buy(self, wanted: dict[str, Any]) -> None:
        self.begin_anew()
        off = {"percent_off": 0, "amount_off": 0} | (wanted["off"] or {})
        self._step("offer", shipping=wanted["shipping"], **off)
        self.story.tax(COUNTRIES, wanted["behavior"])
        self._step("place", lines=[list(line) for line in dict(wanted["lines"]).items()])
        for session in self.story.listed("sessions"):
            with suppress(httpx.HTTPStatusError):  # less than the provider takes: the buyer pays without the code
                self.story.choose(session["id"], country=wanted["country"], code=CODE if wanted["off"] else None)
            self._pay(session["id"], later=wanted["later"])
            self._step("look", inclusive=wanted["behavior"] == "inclusive")
            for amount in wanted["refunds"]:
                self._step("refund", amount=amount)
            self._step("close")

    def _step(self, do: str, **given: Any) -> None:
        with self.story.shop(do, **given):
            getattr(self, do)(**given)

    def _pay(self, session: str, *, later: bool) -> None:
        if later:
            self.story.pay_later(session)
            self._step("come_back")
            if self.story.listed("sessions", id=session)[0]["payment_status"] == "unpaid":
                self.story.settle(session)
        else:
            self.story.pay(session)
        self._step("come_back")

    # What the shop does

    def offer(self, shipping: int | None = None, percent_off: int = 0, amount_off: int = 0) -> None:
        rates = rate(self.shop.control, shipping) if shipping is not None else ""
        self.reconfigured(shipping_rates=rates, automatic_tax=True, promotion_codes=True)
        if percent_off:
            code(self.shop.control, CODE, percent_off=percent_off)
        elif amount_off:
            code(self.shop.control, CODE, amount_off=amount_off, currency="eur")

    def place(self, lines: list[list[int]]) -> None:
        basket = [{"item_id": make_item(price=price).id, "quantity": quantity} for price, quantity in lines]
        placed = self.shop.http.post("/api/orders", json={"lines": basket}, headers={"Idempotency-Key": token_hex(8)})
        subtotal = sum(price * quantity for price, quantity in lines)
        assert placed.status_code == (201 if subtotal >= LEAST else 422)
        sessions = [each["amount_subtotal"] for each in self.shop.control.listed("sessions")]
        assert sessions == ([subtotal] if subtotal >= LEAST else [])

    def come_back(self) -> None:
        self.shop.come_back()

    def look(self, *, inclusive: bool) -> None:
        [session], order = self.shop.control.listed("sessions"), self.shop.found
        subtotal, discount, shipping, tax, total = amounts(order)
        assert amounts(order) == charged(session)
        assert order["status"] == "paid"
        added = total - (subtotal - discount + shipping)
        assert added == (0 if inclusive else tax)
        self.left = total

    def refund(self, amount: int | None = None) -> None:
        wish, headers = {"amount": amount} if amount else {}, {"Idempotency-Key": token_hex(8)}
        answer = self.shop.http.post(f"{self.shop.where}/refunds", json=wish, headers=headers)
        fits = (amount or self.left) <= self.left and self.left > 0
        assert answer.status_code == (201 if fits else 409)
        self.left -= (amount or self.left) if fits else 0

    def close(self) -> None:
        order = self.shop.found
        assert (order["refunded"], order["refundable"]) == (order["total"] - self.left, self.left)
        with self.shop.app.app_context():
            assert Books(self.shop.control.state(), {}, {}).money_differences() == []


def run(till: Till, **how: Any) -> None:
    """As hypothesis does; the story of a failure, the shortest at last, is written down."""

    @settings(suppress_health_check=[HealthCheck.too_slow], **how)
    @given(purchases)
    def check(wanted: dict[str, Any]) -> None:
        try:
            till.buy(wanted)
        except BaseException as error:
            file = till.story.write(STORY, f"A purchase that goes wrong: {str(error)[:150]}")
            error.add_note(f"The story is in {file}.")
            raise

    check()


def play(till: Till, story: Path) -> None:
    till.begin_anew()
    till.shop.control.play(story, shop=lambda do, **given: getattr(till, do)(**given))


@pytest.fixture
def till(shop, reconfigured) -> Till:
    return Till(shop, reconfigured)


@pytest.mark.hypothesis
def test_an_order_has_what_was_charged_and_no_more_than_that_goes_back(till):
    run(till, max_examples=settings().max_examples // 4)


@pytest.mark.any_database
def test_a_purchase_that_goes_wrong_is_written_down_and_goes_wrong_again_when_it_is_played(till, monkeypatch, tmp_path):
    def loses_refunds(self):
        assert not self.shop.control.listed("refunds"), "a refund is lost"

    monkeypatch.setitem(globals(), "STORY", tmp_path / "charged.toml")
    with monkeypatch.context() as broken:
        broken.setattr(Till, "close", loses_refunds)
        with pytest.raises(AssertionError, match="a refund is lost") as failure:
            run(till, max_examples=30, phases=[Phase.generate])
        with pytest.raises(AssertionError, match="a refund is lost"):
            play(till, STORY)

    assert f"The story is in {STORY}." in failure.value.__notes__
    assert 'do = "refund"' in STORY.read_text()
    play(till, STORY)  # the fault is mended: the same story ends well
