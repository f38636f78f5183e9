"""A question to something that may hang."""

import threading

import pytest

from app.ops.probe import Hangs, Probe

LONG = 30


def test_the_answer_is_given():
    assert Probe(lambda: "yes", LONG).answer() == "yes"


def test_an_error_is_raised_where_somebody_asked():
    def fail():
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        Probe(fail, LONG).answer()


def test_the_questions_own_timeout_is_not_taken_for_ours():
    def fail():
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        Probe(fail, LONG).answer()


def test_who_asks_while_it_hangs_is_told_so_and_asks_nothing_anew():
    gate, asked = threading.Event(), []

    def ask():
        asked.append(1)
        gate.wait(LONG)
        return "at last"

    probe = Probe(ask, 0.05)
    for _ in range(3):
        with pytest.raises(Hangs):
            probe.answer()
    assert len(asked) == 1

    probe.patience = LONG
    gate.set()
    assert probe.answer() == "at last"


def test_an_answer_is_good_for_as_long_as_it_is_kept():
    asked = []
    probe = Probe(lambda: asked.append(1), LONG, keep=LONG)
    probe.answer()
    probe.answer()
    assert len(asked) == 1

    probe.keep = 0
    probe.answer()
    assert len(asked) == 2


def test_an_error_is_kept_as_an_answer_is():
    asked = []

    def fail():
        asked.append(1)
        raise LookupError

    probe = Probe(fail, LONG, keep=LONG)
    for _ in range(2):
        with pytest.raises(LookupError):
            probe.answer()
    assert len(asked) == 1
