"""Five failures for an account in five minutes, whoever asks, by whichever door, however many at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import BoundedSemaphore
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher

from app import db
from app.auth import routes, throttle
from app.models import Throttle, UserSession
from app.runtime.db import utcnow
from app.users import passwords
from tests.attacks import came_of
from tests.integration.accounts import WRONG, assert_problem, login, make_ada, sign_in
from tests.integration.conftest import browser_at
from tests.integration.conftest import sign_in as let_in
from tests.integration.factories import PASSWORD, make_user

pytestmark = pytest.mark.any_database


@pytest.fixture
def later(monkeypatch):
    """`later(minutes=5)` moves the clock of sign-ins."""

    def move(**by):
        monkeypatch.setattr(routes, "utcnow", lambda: utcnow() + timedelta(**by))

    return move


def confirm(client):
    return client.post("/api/profile/confirm", json={"password": PASSWORD})


def fail(client, times=5, name="ada"):
    answers = [sign_in(client, name, WRONG) for _ in range(times)]
    assert {each.status_code for each in answers} == {401}


@pytest.mark.attack
def test_the_sixth_try_is_not_looked_at_even_where_it_would_be_right(client, mocker):
    make_ada()
    fail(client)
    hashing = mocker.spy(PasswordHasher, "verify")

    for door in (sign_in, login):
        assert_problem(door(client), 429, "too_many_tries")
    assert hashing.call_count == 0
    assert UserSession.query.count() == 0


def test_it_is_said_how_long_to_wait_and_then_it_works(client, later):
    make_ada()
    fail(client)
    wait = int(sign_in(client).headers["Retry-After"])

    assert 290 < wait <= 300
    later(seconds=wait - 2)
    assert sign_in(client).status_code == 429
    later(seconds=wait + 1)
    assert sign_in(client).status_code == 200


def test_a_try_that_is_refused_does_not_prolong_the_wait(client, later):
    make_ada()
    fail(client)

    later(minutes=4)
    assert sign_in(client).headers["Retry-After"] < "61"
    assert sign_in(client).headers["Retry-After"] < "61"


def test_both_doors_share_one_count(client):
    make_ada()
    fail(client, 3)
    assert [login(client, password=WRONG).status_code for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize("name", ["nobody", "oauth-only", "inactive"])
def test_accounts_that_are_not_there_are_throttled_alike(app, name):
    make_ada()
    make_user("oauth-only")
    make_user("inactive", password=PASSWORD, active=False)
    clients = {"ada": browser_at(app, "198.51.100.1"), name: browser_at(app, "198.51.100.2")}

    answers = {who: [sign_in(client, who, WRONG) for _ in range(6)] for who, client in clients.items()}

    bodies = [[(each.status_code, each.data) for each in tries] for tries in answers.values()]
    assert bodies[0] == bodies[1]
    assert bodies[0][5][0] == 429
    headers = [{header for header, _ in tries[5].headers} for tries in answers.values()]
    assert headers[0] == headers[1]


def test_another_spelling_is_the_same_account_and_another_account_is_not(client):
    make_ada()
    make_user("bob", password=PASSWORD)
    fail(client, 5, "ＡＤＡ")

    assert sign_in(client).status_code == 429
    assert sign_in(client, "bob").status_code == 200


def test_who_signs_in_again_and_again_is_never_throttled(client):
    make_ada()

    assert {sign_in(client).status_code for _ in range(9)} == {200}


def test_the_owner_who_signs_in_gives_a_guesser_no_further_tries(client):
    make_ada()
    fail(client, 4)
    assert sign_in(client).status_code == 200

    assert [sign_in(client, "ada", WRONG).status_code for _ in range(2)] == [401, 429]


def test_failures_that_are_five_minutes_old_are_forgotten(client, later):
    make_ada()
    fail(client, 4)

    later(minutes=5, seconds=1)

    fail(client, 5)


def test_no_five_minutes_see_more_than_five_failures(client, later):
    make_ada()
    later(minutes=0)
    fail(client, 1)
    later(minutes=4)
    fail(client, 4)

    later(minutes=8)

    assert sign_in(client).status_code == 429


@pytest.mark.every_database
def test_a_hundred_guesses_at_once_are_five(own_app):
    app = own_app
    with app.app_context():
        make_ada()
    addresses = [f"198.51.100.{number}" for number in range(100)]

    def guess(address):
        return sign_in(browser_at(app, address), "ada", WRONG).status_code

    with ThreadPoolExecutor(16) as threads:
        answers = Counter(threads.map(guess, addresses))

    assert answers[401] == 5
    assert answers.keys() <= {401, 429, 503}  # SQLite has one writer: a guess that waits for too long is none


@pytest.mark.every_database
def test_the_table_does_not_say_whose_account_was_tried(client):
    make_ada()
    fail(client, 1)

    row = Throttle.query.one()
    assert (row.used, len(row.key)) == (1, 32)
    assert b"ada" not in row.key


@pytest.mark.every_database
def test_the_worker_clears_what_no_longer_counts(app):
    moment = utcnow()
    throttle.charge(db.session(), "old", moment - timedelta(minutes=6))
    throttle.charge(db.session(), "new", moment)

    throttle.forget(db.session(), utcnow())

    assert Throttle.query.count() == 1


def test_a_long_password_that_is_short_once_it_is_composed_signs_in(client):
    """As it was measured when it was chosen."""
    decomposed = normalize("NFD", "한국어비밀번호" * 15)
    body = {"username": "bob", "email": "bob@example.com", "password": decomposed}
    assert client.post("/api/register", json=body).status_code == 201

    assert sign_in(client, "bob", decomposed).status_code == 200


@pytest.mark.attack
@pytest.mark.parametrize("door", [sign_in, login, confirm])
def test_a_crowd_that_keeps_the_hashing_busy_locks_nobody_out(app, client, mocker, door):
    ada = make_ada()
    if door is confirm:
        client = let_in(app, ada)
    crowd = mocker.patch.object(passwords, "ADMITTED", BoundedSemaphore(1))

    with crowd:
        assert [door(client).status_code for _ in range(6)] == [503] * 6

    came_of(str(door(client).status_code), "200")
