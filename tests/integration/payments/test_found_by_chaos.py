"""What `make chaos` and the state machine came upon, each told once more by hand."""

import pytest

from app.models import Attempt
from simulators.payments.control import SESSIONS
from tests.integration.factories import make_item, make_order, make_user
from tests.integration.payments.refunding import reconciled

POST = {"method": "POST", "path": SESSIONS}


@pytest.mark.parametrize("executed", [True, False])
def test_an_order_that_is_given_up_ends_a_session_whose_saved_500_says_nothing(shop, executed):
    shop.control.break_down(executed=executed, **POST)
    shop.place()
    shop.cancel()

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
    shop.change(Attempt, status="expired", next_check_at=None)

    assert len(reconciled(shop).mended) == 101
    assert reconciled(shop).mended == []
