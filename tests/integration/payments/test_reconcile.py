"""`kiosk reconcile`, as whoever is on duty runs it: it mends, says what it mended, and says what it cannot mend."""

import json
import time
from datetime import timedelta

import pytest

from app import create_app
from app.models import Attempt, Item
from app.runtime.db import utcnow
from tests.integration.conftest import close
from tests.integration.payments.refunding import ALL, Till, paid_twice
from tests.processes import free_port
from tests.settings import settings

pytestmark = [pytest.mark.usefixtures("quick"), pytest.mark.any_database]


@pytest.fixture
def run(own_database, payments_simulator):
    """`run("--report", "json", payments=…)` runs it to its end."""

    def start(*options, payments=payments_simulator.url):
        app = create_app(settings(own_database, payments=payments))
        done = app.test_cli_runner().invoke(args=["reconcile", *options])
        close(app)
        return done

    return start


@pytest.fixture
def report(run):
    """Its JSON."""

    def read(**more):
        done = run("--report", "json", **more)
        return done.exit_code, json.loads(done.stdout)

    return read


NOTHING = {"mended": [], "fetched": 0, "needs_person": [], "unfinished": 0, "unreachable": None}


def test_where_all_is_in_line_it_says_so(own_shop, run):
    done = run()

    assert (done.exit_code, done.stdout) == (0, "all is in line\n")


def test_its_json_is_all_that_it_prints(own_shop, run):
    own_shop.control.refuse(500, path="/v1/events")  # so that there is something to log

    done = run("--report", "json")

    assert (done.exit_code, json.loads(done.stdout)) == (0, NOTHING)


def test_a_payment_that_nobody_told_of_is_settled_and_a_second_run_changes_nothing(own_shop, report):
    own_shop.place()
    own_shop.pay()

    status, first = report()

    assert (status, own_shop.status, first["fetched"] > 0) == (0, "paid", True)
    assert {"kind": "attempt", "id": 1, "order": 1, "before": "open", "after": "paid"} in first["mended"]
    assert report() == (0, NOTHING)


def test_what_its_own_work_leads_to_is_no_news_to_the_second_run(own_shop, report):
    till = paid_twice(own_shop)

    status, _ = report()

    assert (status, till.went_back) == (0, [("succeeded", ALL)])
    assert report() == (0, NOTHING)


def test_it_says_in_words_what_it_mended(own_shop, run):
    own_shop.place()
    own_shop.pay()

    lines = run().stdout.splitlines()

    assert "mended: attempt 1 of order 1: open -> paid" in lines
    assert any(line.startswith("fetched: ") for line in lines)


@pytest.mark.every_database
def test_it_waits_for_whoever_died_in_the_middle_of_something(own_shop, report):
    own_shop.control.drop(when="after", times=None, method="POST")
    own_shop.place()
    own_shop.control.mend()
    own_shop.change(Attempt, status="new", lease_until=utcnow() + timedelta(seconds=3))

    status, found = report()

    assert (status, found["unfinished"], own_shop.tried) == (0, 0, ["open"])


@pytest.mark.parametrize("options", [[], ["--report", "json"]], ids=["words", "json"])
def test_what_needs_a_person_is_told_and_exits_1_until_it_is_mended(own_shop, run, options):
    own_shop.change(Item, held=2)

    for _ in range(2):
        done = run(*options)
        assert done.exit_code == 1
        assert "2 of 'Lamp' are held, and orders hold 0." in done.stdout
        assert own_shop.rows(Item)[0].held == 2

    own_shop.change(Item, held=0)
    assert run(*options).exit_code == 0


def test_an_open_dispute_exits_1(own_shop, report):
    till = Till(own_shop)
    till.dispute()

    status, found = report()

    assert (status, [each["kind"] for each in found["needs_person"]]) == (1, ["dispute"])


def test_a_provider_that_is_away_exits_1_in_time_and_loses_nothing(own_shop, report):
    own_shop.place()
    own_shop.pay()
    began = time.monotonic()

    status, found = report(payments=f"http://127.0.0.1:{free_port()}")

    assert time.monotonic() - began < 60
    assert (status, "ConnectError" in found["unreachable"], found["mended"]) == (1, True, [])
    assert (own_shop.status, own_shop.stock) == ("pending", (3, 2))
    assert report()[0] == 0
    assert own_shop.status == "paid"


def test_a_provider_that_hangs_exits_1_in_time(own_shop, report):
    for number in range(3):
        own_shop.place(key=f"key-{number}")
    own_shop.control.hang(times=None)
    began = time.monotonic()

    status, found = report()

    assert time.monotonic() - began < 15  # of patience that is a third of the real one
    assert (status, found["mended"]) == (1, [])
    assert found["unreachable"]


def test_a_wrong_key_of_ours_exits_1_and_loses_nothing(own_shop, run):
    own_shop.place()
    own_shop.pay()
    own_shop.control.refuse(401, times=None)

    done = run()

    assert done.exit_code == 1
    assert "the provider cannot be asked: GET " in done.stdout
    assert ": 401 " in done.stdout
    assert (own_shop.status, own_shop.tried) == ("pending", ["open"])


def test_what_the_provider_cannot_answer_now_is_unfinished_and_exits_1(own_shop, report):
    own_shop.control.drop(when="before", times=None, method="POST")
    own_shop.place()

    status, found = report()

    assert (status, found["unfinished"]) == (1, 1)
    own_shop.control.mend()
    assert report()[0] == 0
    assert own_shop.tried == ["open"]


def test_a_provider_that_is_busy_in_passing_is_asked_again(own_shop, report):
    own_shop.control.drop(when="before", times=None, method="POST")
    own_shop.place()
    own_shop.control.mend()
    own_shop.control.refuse(503, times=4, method="POST")

    assert report()[0] == 0
    assert own_shop.tried == ["open"]
