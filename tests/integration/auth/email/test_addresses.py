"""Verifying an email address, and the way back in for whoever forgot their password."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from app import db
from app.models import (
    AuditTrailEntry,
    Identity,
    OneTimeToken,
    Outgoing,
    Passkey,  # feature: passkeys
    Totp,  # feature: totp
    User,
)
from app.runtime.db import utcnow
from tests.attacks import came_of
from tests.integration.accounts import assert_problem
from tests.integration.conftest import browser, sign_in
from tests.integration.factories import PASSWORD, make_user, saved

pytestmark = pytest.mark.any_database

NEW = "a-much-better-secret"


def link_in(mail, page):
    [link] = [line for line in mail["text"].splitlines() if line.startswith("http://localhost/" + page)]
    return parse_qs(urlsplit(link).query)["token"][0]


class Journey:
    def __init__(self, office):
        self.office, self.client = office, office.client

    def register(self, username="ada", email="Ada@Example.com"):
        body = {"username": username, "email": email, "password": PASSWORD}
        assert self.client.post("/api/register", json=body).status_code == 201

    def token(self, page="verify-email"):
        self.office.deliver()
        return link_in(self.office.mails[-1], page)

    def verify(self, token):
        return browser(self.office.app).post("/api/email/verify", json={"token": token})

    def forgot(self, email="ada@example.com"):
        return self.client.post("/api/password/forgot", json={"email": email})

    def reset(self, token, password=NEW):
        return self.client.post("/api/password/reset", json={"token": token, "password": password})

    def subjects(self):
        self.office.deliver()
        return [mail["headers"]["Subject"] for mail in self.office.mails]

    def user(self, username="ada"):
        db.session.rollback()
        return User.query.populate_existing().filter_by(username=username).one()


@pytest.fixture
def journey(office):
    return Journey(office)


def test_who_registers_verifies_their_address_by_the_link_of_a_mail(journey):
    journey.register()
    token = journey.token()
    assert journey.office.mails[0]["to"] == ["Ada@Example.com"]
    assert not journey.user().email_verified

    assert journey.verify(token).status_code == 200

    assert journey.user().email_verified
    assert journey.user().verified_email == "ada@example.com"
    assert [each.action for each in AuditTrailEntry.query] == ["email_verified"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_link_that_is_merely_fetched_verifies_nothing(journey, method):
    journey.register()
    token = journey.token()

    getattr(browser(journey.office.app), method)(f"/verify-email?token={token}").close()

    assert not journey.user().email_verified
    assert journey.verify(token).status_code == 200


def test_a_link_verifies_once(journey):
    journey.register()
    token = journey.token()
    journey.verify(token)

    assert_problem(journey.verify(token), 422, "invalid_token")


@pytest.mark.parametrize("token", ["", "nonsense", "a" * 200, "ü", None])
def test_what_is_no_token_is_refused(journey, token):
    answer = journey.verify(token)

    assert answer.status_code == 422
    assert answer.json["error"] in ("invalid_token", "invalid_input")


def test_a_link_is_for_the_address_that_it_was_sent_to(journey):
    journey.register()
    token = journey.token()
    journey.user().email = "other@example.com"
    db.session.commit()

    assert_problem(journey.verify(token), 422, "invalid_token")
    assert not journey.user().email_verified


def test_a_link_for_a_password_verifies_no_address_and_the_other_way_round(journey):
    make_user("ada", password=PASSWORD)
    journey.forgot()
    reset = journey.token("reset-password")
    journey.register("bob", "bob@example.com")
    verify = journey.token()

    assert_problem(journey.verify(reset), 422, "invalid_token")
    assert_problem(journey.reset(verify), 422, "invalid_token")


@pytest.mark.every_database
def test_a_link_is_good_for_two_days(journey):
    journey.register()
    token = journey.token()
    link = OneTimeToken.query.one()
    assert timedelta(days=1, hours=23) < link.expires_at - utcnow() <= timedelta(days=2)
    link.expires_at = utcnow() - timedelta(seconds=1)
    db.session.commit()

    assert_problem(journey.verify(token), 422, "invalid_token")


def test_a_user_who_is_not_active_verifies_nothing(journey):
    journey.register()
    token = journey.token()
    journey.user().active = False
    db.session.commit()

    assert_problem(journey.verify(token), 422, "invalid_token")


@pytest.mark.every_database
def test_whoever_verified_an_address_first_keeps_it(journey):
    journey.register()
    token = journey.token()
    make_user("eve", email="ada@example.com")

    assert_problem(journey.verify(token), 409, "email_in_use")

    assert not journey.user().email_verified
    assert journey.user("eve").email_verified


def test_registering_an_address_that_somebody_has_tells_its_owner_and_nobody_else(journey):
    make_user("ada", email="ada@example.com")

    journey.register("eve", "ADA@example.com")

    assert journey.subjects() == ["You have an account already"]
    assert "/verify-email" not in journey.office.mails[0]["text"]
    assert 'your account "ada"' in journey.office.mails[0]["text"]


def test_asking_anew_ends_the_older_link(journey):
    journey.register()
    first = journey.token()
    ada = sign_in(journey.office.app, journey.user())

    assert ada.post("/api/profile/email/verification", json={}).status_code == 202

    second = journey.token()
    assert_problem(journey.verify(first), 422, "invalid_token")
    assert journey.verify(second).status_code == 200


def test_a_mail_that_may_have_come_twice_has_two_links_that_work(journey):
    journey.register()
    journey.office.mailbox.hangs_up("accepted", times=1)
    first = journey.token()
    journey.office.let_pass(minutes=2)
    second = journey.token()

    assert first != second
    assert journey.verify(first).status_code == 200
    assert_problem(journey.verify(second), 422, "invalid_token")


def test_whose_address_is_verified_gets_no_other_mail_for_it(journey):
    ada = sign_in(journey.office.app, make_user("ada"))

    assert ada.post("/api/profile/email/verification", json={}).status_code == 202

    assert journey.subjects() == []


def test_asking_for_the_mail_needs_a_sign_in(journey):
    assert_problem(journey.client.post("/api/profile/email/verification", json={}), 401, "sign_in_required")


def test_a_changed_address_gets_a_mail_and_is_not_verified_until_its_link_is_opened(journey):
    ada = sign_in(journey.office.app, make_user("ada"))

    assert ada.patch("/api/profile", json={"email": "new@example.com"}).json["email_verified"] is False

    journey.office.deliver()
    [mail] = journey.office.mailbox.mails(to="new@example.com")
    assert journey.verify(link_in(mail, "verify-email")).status_code == 200
    assert journey.user().verified_email == "new@example.com"


def test_an_address_that_staff_give_gets_the_mail_too(journey):
    grace = sign_in(journey.office.app, make_user("grace", role="staff"))

    made = grace.post("/api/users", json={"username": "bob", "email": "bob@example.com", "password": PASSWORD})
    grace.patch(f"/api/users/{made.json['id']}", json={"email": "bob@new.example"})

    journey.office.deliver()
    assert [mail["to"] for mail in journey.office.mails] == [["bob@new.example"]], "the first is needless by then"
    assert journey.verify(link_in(journey.office.mails[0], "verify-email")).status_code == 200


def test_no_mailbox_is_flooded_whoever_registers_with_it(journey):
    for number in range(8):
        journey.register(f"user-{number}", "ada@example.com")

    assert len(journey.subjects()) == 5


def test_who_forgot_their_password_sets_a_new_one_by_the_link_of_a_mail(journey):
    make_user("ada", password=PASSWORD)

    answer = journey.forgot("ADA@example.com")

    assert (answer.status_code, answer.json) == (202, {"done": True})
    assert journey.reset(journey.token("reset-password")).status_code == 200
    body = {"username": "ada", "password": NEW}
    assert journey.client.post("/api/session", json=body).status_code == 200
    assert journey.subjects() == ["Set a new password", "Your password was changed"]


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lambda: None, id="nobody"),
        pytest.param(lambda: make_user("ada", verified=False), id="unverified"),
        pytest.param(lambda: make_user("ada", active=False), id="inactive"),
        pytest.param(lambda: make_user("ada"), id="oauth-only"),
    ],
)
def test_asking_for_a_new_password_answers_the_same_for_everybody(journey, who):
    user = who()

    answer = journey.forgot()

    assert (answer.status_code, answer.json) == (202, {"done": True})
    assert Outgoing.query.one().kind == "reset_password"
    gets_one = user is not None and user.email_verified and user.active
    assert journey.subjects() == ["Set a new password"] * gets_one


def test_a_request_for_a_new_password_looks_nobody_up(journey):
    """So that it takes the same time: whoever it is for is found when the mail is written."""
    asked = []

    def note(*given):
        asked.append(given[2])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    journey.forgot()
    sa.event.remove(db.engine, "before_cursor_execute", note)

    assert asked
    assert not [each for each in asked if "users" in each]


def test_no_secret_is_in_the_outbox(journey):
    make_user("ada", password=PASSWORD)
    journey.forgot()

    waiting = Outgoing.query.one()

    assert waiting.payload == {"email": "ada@example.com"}
    assert "example" not in waiting.dedupe_key


@pytest.mark.attack
def test_a_link_in_a_mailbox_that_was_given_up_sets_no_password(journey):
    ada = make_user("ada", password=PASSWORD)
    journey.forgot()
    token = journey.token("reset-password")

    sign_in(journey.office.app, ada).patch("/api/profile", json={"email": "new@example.com"})

    assert_problem(journey.reset(token), 422, "invalid_token")
    assert journey.user().check_password(PASSWORD)


def test_a_second_link_for_a_password_ends_the_first(journey):
    make_user("ada", password=PASSWORD)
    journey.forgot()
    first = journey.token("reset-password")
    journey.forgot()
    second = journey.token("reset-password")

    assert_problem(journey.reset(first), 422, "invalid_token")
    assert journey.reset(second).status_code == 200


def test_a_new_password_ends_links_of_every_purpose(journey):
    journey.register()
    verify = journey.token()
    user = journey.user()
    user.verified_email = "ada@example.com"
    db.session.commit()
    journey.forgot()
    journey.reset(journey.token("reset-password"))

    assert_problem(journey.verify(verify), 422, "invalid_token")


@pytest.mark.parametrize(
    "email", ["", "ada", "a@b@c", "Ada <ada@example.com>", "ada@example.com\nBcc: x@example.com", 7]
)
def test_what_is_no_address_is_refused(journey, email):
    assert journey.forgot(email).status_code == 422
    assert Outgoing.query.count() == 0


def test_a_mail_is_told_to_the_same_address_at_most_five_times_an_hour(journey):
    make_user("ada", password=PASSWORD)

    for _ in range(8):
        assert journey.forgot().status_code == 202

    assert len(journey.subjects()) == 5


def test_links_lead_to_the_shop_whatever_host_was_asked(journey):
    make_user("ada", password=PASSWORD)

    journey.client.post("/api/password/forgot", json={"email": "ada@example.com"}, headers={"Host": "evil.example"})

    journey.token("reset-password")
    assert "evil" not in journey.office.mails[0]["text"]


@pytest.mark.every_database
def test_expired_links_are_cleared(journey):
    make_user("ada", password=PASSWORD)
    for _ in range(2):
        journey.forgot()
        journey.token("reset-password")
    OneTimeToken.query.update({"expires_at": utcnow() - timedelta(seconds=1)})
    db.session.commit()
    make_user("bob", password=PASSWORD)
    journey.forgot("bob@example.com")
    journey.token("reset-password")

    assert OneTimeToken.query.count() == 1


WAYS_IN = (
    lambda user: Identity(user_id=user, provider="acme", issuer="https://id.example", subject="7"),
    lambda user: Passkey(user_id=user, credential_id=b"1", public_key=b"1", name="trojan\nhorse"),  # feature: passkeys
)


def leave_ways_in(user_id):
    for way in WAYS_IN:
        saved(way(user_id))


def ways_in_left():
    """Of how many kinds there is one."""
    return sum(db.session.query(type(way(0))).count() for way in WAYS_IN)


@pytest.mark.attack
def test_who_registered_with_an_address_ahead_of_its_owner_is_out_once_the_owner_sets_a_password_by_a_mail(journey):
    journey.register()
    journey.verify(journey.token())  # by its owner, who is signed in to nothing
    ada = journey.user().id
    leave_ways_in(ada)
    journey.forgot()

    journey.reset(journey.token("reset-password"))
    journey.office.deliver()

    came_of(str(ways_in_left()), "0")
    assert AuditTrailEntry.query.filter_by(user_id=ada, action="sign_in_methods_removed").count() == 1
    assert "were removed" in journey.office.mails[-1]["text"]
    leave_ways_in(ada)
    journey.forgot()
    journey.reset(journey.token("reset-password"), "yet-another-secret")  # the account is its owner's now
    assert ways_in_left() == len(WAYS_IN)


def test_a_link_that_staff_hand_over_removes_no_way_in(journey):
    journey.register()
    journey.verify(journey.token())
    leave_ways_in(journey.user().id)
    printed = journey.office.app.test_cli_runner().invoke(args=["users", "reset-link", "ada"]).output

    assert journey.reset(printed.strip().partition("token=")[2]).status_code == 200

    assert ways_in_left() == len(WAYS_IN)


NAMES = (
    "at acme",
    '"trojan horse"',  # feature: passkeys
)


# feature: totp {
@pytest.mark.every_database
@pytest.mark.attack
def test_a_password_that_is_set_by_a_mail_leaves_the_second_factor_on(journey):
    journey.register()
    journey.verify(journey.token())
    saved(Totp(user_id=journey.user().id, secret="", confirmed_at=utcnow()))
    journey.forgot()

    journey.reset(journey.token("reset-password"))

    came_of(str(Totp.query.count()), "1")


# }


@pytest.mark.attack
def test_the_mail_about_a_reset_names_what_somebody_before_may_have_left_behind(journey):
    leave_ways_in(make_user("ada", password=PASSWORD).id)
    journey.forgot()

    journey.reset(journey.token("reset-password"))
    journey.office.deliver()

    assert ways_in_left() == len(WAYS_IN)
    told = journey.office.mails[-1]["text"].partition("without a password.")[2]
    came_of(str([name for name in NAMES if name not in told]), "[]")
