"""Statements that are compiled once (app/runtime/statements.py)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from app import db
from app.models import Chore, Identity, UserSession
from app.runtime.db import table
from app.runtime.statements import Statement, insert_all
from tests.integration.factories import make_user

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
_chores = table(Chore).c
_insert = Statement(sa.insert(table(Chore)).returning(_chores.name), "name", "due_at", "reached")
_due = Statement(
    sa.select(_chores.name, _chores.due_at).where(_chores.due_at == sa.bindparam("due", type_=_chores.due_at.type))
)


def add(name):
    return _insert.execute(db.session.connection(), {"name": name, "due_at": NOON, "reached": 0})


def test_values_are_given_and_taken_as_the_columns_have_them(app):
    add("tea")

    [row] = _due.execute(db.session.connection(), {"due": NOON.astimezone(timezone(timedelta(hours=2)))})

    assert (row.name, row.due_at, row.due_at.tzinfo) == ("tea", NOON, UTC)


def test_a_drivers_error_is_raised_as_sqlalchemys(app):
    add("tea")

    with pytest.raises(sa.exc.IntegrityError):
        add("tea")


@pytest.mark.parametrize(
    "values", [{"name": "tea", "due_at": NOON}, {"name": "tea", "due_at": NOON, "reached": 0, "x": 1}]
)
def test_a_value_that_is_missing_or_has_no_parameter_is_refused(app, values):
    with pytest.raises(ValueError, match=r"'(reached|x)'"):
        _insert.execute(db.session.connection(), values)


@pytest.mark.parametrize("number", [2, 50])
def test_rows_of_several_tables_are_inserted_together(app, number):
    ada = make_user("ada")
    began = {"user_id": ada.id, "created_at": NOON, "used_at": NOON, "expires_at": NOON, "must_rotate": False}
    names = [f"session-{each}" for each in range(number)]
    sessions = [{"public_id": name, **began} for name in names]
    acme = {"user_id": ada.id, "provider": "acme", "issuer": "https://id.example", "subject": "7", "created_at": NOON}

    inserted = insert_all(db.session.connection(), [(table(UserSession), sessions), (table(Identity), [acme])])

    assert db.session.scalars(sa.select(Identity.id)).all() == [inserted]
    assert db.session.scalars(sa.select(UserSession.public_id).order_by(UserSession.id)).all() == names
