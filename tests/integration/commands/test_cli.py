"""The `kiosk` command: what it does, and the one line that it says where it cannot."""

import json
import os

import pytest

from app.commands import operator_errors
from app.models import (
    AuditTrailEntry,
    Item,  # feature: shop
    Outgoing,
    RecoveryCode,  # feature: totp
    Totp,  # feature: totp
    User,
    UserSession,
)
from tests.integration.accounts import make_ada, sign_in
from tests.integration.auth.totp.phone import Phone  # feature: totp
from tests.integration.conftest import browser
from tests.integration.factories import make_user
from tests.processes import run_kiosk
from tests.settings import environment, settings


def invoke(runner, *args):
    return runner.invoke(args=list(args))


def test_staff_is_granted_and_revoked(runner):
    ada = make_user("ada")
    make_user("grace", role="staff")

    granted = invoke(runner, "staff", "grant", "Ada")
    assert (granted.exit_code, granted.output) == (0, "ada is staff\n")
    assert ada.role == "staff"

    revoked = invoke(runner, "staff", "revoke", "ada")
    assert (revoked.exit_code, revoked.output) == (0, "ada is customer\n")
    assert ada.role == "customer"


def test_the_last_member_of_staff_is_not_revoked(runner):
    ada = make_user("ada", role="staff")

    result = invoke(runner, "staff", "revoke", "ada")

    assert result.exit_code == 1
    assert result.output.startswith("Error: This is the last member of staff.")
    assert result.output.count("\n") == 1
    assert ada.role == "staff"


def test_a_change_of_role_holds_from_the_next_request_and_renews_the_cookie(runner, signed_in):
    client = signed_in(make_user("ada"))
    assert client.get("/api/users").status_code == 403

    invoke(runner, "staff", "grant", "ada")

    assert UserSession.query.one().must_rotate
    assert client.get("/api/users").status_code == 200


def test_what_the_command_line_does_to_an_account_is_in_its_trail(runner):
    ada = make_user("ada")

    invoke(runner, "staff", "grant", "ada")
    invoke(runner, "staff", "grant", "ada")
    invoke(runner, "users", "reset-link", "ada")

    found = [(each.action, each.user_id, each.actor_id, each.details) for each in AuditTrailEntry.query]
    by = {"by": "command line"}
    assert found == [
        ("role_changed", ada.id, None, {**by, "before": "customer", "after": "staff"}),
        ("reset_link_made", ada.id, None, by),
    ]


@pytest.mark.parametrize(
    "command",
    [
        ("staff", "grant"),
        ("staff", "revoke"),
        ("users", "reset-link"),
        ("users", "remove-factors"),  # feature: totp
    ],
)
def test_a_user_who_is_not_there_is_named_in_one_line(runner, command):
    result = invoke(runner, *command, "nobody")

    assert result.exit_code == 1
    assert result.output.startswith("Error: there is no user 'nobody': ")
    assert result.output.count("\n") == 1


def test_a_reset_link_is_printed_and_nothing_else(runner):
    make_user("ada")

    result = invoke(runner, "users", "reset-link", "ada")

    assert result.output.startswith("http://localhost/reset-password?token=")
    assert result.output.count("\n") == 1


# feature: totp {
def test_whoever_lost_app_and_codes_signs_in_by_password_alone(app, runner, signed_in):
    ada = make_ada()
    Phone(signed_in(ada)).confirm()
    assert sign_in(browser(app)).status_code == 401

    result = invoke(runner, "users", "remove-factors", "Ada")

    assert (result.exit_code, result.output) == (0, "ada signs in by password alone\n")
    assert sign_in(browser(app)).status_code == 200
    assert (Totp.query.count(), RecoveryCode.query.count()) == (0, 0)
    entry = AuditTrailEntry.query.filter_by(action="totp_removed").one()
    assert (entry.user_id, entry.actor_id, entry.details) == (ada.id, None, {"by": "command line"})
    assert Outgoing.query.filter_by(kind="totp_removed").count() == 1


def test_where_no_app_is_set_up_one_line_says_so(runner):
    make_user("ada")

    result = invoke(runner, "users", "remove-factors", "ada")

    assert (result.exit_code, result.output) == (1, "Error: No authenticator app is set up.\n")


# }


# feature: shop {
def test_the_demo_is_sown_once_and_what_was_changed_stays(runner):
    first = invoke(runner, "seed")
    assert first.output.endswith("items and 0 people added\n")
    number = Item.query.count()
    assert number >= 5
    changed = Item.query.first()
    changed.price = 1

    again = invoke(runner, "seed")

    assert again.output == "0 items and 0 people added\n"
    assert (Item.query.count(), changed.price) == (number, 1)


def test_demo_items_are_worth_looking_at(runner, client):
    invoke(runner, "seed")

    items = client.get("/api/items").get_json()["items"]

    assert all(each["description"] and each["image_url"] and each["price"] for each in items)


# }


def test_demo_people_come_with_the_simulator_alone(runner, reconfigured, app):
    oauth = app.extensions["settings"].oauth
    reconfigured(oauth={"acme": _at(oauth["acme"], "http://127.0.0.1:9001")})

    assert invoke(runner, "seed").output.endswith("2 people added\n")

    assert {(each.username, each.role) for each in User.query} == {("ada", "customer"), ("grace", "staff")}
    reconfigured(oauth={"acme": _at(oauth["acme"], "http://127.0.0.1:9002")})
    assert invoke(runner, "seed").output.endswith("0 people added\n")
    assert {each.identities[0].issuer for each in User.query} == {"http://127.0.0.1:9002"}


def test_a_simulator_under_two_names_has_its_people_once(runner, reconfigured, app):
    acme = _at(app.extensions["settings"].oauth["acme"], "http://127.0.0.1:9001")
    reconfigured(oauth={"acme": acme, "hub": acme})

    for added in ("2", "0"):
        assert invoke(runner, "seed").output.endswith(f"{added} people added\n")

    assert [each.provider for user in User.query for each in user.identities] == ["acme", "acme"]


def _at(provider, issuer):
    return type(provider)(issuer, provider.client_id, provider.client_secret)


def test_the_description_is_printed_as_json(runner):
    assert json.loads(invoke(runner, "openapi").output)["openapi"].startswith("3.1")


# ---------------------------------------------------------------- as a process


def kiosk(*args, **variables):
    """Its exit status, and what it said on either stream."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KIOSK_", "FLASK_"))}
    ended = run_kiosk(*args, env={**clean, **variables})
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.any_database
def test_help_needs_no_settings():
    status, said, complaint = kiosk("--help")

    assert (status, complaint) == (0, "")
    for command in ("serve", "up", "seed", "staff", "users", "db", "simulate"):
        assert command in said


@pytest.mark.any_database
@pytest.mark.parametrize("command", [("serve",), ("staff", "grant", "ada"), ("db", "upgrade"), ("seed",)])
def test_a_command_without_settings_names_them_and_the_mend(command):
    status, said, complaint = kiosk(*command)

    assert status != 0
    for name in ("KIOSK_SECRET_KEY", "KIOSK_JWT_SECRET_KEY", "KIOSK_PUBLIC_URL"):
        assert f"{name} is not set: give it" in complaint
    assert "Traceback" not in said + complaint


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"KIOSK_SECRET_KEY": "short"}, "Error: KIOSK_SECRET_KEY is shorter than 32 bytes: "),
        ({"KIOSK_ENV": "production"}, "Error: KIOSK_PUBLIC_URL is plain http in production: "),
        ({"KIOSK_MAILS_AN_HOUR": "soon"}, "Error: KIOSK_MAILS_AN_HOUR has the wrong form: "),
        ({"KIOSK_ENV": "staging", "FLASK_DEBUG": "1"}, "Error: debug is on in staging: unset FLASK_DEBUG"),
    ],
)
def test_the_server_refuses_a_bad_configuration_before_it_listens(changes, complaint):
    status, said, complained = kiosk("serve", "--port", "0", **{**environment(settings("sqlite://")), **changes})

    assert (status, said) == (1, "")
    assert complained.startswith(complaint)
    assert complained.count("\n") == 1


def test_a_database_that_is_not_migrated_is_one_line_with_the_mend(tmp_path):
    status, _, complaint = kiosk("staff", "grant", "ada", **environment(settings(f"sqlite:///{tmp_path}/empty.db")))

    assert status == 1
    assert "`kiosk db upgrade`" in complaint
    assert complaint.count("\n") == 1


def test_a_database_that_is_away_is_one_line_without_the_password():
    status, _, complaint = kiosk(
        "staff", "grant", "ada", **environment(settings("postgresql://kiosk:hush-hush@127.0.0.1:9/kiosk"))
    )

    assert status == 1
    assert complaint.startswith("Error: the database says: ")
    assert "hush-hush" not in complaint
    assert complaint.count("\n") == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("reason", "mend"),
    [
        ("database or disk is full", "Make room on its disk."),
        ("disk I/O error", "Make room on its disk."),
        ("unable to open database file", "May this user write its file and the folder of that?"),
        ("attempt to write a readonly database", "May this user write its file and the folder of that?"),
        ("no such table: users", "Is it there, and is `kiosk db upgrade` done?"),
    ],
)
def test_what_the_database_says_comes_with_the_mend_that_it_asks_for(reason, mend):
    assert operator_errors.mend(reason) == mend


def test_a_name_that_is_no_text_is_a_user_who_is_not_there(runner):
    result = invoke(runner, "staff", "grant", "ada\udcff")

    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert result.output.startswith("Error: there is no user 'ada\\udcff'")


@pytest.mark.any_database
def test_an_unknown_command_is_refused():
    assert kiosk("frobnicate", **environment(settings("sqlite://")))[0] == 2
