import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from simulators.payments.control import Control, started
from simulators.process import ROOT, Process
from tests.integration.simulators.payments.signatures import is_genuine
from tests.integration.simulators.payments.waiting import until

SESSIONS = "/v1/checkout/sessions"
KEY = {"Idempotency-Key": "order-42"}


def run(*options, **env):
    return subprocess.Popen(
        [sys.executable, "-m", "simulators", "payments", *options],
        cwd=ROOT,
        env=os.environ | env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def process():
    """A simulator started as a person would."""
    with run("--port", "0", "--lifeline") as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_at_a_signal(process, number):
    url = process.stdout.readline().removeprefix("payments simulator on ").strip()
    assert httpx.get(url + SESSIONS).status_code == 401

    process.send_signal(number)

    assert process.wait(5) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_it_ends_with_whoever_holds_its_lifeline(process):
    process.stdout.readline()

    process.stdin.close()

    assert process.wait(5) == 0


def test_without_control_nobody_can_make_it_misbehave():
    with Process("payments", "--port", "0") as process:
        assert httpx.post(f"{process.url}/_control/faults", json={"kind": "drop"}).status_code == 404


def test_without_a_key_in_the_environment_any_test_key_will_do():
    with Process("payments", "--port", "0", env={"KIOSK_PAYMENTS__SECRET_KEY": ""}) as process:
        for key, status in (("sk_test_anything", 200), ("sk_live_anything", 401)):
            answer = httpx.get(process.url + SESSIONS, headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == status


def test_control_is_offered_to_this_machine_only():
    with run("--port", "0", "--control", "--host", "0.0.0.0") as process:
        assert "--control" in process.communicate(timeout=10)[1]
        assert process.returncode == 2


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with run("--port", port) as process:
            _, said = process.communicate(timeout=10)

    assert process.returncode == 1
    assert port in said


def test_a_state_file_that_is_something_else_is_named(tmp_path):
    file = tmp_path / "state"
    file.write_text("hello\nworld\n")

    with run("--port", "0", "--state", str(file)) as process:
        _, said = process.communicate(timeout=10)

    assert process.returncode == 1
    assert f"{file}: line 1" in said


def test_its_state_survives_kill_9(tmp_path, order):
    file = tmp_path / "state"
    with started(state=file) as payments:
        made = payments.api.post(SESSIONS, data=order, headers=KEY).json()
        session = payments.pay(made["id"])["session"]
        refund = payments.api.post("/v1/refunds", data={"payment_intent": session["payment_intent"]}).json()
        open_one = payments.open_session()
        payments.advance(3600)
        payments.process.kill()

    with started(state=file) as payments:
        assert payments.api.get(f"{SESSIONS}/{made['id']}").json() == session
        assert payments.api.get(f"/v1/refunds/{refund['id']}").json() == refund
        replayed = payments.api.post(SESSIONS, data=order, headers=KEY)
        assert (replayed.json(), replayed.headers["Idempotent-Replayed"]) == (made, "true")
        payments.advance(24 * 3600)
        assert payments.api.get(f"{SESSIONS}/{open_one['id']}").json()["status"] == "expired"


def test_webhooks_that_were_not_taken_are_sent_after_a_restart(tmp_path, payments, receiver):
    file = tmp_path / "state"
    nowhere = "http://127.0.0.1:9/hook"
    with started(state=file, webhook_url=nowhere) as before:
        before.pay_later(before.open_session()["id"])
        until(lambda: [one for one in before.listed("deliveries") if one["answers"]])

    with started(state=file, webhook_url=receiver.url) as after:
        after.hurry()
        receiver.wait_for(1)
        after.settle_webhooks()
        assert after.listed("deliveries")[0]["state"] == "sent"


def test_webhooks_go_to_the_shop_unless_told_otherwise(payments, receiver):
    shop = receiver.url.removesuffix("/hook")
    env = {"KIOSK_PUBLIC_URL": shop, "KIOSK_PAYMENTS__WEBHOOK_SECRET": "whsec_a"}
    with Process("payments", "--port", "0", "--control", env=env) as process, Control(process.url, process) as other:
        other.api.headers["Authorization"] = "Bearer sk_test_any"
        other.pay_later(other.open_session()["id"])
        receiver.wait_for(1)


def test_settings_have_names_of_the_simulators_own_which_go_before_those_of_an_application(payments, receiver):
    own = {"SECRET_KEY": "sk_test_own", "WEBHOOK_SECRET": "whsec_own", "WEBHOOK_URL": receiver.url}
    env = {f"SIMULATORS_{name}": value for name, value in own.items()}
    env |= {"KIOSK_PAYMENTS__SECRET_KEY": "sk_test_other", "KIOSK_PUBLIC_URL": "http://127.0.0.1:9"}
    with Process("payments", "--port", "0", "--control", env=env) as process, Control(process.url) as other:
        assert other.api.get(SESSIONS, headers={"Authorization": "Bearer sk_test_other"}).status_code == 401
        other.api.headers["Authorization"] = "Bearer sk_test_own"
        other.pay_later(other.open_session()["id"])
        receiver.wait_for(1)

    assert is_genuine(*receiver.got[0], "whsec_own")


def test_without_a_webhook_secret_one_is_made_and_told(receiver, tmp_path):
    """As from another language: no option but --control, and everything else over HTTP."""
    env = {"KIOSK_PUBLIC_URL": "", "KIOSK_PAYMENTS__WEBHOOK_SECRET": ""}
    options = ["--port", "0", "--control", "--lifeline", "--state", str(tmp_path / "state")]
    told = []
    for _ in range(2):
        with run(*options, **env) as process:
            url = process.stdout.readline().removeprefix("payments simulator on ").strip()
            told.append(httpx.post(f"{url}/_control/webhooks/endpoint", json={"url": receiver.url}).json())
            with Control(url) as control:
                control.reset()
                control.send_webhooks_to(receiver.url)
                control.pay_later(control.open_session()["id"])
                control.settle_webhooks()
            process.stdin.close()
            assert f"webhooks are signed with {told[-1]['secret']}" in process.stderr.read()

    assert told[0] == told[1]
    assert told[0]["url"] == receiver.url
    assert [is_genuine(*got, told[0]["secret"]) for got in receiver.got] == [True, True]


def test_a_limit_on_requests_is_there_for_each_account_where_it_is_asked_for():
    with started(requests_per_second=1) as payments, payments.namespace() as one:
        answers = [payments.api.get(SESSIONS) for _ in range(20)]
        elsewhere = one.api.get(SESSIONS)

    refused = [each for each in answers if each.status_code == 429]
    assert answers[0].status_code == elsewhere.status_code == 200
    assert refused[0].json()["error"]["code"] == "rate_limit"
    assert refused[0].headers["Stripe-Rate-Limited-Reason"] == "global-rate"


def test_two_hundred_clients_at_once_are_all_answered(payments, order):
    def buy(number):
        with httpx.Client(base_url=payments.url, headers=dict(payments.api.headers), verify=False) as client:
            made = client.post(SESSIONS, data=order, headers={"Idempotency-Key": f"order-{number}"})
            return made.status_code, client.get(f"{SESSIONS}/{made.json()['id']}").status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(buy, range(200))) == {(200, 200)}
    assert len(payments.listed("sessions")) == 200


def test_connections_are_kept_and_large_or_strange_bodies_close_them(payments, api):
    assert api.get(SESSIONS).headers.get("Connection") != "close"
    assert api.post(SESSIONS, content=b"a" * (1 << 20) + b"a").status_code == 413
    assert api.post(SESSIONS, content=iter([b"a=1"])).status_code == 411
    assert api.get(SESSIONS).status_code == 200


def test_a_seed_gives_the_same_calls_the_same_ids():
    ids = []
    for _ in range(2):
        with Process("payments", "--port", "0", "--control", "--seed", "7") as process, Control(process.url) as control:
            ids.append([control.open_session()["id"] for _ in range(2)])

    assert ids[0] == ids[1]


def test_a_seed_makes_no_id_again_that_is_in_the_file(tmp_path):
    options = ["--port", "0", "--control", "--seed", "7", "--state", str(tmp_path / "state")]
    for number in (1, 2):
        with Process("payments", *options) as process, Control(process.url) as control:
            control.open_session()
            assert len(control.listed("sessions")) == number


def test_a_simulator_says_that_it_is_well(payments):
    assert httpx.get(f"{payments.url}/healthz").json() == {"status": "ok"}
