"""Orders that a promotion code made free: paid with nothing, so that staff cancel them instead of refunding them."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from app.models import Outgoing
from simulators.payments.control import SESSIONS
from tests.integration.conftest import sign_in
from tests.integration.factories import make_user
from tests.integration.payments.charging import code
from tests.integration.payments.refunding import WAITS, Till

EXPIRE = {"method": "POST", "path": f"{SESSIONS}/*/expire"}


@pytest.fixture
def free_shop(shop, reconfigured):
    reconfigured(promotion_codes=True)
    code(shop.control, "FREE", percent_off=100)
    return shop


def pay_with_nothing(shop, session=""):
    shop.control.choose(session or shop.attempt.session_id, code="FREE")
    shop.pay(session)


@pytest.fixture
def bought(free_shop):
    """One lamp of three is sold for nothing; from now on staff look at it."""
    free_shop.place()
    pay_with_nothing(free_shop)
    free_shop.come_back()
    free_shop.signed_in("grace", role="staff")
    assert (free_shop.status, free_shop.stock, free_shop.money) == ("paid", (2, 2), [("settles", 0)])
    return free_shop


def cancelled_mails(shop):
    return sum(mail.kind == "order_cancelled" for mail in shop.rows(Outgoing))


def is_in_line(shop):
    return shop.app.test_cli_runner().invoke(args=["reconcile"]).exit_code == 0 and shop.in_line()


def test_staff_cancel_a_free_order_and_its_stock_is_back_once(bought):
    answers = [bought.cancel() for _ in range(2)]

    assert [(each.status_code, each.json()["status"]) for each in answers] == [(200, "cancelled")] * 2
    assert (bought.stock, cancelled_mails(bought), bought.given_back) == ((3, 3), 1, [])
    assert bought.http.post(f"{bought.where}/fulfil").json()["error"] == "order_not_paid"
    assert is_in_line(bought)


def test_a_cancelled_free_order_is_on_no_list_of_what_to_hand_over(bought):
    bought.cancel()

    dashboard = bought.http.get("/api/dashboard").json()
    [row] = bought.http.get("/api/orders.csv").text.splitlines()[1:]
    entries = bought.http.get(f"{bought.where}/history").json()
    assert (dashboard["needs"]["hand_over"], dashboard["orders"]["cancelled"]) == (0, 1)
    assert row.split(",")[1] == "cancelled"
    assert [each["status"] for each in entries if each["kind"] in ("order", "payment")] == ["cancelled", "settles"]
    assert all(todo["done"] for todo in bought.http.get("/api/todos").json()["items"])  # feature: todos


def test_its_buyer_does_not_cancel_it(free_shop):
    free_shop.place()
    pay_with_nothing(free_shop)
    free_shop.come_back()

    answer = free_shop.cancel()

    assert (answer.status_code, answer.json()["error"]) == (409, "order_not_cancellable")
    assert (free_shop.status, free_shop.stock) == ("paid", (2, 2))


def test_one_that_is_handed_over_is_cancelled_after_that_was_taken_back(bought):
    bought.http.post(f"{bought.where}/fulfil").raise_for_status()
    handed_over = bought.cancel()

    bought.http.post(f"{bought.where}/unfulfil").raise_for_status()
    taken_back = bought.cancel()

    assert (handed_over.status_code, handed_over.json()["error"]) == (409, "order_not_cancellable")
    assert (taken_back.status_code, taken_back.json()["status"], bought.stock) == (200, "cancelled", (3, 3))


def test_staff_refund_an_order_that_was_paid_with_money_and_do_not_cancel_it(shop):
    till = Till(shop)

    assert till.shop.cancel().status_code == 409
    assert (till.shop.status, till.shop.stock) == ("paid", (1, 1))
    assert all(waits(till) for waits in WAITS)


@pytest.fixture
def two_sessions(free_shop):
    """A free order whose buyer has another session open, in which it can still be paid."""
    free_shop.place()
    first = free_shop.attempt
    free_shop.control.alter(first.session_id, status="expired")
    free_shop.come_back()
    assert free_shop.check_out().status_code == 200
    free_shop.control.alter(first.session_id, status="open")
    pay_with_nothing(free_shop, first.session_id)
    free_shop.http.get(f"/checkout/return/{first.idem_key}")
    free_shop.signed_in("grace", role="staff")
    assert (free_shop.status, free_shop.attempt.status) == ("paid", "open")
    return free_shop


def test_while_another_session_cannot_be_ended_it_is_being_cancelled(two_sessions):
    two_sessions.control.drop(times=None, **EXPIRE)

    answer = two_sessions.cancel()

    assert (answer.status_code, answer.json()["status"], two_sessions.stock) == (202, "cancelling", (3, 3))
    two_sessions.control.mend()
    two_sessions.sweep()
    assert (two_sessions.status, two_sessions.stock, cancelled_mails(two_sessions)) == ("cancelled", (3, 3), 1)


def test_money_that_comes_after_it_was_cancelled_goes_back(two_sessions):
    two_sessions.control.drop(times=None, **EXPIRE)
    two_sessions.cancel()
    two_sessions.control.mend()
    two_sessions.pay()

    assert is_in_line(two_sessions)

    assert (two_sessions.status, two_sessions.stock) == ("cancelled", (3, 3))
    assert two_sessions.money == [("settles", 0), ("surplus", 8900)]
    assert two_sessions.given_back == [("succeeded", 8900)]


def test_cancelled_by_some_and_handed_over_by_others_at_once_it_is_one_of_both(own_shop, own_app, monkeypatch):
    with_codes = msgspec.structs.replace(own_app.extensions["settings"], promotion_codes=True)
    monkeypatch.setitem(own_app.extensions, "settings", with_codes)
    code(own_shop.control, "FREE", percent_off=100)
    own_shop.place()
    pay_with_nothing(own_shop)
    own_shop.come_back()
    with own_app.app_context():
        staff = [sign_in(own_app, make_user(role="staff")) for _ in range(8)]
    acts = ["cancel", "fulfil"] * 4

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(each.post, f"{own_shop.where}/{act}") for each, act in zip(staff, acts, strict=True)]
        statuses = {each.result().status_code for each in asked}

    own_shop.signed_in("grace", role="staff")
    is_handed_over = own_shop.status == "fulfilled"
    assert statuses == {200, 409}
    assert own_shop.stock == ((2, 2) if is_handed_over else (3, 3))
    assert cancelled_mails(own_shop) == (0 if is_handed_over else 1)
    assert own_shop.in_line()
