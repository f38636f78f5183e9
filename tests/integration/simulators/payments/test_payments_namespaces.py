"""Namespaces of the payment simulator: one for each key, in one process."""

import base64

import httpx
import pytest

from simulators.payments.control import SESSIONS, Control
from simulators.process import Process
from tests.integration.simulators.payments.signatures import is_genuine


@pytest.fixture
def pair(payments):
    with payments.namespace() as one, payments.namespace() as other:
        yield one, other


def test_one_sees_nothing_of_another(payments, pair):
    one, other = pair
    session = one.open_session()

    assert other.api.get(f"{SESSIONS}/{session['id']}").status_code == 404
    assert [each.listed("sessions") for each in (other, payments)] == [[], []]
    assert one.listed("sessions")[0]["id"] == session["id"]


def test_its_key_leads_there_at_the_simulators_own_address(payments, pair):
    one, _ = pair
    session = one.open_session()

    headers = {"Authorization": f"Bearer {one.secret_key}"}
    answer = httpx.get(f"{payments.url}{SESSIONS}/{session['id']}", headers=headers)

    assert answer.json()["id"] == session["id"]


def test_faults_clock_and_reset_are_its_own(payments, pair):
    one, other = pair
    kept = other.open_session()
    one.drop(times=None)
    one.advance(3600)
    one.reset()
    one.drop(times=None)

    with pytest.raises(httpx.TransportError):
        one.api.get(SESSIONS)
    assert [each["id"] for each in other.api.get(SESSIONS).json()["data"]] == [kept["id"]]
    assert abs(other.state()["now"] - payments.state()["now"]) < 60


def test_webhooks_go_where_each_says(receiver, pair):
    one, other = pair
    one.send_webhooks_to("http://127.0.0.1:9/")
    other.send_webhooks_to(receiver.url)

    for each in pair:
        each.pay(each.open_session()["id"])
        each.settle_webhooks()

    told = b"".join(body for body, _ in receiver.got).decode()
    assert [each.listed("sessions")[0]["id"] in told for each in pair] == [False, True]


def test_webhooks_are_signed_with_a_secret_of_its_own_and_with_the_simulators(receiver, pair):
    one, other = pair
    one.send_webhooks_to(receiver.url)

    one.pay_later(one.open_session()["id"])
    one.settle_webhooks()

    [got] = receiver.got
    secrets = (f"whsec_ns_{one.url.rpartition('/')[2]}", "whsec_new", f"whsec_ns_{other.url.rpartition('/')[2]}")
    assert [is_genuine(*got, secret) for secret in secrets] == [True, True, False]


def test_tests_that_share_a_simulator_that_was_given_no_secret_know_their_own(receiver):
    env = {"KIOSK_PUBLIC_URL": "", "KIOSK_PAYMENTS__WEBHOOK_SECRET": "", "KIOSK_PAYMENTS__SECRET_KEY": ""}
    options = ("payments", "--port", "0", "--control")
    with Process(*options, env=env) as process, Control(process.url) as shared, shared.namespace() as one:
        secret = one.webhook_secret
        one.send_webhooks_to(receiver.url)
        one.pay_later(one.open_session()["id"])
        one.settle_webhooks()

    assert [is_genuine(*got, secret) for got in receiver.got] == [True]


@pytest.mark.parametrize("scheme", ["Basic", "basic", "bearer"])
def test_its_key_leads_there_in_each_way_that_stripe_takes_a_key(payments, pair, scheme):
    one, _ = pair
    session = one.open_session()
    key = one.secret_key if scheme == "bearer" else base64.b64encode(f"{one.secret_key}:".encode()).decode()

    answer = httpx.get(f"{payments.url}{SESSIONS}", headers={"Authorization": f"{scheme} {key}"})

    assert [each["id"] for each in answer.json()["data"]] == [session["id"]]


def test_a_client_of_its_address_knows_its_key_and_its_secret(receiver, pair):
    one, _ = pair

    with Control(one.url) as again:
        assert again.webhook_secret == one.webhook_secret
        again.send_webhooks_to(receiver.url)
        again.pay_later(again.open_session()["id"])
        again.settle_webhooks()

    assert is_genuine(*receiver.got[0], one.webhook_secret)


def test_its_payment_page_leads_on_within_it(pair):
    one, _ = pair
    session = one.open_session()

    page = httpx.get(session["url"])
    action = f"/ns/{one.url.rpartition('/')[2]}/pay/{session['id']}"

    assert session["url"] == one.url + f"/pay/{session['id']}"
    assert f'action="{action}"' in page.text
    assert httpx.get(f"{one.url}/assets/pay.css").status_code == 200


def test_it_plays_a_scenario_of_its_own(pair):
    one, _ = pair

    answer = httpx.post(f"{one.url}/_control/play", json={"scenario": '[[step]]\nact = "open_session"'}, timeout=30)

    assert answer.status_code == 200
    assert [len(each.listed("sessions")) for each in pair] == [1, 0]


def test_one_that_ended_begins_anew_under_the_same_name(payments):
    with payments.namespace("of-a-test") as one:
        one.open_session()

    with payments.namespace("of-a-test") as again:
        assert again.listed("sessions") == []


def test_the_simulator_itself_is_no_namespace_and_cannot_be_closed(payments):
    assert httpx.post(f"{payments.url}/_control/close").status_code == 404
