"""Migrations, there and back, on the database that the tests run on."""

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from app import create_app, db
from app.models import Closing, Finding, Installation, Payment, Refund, Todo
from tests.integration.conftest import close, sign_in
from tests.integration.factories import make_item, make_order, make_user, saved
from tests.settings import settings

TABLES = set(db.metadata.tables)


@pytest.fixture
def kiosk(own_database):
    """`kiosk("db", "check")` runs a command on a database of its own."""
    app = create_app(settings(own_database, TESTING=True))

    def run(*args):
        result = app.test_cli_runner().invoke(args=list(args))
        assert result.exit_code == 0, result.output
        return result.output

    run.app = app
    yield run
    close(app)


def tables(kiosk):
    with kiosk.app.app_context():
        return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_tables_are_as_the_models_say(kiosk):
    kiosk("db", "check")  # fails where there is something to add

    assert tables(kiosk) == TABLES


def test_every_migration_can_be_taken_back_and_made_again(kiosk):
    kiosk("db", "downgrade", "base")
    assert tables(kiosk) == set()

    kiosk("db", "upgrade")

    assert tables(kiosk) == TABLES
    kiosk("db", "check")


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(kiosk):
    kiosk("seed")
    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM items")) > 0


def test_there_is_one_newest_migration(kiosk):
    with kiosk.app.app_context():
        scripts = ScriptDirectory.from_config(kiosk.app.extensions["migrate"].migrate.get_config())

    assert len(scripts.get_heads()) == 1


def test_an_empty_database_is_not_ready_until_it_is_migrated(kiosk):
    kiosk("db", "downgrade", "base")
    assert kiosk.app.test_client().get("/readyz").status_code == 503

    kiosk("db", "upgrade")

    assert kiosk.app.test_client().get("/readyz").status_code == 200


def test_a_release_stays_ready_while_the_next_one_migrates_the_database(kiosk):
    with kiosk.app.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = 'of the next release'"))
        db.session.commit()

    assert kiosk.app.test_client().get("/readyz").status_code == 200


def test_a_downgrade_keeps_the_rows_that_refer_to_a_table_which_is_altered(kiosk):
    with kiosk.app.app_context():
        ada = make_user("ada")
        sign_in(kiosk.app, ada)
        saved(Todo(user_id=ada.id, title="Tea"))
        db.session.commit()

    kiosk("db", "downgrade", "0002")

    with kiosk.app.app_context():
        for table in ("sessions", "todos"):
            assert db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 1


def test_money_and_findings_outlive_a_downgrade_and_an_upgrade(kiosk):
    with kiosk.app.app_context():
        order, grace = make_order(make_user(), make_item()), make_user("grace", role="staff")
        refund = Refund(intent_key="one", idem_key="one", body="", api_version="", amount=100, status="failed")
        paid = {"payment_intent": "pi_1", "amount": 1250, "currency": "EUR", "disposition": "settles"}
        saved(Payment(order_id=order.id, refunds=[refund], **paid))
        finding = saved(Finding(kind="stock_differs", subject="1", words="2 are held.", order_id=order.id))
        copied = {name: getattr(finding, name) for name in ("kind", "subject", "words", "order_id")}
        saved(Closing(finding=finding.token, reason="Counted.", user_id=grace.id, **copied))

    kiosk("db", "downgrade", "0004")
    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        assert [(row.words, len(row.token) >= 32) for row in Finding.query] == [("2 are held.", True)]
        assert [(row.amount, row.status, row.ended_at) for row in Refund.query] == [(100, "failed", None)]
        assert len(Installation.query.one().mark) >= 32


def test_a_new_shop_has_a_mark_of_its_own_before_anything_is_sold(kiosk):
    marks = set()
    for _ in range(2):
        with kiosk.app.app_context():
            marks.add(Installation.query.one().mark)
        kiosk("db", "downgrade", "0004")
        kiosk("db", "upgrade")

    assert len(marks) == 2


def test_foreign_keys_are_checked_again_after_a_migration(kiosk):
    kiosk("db", "upgrade")

    with kiosk.app.app_context(), pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text("INSERT INTO todos (user_id, title, done) VALUES (99, 'Tea', false)"))


def test_what_differs_from_the_models_is_found(kiosk):
    with kiosk.app.app_context():
        db.session.execute(sa.text("DROP TABLE outbox"))
        db.session.commit()

    result = kiosk.app.test_cli_runner().invoke(args=["db", "check"])

    assert result.exit_code == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE items SET held = -1",
        "UPDATE items SET on_hand = 1, held = 2",
        "UPDATE items SET price = 0",
        "UPDATE users SET role = 'root'",
        "UPDATE todos SET user_id = NULL",
    ],
)
def test_the_rules_stand_in_the_database_itself(app, wrong):
    make_item()
    saved(Todo(user_id=make_user().id, title="Tea"))

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text(wrong))
