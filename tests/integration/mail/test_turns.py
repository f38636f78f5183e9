"""Mails to addresses that were only named: the shop mails no crowd of strangers, and nobody is kept from signing up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest

from app import db
from app.mail import quota
from app.models import MailQuota, Outgoing, User
from app.runtime.db import utcnow
from tests.attacks import came_of
from tests.integration.accounts import assert_problem
from tests.integration.conftest import browser, browser_at, sign_in
from tests.integration.factories import PASSWORD, make_user

HERE, THERE = "198.51.100.1", "203.0.113.9"


@pytest.fixture
def shop(office):
    """Where a network may cause six mails an hour: two at once, then one every ten minutes."""
    known = office.app.extensions["settings"]
    office.app.extensions["settings"] = msgspec.structs.replace(known, mails_an_hour=6)
    return office


def register(shop, name, address=HERE):
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return browser_at(shop.app, address).post("/api/register", json=body)


def forgot(shop, email, address=HERE):
    return browser_at(shop.app, address).post("/api/password/forgot", json={"email": email})


def signed_in_at(shop, user, address):
    client = sign_in(shop.app, user)
    client.environ_base["REMOTE_ADDR"] = address
    return client


def mailed(shop):
    shop.deliver()
    return len(shop.mails)


@pytest.mark.attack
def test_a_client_who_registers_with_many_addresses_has_few_mailed_at_once_and_the_others_in_their_turn(shop):
    assert [register(shop, f"user-{number}").status_code for number in range(5)] == [201] * 5

    came_of(f"{mailed(shop)} mails", "2 mails")
    for minutes, many in ((9, 2), (1, 3), (10, 4), (10, 5)):
        shop.let_pass(of=["next_try_at"], minutes=minutes)
        assert mailed(shop) == many


def test_a_turn_that_is_over_an_hour_away_is_none_and_who_asks_is_told_when(shop):
    assert [register(shop, f"user-{number}").status_code for number in range(9)] == [201] * 9
    assert Outgoing.query.count() == 8

    last = signed_in_at(shop, User.query.filter_by(username="user-8").one(), HERE)
    answer = last.post("/api/profile/email/verification", json={})

    assert_problem(answer, 429, "too_many_requests")
    assert 590 <= int(answer.headers["Retry-After"]) <= 600


def test_another_network_has_turns_of_its_own(shop):
    for number in range(4):
        register(shop, f"user-{number}")

    register(shop, "bob", THERE)

    assert mailed(shop) == 3
    assert shop.mailbox.mails(to="bob@example.com")


@pytest.mark.attack
def test_the_networks_of_one_operator_of_ipv6_cause_four_times_what_one_may(shop):
    for number in range(12):
        forgot(shop, make_user(f"user-{number}").email, f"2001:db8:1:{number:x}::1")
    forgot(shop, make_user("bob").email, "2001:db8:2::1")

    came_of(f"{mailed(shop)} mails", "9 mails")


def test_who_forgot_their_password_does_not_wait_for_those_who_register(shop):
    for number in range(9):
        register(shop, f"user-{number}")
    email = make_user("ada", password=PASSWORD).email

    assert forgot(shop, email).status_code == 202

    shop.deliver()
    assert [mail["headers"]["Subject"] for mail in shop.mailbox.mails(to=email)] == ["Set a new password"]


@pytest.mark.attack
def test_a_network_that_asks_for_many_passwords_is_told_to_wait_whoever_has_an_account(shop):
    make_user("user-1", password=PASSWORD)

    answers = [forgot(shop, f"user-{number}@example.com") for number in range(9)]

    came_of(" ".join(str(answer.status_code) for answer in answers), " ".join(["202"] * 8 + ["429"]))
    assert_problem(answers[-1], 429, "too_many_requests")


@pytest.mark.attack
def test_one_user_mails_few_strangers_by_changing_the_address_wherever_they_are(shop):
    ada = make_user("ada")
    for number in range(8):
        client = signed_in_at(shop, ada, f"198.51.100.{number}")
        answer = client.patch("/api/profile", json={"email": f"stranger-{number}@example.com"})
        assert answer.status_code == 200
        shop.deliver()

    strangers = {mail["to"][0] for mail in shop.mails if mail["headers"]["Subject"] == "Confirm your email address"}
    came_of(f"{len(strangers)} strangers", "5 strangers")


def test_what_staff_send_waits_for_no_turn(shop):
    grace = signed_in_at(shop, make_user("grace", role="staff"), HERE)

    for number in range(5):
        person = {"username": f"user-{number}", "email": f"user-{number}@example.com"}
        assert grace.post("/api/users", json=person).status_code == 201

    shop.deliver()
    invited = {mail["to"][0] for mail in shop.mails if mail["headers"]["Subject"] == "An account was made for you"}
    assert len(invited) == 5


@pytest.mark.attack
def test_of_many_at_once_no_more_go_than_one_after_the_other(shop):
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda number: forgot(shop, f"user-{number}@example.com").status_code, range(7)))

    assert answers == [202] * 7
    came_of(f"{sum(each.next_try_at <= utcnow() for each in Outgoing.query)} at once", "2 at once")


def test_turns_are_forgotten_when_they_are_over(shop):
    forgot(shop, "ada@example.com")
    assert MailQuota.query.count() == 1

    quota.forget(db.session(), utcnow())
    assert MailQuota.query.count() == 1

    quota.forget(db.session(), utcnow() + timedelta(minutes=10))
    assert MailQuota.query.count() == 0


def test_where_no_mail_is_sent_nobody_waits_for_a_turn(client):
    for number in range(70):
        body = {"email": f"user-{number}@example.com"}
        client.environ_base["REMOTE_ADDR"] = f"2001:db8:1:{number:x}::1"  # each of its own limit of requests
        assert client.post("/api/password/forgot", json=body).status_code == 202

    assert MailQuota.query.count() == 0


@pytest.mark.attack
def test_a_name_that_is_a_host_is_in_no_mail_to_a_stranger(office):
    make_user("owner", email="owner@example.com")
    for email in ("stranger@example.com", "owner@example.com"):
        body = {"username": f"evil.example.{email[0]}", "email": email, "password": PASSWORD}
        assert browser(office.app).post("/api/register", json=body).status_code == 201

    office.deliver()

    assert len(office.mails) == 2
    came_of(" ".join(mail["to"][0] for mail in office.mails if "evil" in mail["text"]), "")


def test_a_username_that_was_copied_out_of_a_mail_signs_in(office):
    ada = make_user("ada.lovelace", password=PASSWORD)
    forgot(office, ada.email)
    office.deliver()
    line = office.mails[0]["text"].splitlines()[0]

    copied = line.removeprefix("Hello ").removesuffix(",")

    assert copied != "ada.lovelace"
    answer = browser(office.app).post("/api/session", json={"username": copied, "password": PASSWORD})
    assert answer.status_code == 200
