"""`simulators drift`, with a second simulator in the place of the provider."""

import json
import os

import pytest

from simulators.payments import control, drift
from tests.processes import run_kiosk

KEY = "sk_test_of_the_sandbox_account"


@pytest.fixture(scope="module")
def _provider():
    with control.started(secret_key=KEY, webhook_url="http://127.0.0.1:9/") as provider:
        yield provider


@pytest.fixture
def provider(_provider, monkeypatch):
    """What is taken for the real one."""
    monkeypatch.setenv(drift.KEY, KEY)
    _provider.reset()
    return _provider


@pytest.fixture
def compare(payments):
    return lambda *options: drift.main(["--simulator", payments.url, *options])


def test_where_nothing_differs_it_says_so(provider, compare, capsys):
    assert compare("--url", provider.url) == 0

    assert capsys.readouterr().out == "23 answers compared, 0 differences\n"
    answered = {call["status"] for call in provider.calls()}
    assert answered == {200, 400, 402, 404}


def test_what_differs_is_named_by_call_and_place(provider, compare, capsys):
    provider.next_refunds("pending")

    assert compare("--url", provider.url) == 1

    said = capsys.readouterr().out
    assert "refund of a part: body.status: the simulator says 'succeeded', the provider 'pending'\n" in said
    assert "2 differences" in said


def test_an_answer_of_another_status_differs(provider, compare, capsys):
    provider.refuse(503, path="/v1/refunds", times=1)

    assert compare("--url", provider.url) == 1

    assert "refund of a part: status: the simulator says 200, the provider 503" in capsys.readouterr().out


def test_recorded_answers_stand_in_for_the_account_and_hold_neither_ids_nor_the_key(provider, compare, tmp_path):
    file = tmp_path / "sandbox.json"
    assert compare("--url", provider.url, "--record", str(file)) == 0

    kept = file.read_text()
    assert not any(made["id"] in kept for made in provider.listed("payment_intents"))
    assert KEY not in kept
    count = len(provider.calls())
    assert compare("--recorded", str(file)) == 0
    assert len(provider.calls()) == count


def test_a_recorded_answer_that_differs_is_shown(provider, compare, tmp_path, capsys):
    file = tmp_path / "sandbox.json"
    compare("--url", provider.url, "--record", str(file))
    kept = json.loads(file.read_text())
    del kept["answers"]["the payment"]["body"]["amount_received"]
    kept["answers"]["the payment"]["body"]["news"] = 1
    file.write_text(json.dumps(kept))
    capsys.readouterr()

    assert compare("--recorded", str(file)) == 1

    assert capsys.readouterr().out.splitlines() == [
        "the payment: body.amount_received: only the simulator has it: 2000",
        "the payment: body.news: only the provider has it: 1",
        "23 answers compared, 2 differences",
    ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("sk_live_0123", "that is a live key"),
        ("rk_live_0123", "that is a live key"),
        ("", "sandbox account's key"),
        ("sk_test_01\n23", "sandbox account's key"),
    ],
)
def test_a_key_that_is_none_of_a_sandbox_is_refused_and_not_sent(provider, compare, monkeypatch, capsys, key, words):
    monkeypatch.setenv(drift.KEY, key)

    assert compare("--url", provider.url) == 2

    said = capsys.readouterr().err
    assert words in said
    assert "23" not in said
    assert provider.calls() == []


def test_a_key_may_be_in_a_file(provider, compare, monkeypatch, tmp_path):
    monkeypatch.delenv(drift.KEY)
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")

    assert compare("--url", provider.url, "--key-file", str(file)) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--url", "http://pay.example"], "--url is https"),
        (["--url", "https://pay.example"], "not asked in CI"),
        (["--url", "http://127.0.0.1:9"], "the provider does not answer"),
        (["--key-file", "/nowhere/key"], "cannot be read"),
        (["--recorded", "/nowhere/file"], "holds no recorded answers"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(provider, compare, monkeypatch, capsys, options, words):
    monkeypatch.setenv("CI", "true")

    assert compare(*options) == 2

    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_key_that_the_provider_refuses_is_no_difference(provider, compare, monkeypatch, capsys):
    monkeypatch.setenv(drift.KEY, "sk_test_of_somebody_else")

    assert compare("--url", provider.url) == 2

    assert capsys.readouterr().err == "drift: the provider refuses the key, with 401\n"


def test_answers_of_another_version_are_not_compared(provider, compare, tmp_path, capsys):
    file = tmp_path / "old.json"
    file.write_text(json.dumps({"version": "2020-08-27", "answers": {}}))

    assert compare("--recorded", str(file)) == 2

    assert "Record it anew." in capsys.readouterr().err


def test_kiosk_has_it_as_a_command():
    ended = run_kiosk("drift", env={**os.environ, drift.KEY: "sk_live_0123"})

    assert ended.returncode == 2
    assert "that is a live key" in ended.stderr
