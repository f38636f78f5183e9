"""What `make chaos` and the state machine came upon, each told once more by hand."""

import gc

import pytest

from app.models import Attempt, Order
from app.payments import attempts, sweep
from simulators.payments.control import SESSIONS
from tests.integration.factories import make_item, make_order, make_user
from tests.integration.payments.refunding import reconciled

POST = {"method": "POST", "path": SESSIONS}


@pytest.mark.parametrize("executed", [True, False])
def test_an_order_that_is_given_up_ends_a_session_whose_saved_500_says_nothing(shop, executed, monkeypatch):
    async def resolve(*given):
        found = await resolved(*given)
        gc.collect()  # what nobody holds any more the session would have to load again
        return found

    resolved = attempts.resolve
    monkeypatch.setattr(attempts, "resolve", resolve)
    shop.control.break_down(executed=executed, **POST)
    shop.place()
    shop.change(Order, status="cancelling")

    shop.sweep()

    assert (shop.status, shop.stock) == ("cancelled", (3, 3))
    assert shop.sessions == (["expired"] if executed else [])


def test_reconcile_goes_on_until_a_session_that_could_not_be_ended_is(shop):
    shop.place()
    shop.control.drop(when="before", path=f"{SESSIONS}/*/expire", times=4)
    shop.cancel()
    assert shop.status == "cancelling"

    found = reconciled(shop)

    assert (shop.status, shop.stock, found.is_clean) == ("cancelled", (3, 3), True)
    assert reconciled(shop).mended == []


def test_one_reconcile_winds_down_all_orders_whose_time_is_over(app, shop):
    buyer, lamp = make_user(), make_item()
    for _ in range(101):
        make_order(buyer, lamp)
    shop.change(Attempt, status="expired", next_try_at=None)

    assert len(reconciled(shop).mended) == 101
    assert reconciled(shop).mended == []


def test_an_attempt_that_our_own_code_breaks_on_does_not_keep_the_sweep_from_the_others(shop, monkeypatch):
    shop.place(key="first")
    shop.place(key="second")
    broken, whole = shop.rows(Attempt)
    for each in (broken, whole):
        shop.pay(each.session_id)

    async def settle(session, gateway, attempt_id):
        assert attempt_id != broken.id, "a bug"
        return await settled(session, gateway, attempt_id)

    settled = sweep.settle
    monkeypatch.setattr(sweep, "settle", settle)

    shop.sweep()

    assert shop.tried == ["open", "paid"]
