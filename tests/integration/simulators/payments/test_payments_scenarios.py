"""Scenarios: files that the plugin, the control API and the command play against a simulator."""

import httpx
import pytest

from simulators.payments.play import main
from simulators.payments.recorder import Recorder, toml
from simulators.payments.scenario import Wrong, play, steps

STORY = """
title = "A refund whose answer is lost is made again by hand; the bank takes some of the money"

[[step]]
act = "open_session"
amount = 900

[[step]]
act = "leave"
session = 1

[[step]]
act = "decline"
session = 1

[[step]]
act = "pay"
session = 1

[[step]]
act = "drop"
when = "after"
path = "/v1/refunds"

[[step]]
act = "refund"
session = -1
amount = 200
may_fail = true

[[step]]
act = "refund"
session = -1
amount = 300

[[step]]
act = "dispute"
session = 1
amount = 100

[[step]]
act = "move_dispute"
dispute = 1
status = "won"
"""


def written(tmp_path, text):
    file = tmp_path / "story.toml"
    file.write_text(text)
    return file


def step(**given):
    return "\n".join(["[[step]]", *(f"{key} = {toml(value)}" for key, value in given.items())])


def assert_played(payments):
    [session] = payments.listed("sessions")
    [dispute] = payments.listed("disputes")
    assert (session["payment_status"], session["amount_total"], dispute["status"]) == ("paid", 900, "won")
    assert [(refund["status"], refund["amount"]) for refund in payments.listed("refunds")] == [
        ("succeeded", 200),
        ("succeeded", 300),
    ]


def test_a_story_is_played_from_beginning_to_end(payments, tmp_path):
    payments.play(written(tmp_path, STORY))

    assert_played(payments)


def test_the_control_api_plays_what_a_page_sends_and_tells_of_each_step(payments):
    answer = httpx.post(f"{payments.url}/_control/play", json={"scenario": STORY}, timeout=30)

    assert answer.json()["told"][0] == "step 1: open_session(amount=900)"
    assert len(answer.json()["told"]) == 9
    assert_played(payments)


def test_the_control_api_plays_at_this_machine_alone(payments):
    answer = httpx.post(f"{payments.url}/_control/play", json={"scenario": STORY}, headers={"Host": "evil.example:80"})

    assert answer.status_code == 403
    assert payments.listed("sessions") == []


def test_the_command_plays_files_and_says_what_it_does(payments, tmp_path, capsys):
    assert main([str(written(tmp_path, STORY)), "--url", payments.url]) == 0

    assert "step 4: pay(session=1)" in capsys.readouterr().out
    assert_played(payments)


def test_the_command_plays_in_a_namespace_with_its_key(payments, tmp_path):
    with payments.namespace() as one:
        assert main([str(written(tmp_path, STORY)), "--url", f"{one.url}/"]) == 0

        assert_played(one)


def test_the_command_says_which_option_a_key_of_another_takes(payments, tmp_path, capsys):
    file = written(tmp_path, step(act="open_session"))

    assert main([str(file), "--url", payments.url, "--secret-key", "sk_test_another"]) == 1

    assert "Name the key that it takes: --secret-key" in capsys.readouterr().err


def test_the_command_says_in_one_line_what_is_wrong(payments, tmp_path, capsys):
    file = written(tmp_path, step(act="pey", session=1))

    assert main([str(file), "--url", payments.url]) == 1

    assert capsys.readouterr().err == f"{file}: step 1: pey(session=1): there is no such act. Did you mean pay?\n"


def test_the_command_says_where_no_simulator_answers(tmp_path, capsys):
    assert main([str(written(tmp_path, step(act="mend"))), "--url", "http://127.0.0.1:9"]) == 1

    assert "Is it running at that address?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[step", "no TOML"),
        ("", "no steps. Begin each with [[step]]."),
        ("steps = 1", "steps is unknown"),
        (step(act="pay"), "session is missing."),
        (step(act="pay", session="cs_1"), "session is a number"),
        (step(act="pay", session=0), "session is a number"),
        (step(act="drop", wehn="after"), "wehn is unknown. It takes when, times, skip, method, path."),
        (step(act="mend", at=-1), "`at` is seconds"),
        (step(act="shop"), "do is missing."),
    ],
    ids=range(9),
)
def test_a_file_that_cannot_be_played_is_refused_before_its_first_step(payments, tmp_path, text, words):
    file = written(tmp_path, text if not text.startswith("[[step]]") else f"{step(act='open_session')}\n{text}")

    with pytest.raises(Wrong) as wrong:
        play(payments, file)

    assert str(wrong.value).startswith(f"{file}: ")
    assert words in str(wrong.value)
    assert payments.listed("sessions") == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"act": "pay", "session": 1}, "there are 0 sessions."),
        ({"act": "deliver", "event": "refund.created"}, "there are 0 events of type refund.created."),
        ({"act": "next_refunds", "status": "failed"}, "refused with 400: status is one that a refund can begin with."),
        ({"act": "wait", "count": 1, "seconds": 0}, "after 0 s there are 0 sessions and not 1"),
    ],
    ids=lambda given: given["act"] if isinstance(given, dict) else "",
)
def test_a_step_that_goes_wrong_says_how_to_mend_it(payments, tmp_path, given, words):
    with pytest.raises(Wrong) as wrong:
        play(payments, written(tmp_path, step(**given)))

    assert words in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_what_is_the_shops_to_do_is_handed_to_the_test_in_its_turn(payments, tmp_path):
    done = []
    story = step(act="shop", do="place", given={"item": 1}) + "\n" + step(act="pay", session=1)

    def shop(do, **given):
        done.append((do, given))
        payments.open_session()

    payments.play(written(tmp_path, story), shop=shop)

    assert done == [("place", {"item": 1})]
    assert payments.listed("sessions")[0]["payment_status"] == "paid"


def test_what_is_the_shops_to_do_is_left_out_where_there_is_no_shop(payments, tmp_path):
    told = []

    play(payments, written(tmp_path, step(act="shop", do="place")), tell=told.append)

    assert told == ["step 1: shop(do='place') is the shop's to do, and left out"]


def test_an_event_is_named_by_its_type_and_delivered_again(payments, receiver, tmp_path):
    payments.treat_webhooks("hold")
    payments.pay(payments.open_session()["id"])

    payments.play(written(tmp_path, step(act="deliver", event="checkout.session.completed", copies=3)))

    receiver.wait_for(3)


def test_what_was_recorded_is_played_to_the_same_end(payments, tmp_path):
    recorder = Recorder(payments)
    recorder.reset()
    recorder.hold_webhooks("refund.created")
    session = recorder.open_session(900)["id"]
    recorder.drop(times=None, method="POST", path="/v1/refunds")
    recorder.pay(session)
    with pytest.raises(httpx.TransportError):
        recorder.act("refund", session, amount=200)
    recorder.mend()
    recorder.act("refund", session, amount=300)
    with pytest.raises(httpx.HTTPStatusError):
        recorder.pay(session)
    with recorder.shop("wait", minutes=1, why=None):
        recorder.advance(60)

    file = recorder.write(tmp_path / "stories" / "told.toml", 'What "happened"')

    kept = steps(file.read_text(), "told")
    assert [each.act for each in kept[1:4]] == ["treat_webhooks", "open_session", "drop"]
    assert kept[-1].given == {"do": "wait", "given": {"minutes": 1}}
    before = [(each["status"], each["amount"]) for each in payments.listed("refunds")]
    payments.play(file)
    assert [(each["status"], each["amount"]) for each in payments.listed("refunds")] == before == [("succeeded", 300)]


def test_a_recording_with_pace_is_played_at_that_pace(payments, tmp_path):
    recorder = Recorder(payments, pace=True)
    recorder.mend()
    recorder.mend()

    first, second = steps(recorder.write(tmp_path / "paced.toml", "Paced").read_text(), "paced")

    assert 0 <= first.at <= second.at < 60
