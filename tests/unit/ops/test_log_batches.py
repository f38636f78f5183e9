"""Lines that are written together: in order, none of them lost."""

import logging
import select
import threading

import pytest

from app.ops import log_batches
from app.ops.log_batches import Batches, Stream
from app.ops.log_file import SharedFile
from tests.processes import wait_for

pytestmark = pytest.mark.unit


class Written:
    """A stream that keeps what each call wrote."""

    def __init__(self):
        self.calls = []

    def write(self, text):
        self.calls.append(text)

    def flush(self):
        pass


@pytest.fixture
def written():
    return Written()


@pytest.fixture
def logger_to():
    """`logger_to(stream, seconds)` writes what waits, and is not urgent, after so many."""
    made = logging.getLogger("tests.log_batches")
    made.setLevel(logging.INFO)
    made.propagate = False

    def start(stream, seconds):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(log_batches, "SECONDS", seconds)
            made.handlers = [Batches(stream)]
        return made

    yield start
    for handler in made.handlers:
        handler.close()


@pytest.fixture
def logger(logger_to, written):
    """Writes only what is urgent, or flushed."""
    return logger_to(Stream(written), 600)


def test_lines_are_written_in_one_call_and_in_order(logger, written):
    for number in range(3):
        logger.info("line %s", number)
    assert written.calls == []

    logger.handlers[0].flush()

    assert written.calls == ["line 0\nline 1\nline 2\n"]


def test_a_warning_is_written_at_once_behind_the_lines_before_it(logger, written):
    logger.info("a request")
    logger.warning("beware")

    assert written.calls == ["a request\nbeware\n"]


def test_a_line_waits_for_a_moment_only(logger_to, written):
    logger_to(Stream(written), 0.01).info("a request")

    wait_for(lambda: written.calls == ["a request\n"], "the line to be written")


def test_what_waits_is_written_when_the_log_is_closed(logger, written):
    logger.info("the last request")

    logger.handlers[0].close()

    assert written.calls == ["the last request\n"]


def test_more_than_a_thousand_lines_do_not_wait(logger, written):
    for number in range(1001):
        logger.info("line %s", number)

    assert "".join(written.calls).count("\n") == 1001


def test_a_line_that_cannot_be_formatted_takes_no_other_line_along(logger_to, written, capsys):
    stream = Stream(written)
    stream.setFormatter(logging.Formatter("%(message)s %(who)s"))
    logger = logger_to(stream, 600)
    logger.info("before", extra={"who": "Ada"})
    logger.info("by no one")
    logger.info("after", extra={"who": "Ada"})

    logger.handlers[0].flush()

    assert written.calls == ["before Ada\nafter Ada\n"]
    assert "by no one" in capsys.readouterr().err


def test_processes_that_share_a_pipe_tear_no_line(logger, written):
    for number in range(300):
        logger.info("line %s of some length", number)

    logger.handlers[0].flush()

    assert "".join(written.calls) == "".join(f"line {number} of some length\n" for number in range(300))
    assert all(len(piece) <= select.PIPE_BUF and piece.endswith("\n") for piece in written.calls)


def test_an_argument_that_logs_when_it_is_shown_hangs_nothing(logger, written):
    class Talkative:
        def __str__(self):
            logger.warning("I am shown")
            return "a thing"

    logger.warning("look at %s", Talkative())

    assert set("".join(written.calls).splitlines()) == {"I am shown", "look at a thing"}


def test_a_file_takes_many_lines_at_once(logger_to, tmp_path):
    logger = logger_to(SharedFile(str(tmp_path / "log"), 1_000_000, 2), 600)
    for number in range(300):
        logger.info("line %s", number)

    logger.handlers[0].close()

    assert (tmp_path / "log").read_text() == "".join(f"line {number}\n" for number in range(300))


def test_lines_of_many_threads_are_all_written(logger, written):
    threads = [threading.Thread(target=lambda: [logger.info("x") for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logger.handlers[0].close()

    assert "".join(written.calls).count("x\n") == 4000


def test_a_filter_looks_at_a_record_in_the_thread_that_made_it(logger_to, written):
    stream = Stream(written)
    stream.setFormatter(logging.Formatter("%(message)s by %(who)s"))
    stream.addFilter(lambda record: record.__dict__.update(who=threading.current_thread().name) or True)
    logger = logger_to(stream, 600)

    asked = threading.Thread(target=logger.info, args=("a request",), name="a buyer")
    asked.start()
    asked.join()
    logger.handlers[0].close()

    assert written.calls == ["a request by a buyer\n"]


def test_a_stream_that_takes_nothing_fails_no_request(logger, written, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    monkeypatch.setattr(written, "write", lambda _: 1 / 0)

    logger.warning("beware")
