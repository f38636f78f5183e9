"""Migrations, there and back, on the database that the tests run on."""

import json  # feature: shop

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from app import create_app, db
from app.models import (
    AuditTrailEntry,
    Closing,  # feature: shop
    Event,  # feature: shop
    FindingRow,  # feature: shop
    Identity,
    Installation,  # feature: shop
    Order,  # feature: shop
    OrderLine,  # feature: shop
    Payment,  # feature: shop
    Refund,  # feature: shop
    Todo,  # feature: todos
    User,
    UserSession,
)
from app.ops import (
    migrate,  # feature: shop
    migrations,
)
from app.payments import redaction  # feature: shop
from app.runtime.db import Moment, utcnow
from tests.integration.conftest import close, sign_in
from tests.integration.factories import (
    make_item,  # feature: shop
    make_order,  # feature: shop
    make_user,
    saved,
)
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


def identity(user):
    return Identity(user_id=user.id, provider="acme", issuer="https://id.example", subject=str(user.id))


EACH = (
    identity,
    lambda user: Todo(user_id=user.id, title="Tea"),  # feature: todos
    lambda _: make_item(),  # feature: shop
)
"""Makes rows of a user."""


def tables(kiosk):
    """Without those in which SQLite keeps its indexes of words."""
    with kiosk.app.app_context():
        there = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in there if "_search" not in name}


def test_the_tables_are_as_the_models_say(kiosk):
    kiosk("db", "check")  # fails where there is something to add

    assert tables(kiosk) == TABLES


def test_every_migration_can_be_taken_back_and_made_again(kiosk):
    kiosk("db", "downgrade", "base")
    assert tables(kiosk) == set()

    kiosk("db", "upgrade")

    assert tables(kiosk) == TABLES
    kiosk("db", "check")


# feature: shop {
def test_an_upgrade_of_what_is_up_to_date_changes_nothing(kiosk):
    kiosk("seed")
    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM items")) > 0


# }


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
        saved(identity(ada))

    kiosk("db", "downgrade", "0002")

    with kiosk.app.app_context():
        for table in ("sessions", "identities"):
            assert db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 1


def test_verified_addresses_get_one_form_and_one_account_keeps_it(kiosk):
    before = {
        "ada": "ada@bücher.example",
        "eve": "ada@xn--bcher-kva.example",
        "bob": "bob@example.com",
        "zoë": "zoë@ö.example",
    }
    with kiosk.app.app_context():
        for name, address in before.items():
            make_user(name, email=address.upper(), verified=False)
    kiosk("db", "downgrade", "0008")
    with kiosk.app.app_context():
        users = sa.table("users", sa.column("username"), sa.column("verified_email"))
        for name, address in before.items():
            db.session.execute(sa.update(users).where(users.c.username == name).values(verified_email=address))
        db.session.commit()

    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        found = {user.username: user.verified_email for user in User.query}
        verified = {user.username for user in User.query if user.email_verified}
    assert found == {**before, "ada": None}
    assert verified == {"eve", "bob", "zoë"}


def test_verified_addresses_are_as_they_were_typed_again_for_the_release_before(kiosk):
    with kiosk.app.app_context():
        make_user("ada", email="Ada@Bücher.example").verified_email = "ada@xn--bcher-kva.example"
        db.session.commit()

    kiosk("db", "downgrade", "0008")
    with kiosk.app.app_context():
        assert db.session.scalar(sa.text("SELECT verified_email FROM users")) == "ada@bücher.example"
    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        assert db.session.scalar(sa.text("SELECT verified_email FROM users")) == "ada@xn--bcher-kva.example"


# feature: shop {
def test_messages_that_were_stored_whole_keep_nothing_of_a_person_and_go_on_being_worked_on(kiosk):
    person = {"email": "ada@example.com", "name": "Ada Lovelace"}
    session = {"id": "cs_1", "object": "checkout.session", "customer_details": person, "payment_intent": "pi_1"}
    whole = {
        "evt_1": {
            "type": "checkout.session.completed",
            "data": {"object": {**session, "metadata": {"attempt": "a-1"}}},
        },
        "evt_2": {"type": "customer.created", "data": {"object": {"id": "cus_1", **person, "metadata": person}}},
        "evt_3": {"type": "v2.core.event"},
    }
    kiosk("db", "downgrade", "0005")
    with kiosk.app.app_context():
        for key, event in whole.items():
            body = json.dumps({"id": key, "created": 1, "livemode": False, "request": person, **event}, indent=2)
            saved(Event(event_id=key, kind=event["type"], body=body.encode()))
        saved(Event(event_id="evt_4", kind="refund.created", body=b"no json"))

    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        kept = {each.event_id: each.body for each in Event.query}
        assert not [body for body in kept.values() if b"lovelace" in body.lower() or b"ada@" in body]
        assert json.loads(kept["evt_1"]) == {
            "reduced": True,
            "id": "evt_1",
            "type": "checkout.session.completed",
            "created": 1,
            "livemode": False,
            "data": {
                "object": {
                    "id": "cs_1",
                    "object": "checkout.session",
                    "payment_intent": "pi_1",
                    "metadata": {"attempt": "a-1"},
                }
            },
        }
        for key in kept:
            assert json.loads(kept[key])["id"] == key
        for key, event in whole.items():
            body = json.dumps({"id": key, "created": 1, "livemode": False, "request": person, **event}).encode()
            assert json.loads(redaction.reduced(body)) == json.loads(kept[key]), "as one is that comes now"
        assert redaction.reduce_all(db.session()) == 0
    kiosk("db", "downgrade", "0005")
    kiosk("db", "upgrade")


# }


def test_where_those_who_have_gone_did_something_from_is_forgotten(kiosk):
    with kiosk.app.app_context():
        gone, grace = make_user("gone", closed_at=utcnow()).id, make_user("grace").id
        for actor in (gone, grace):
            saved(AuditTrailEntry(user_id=grace, actor_id=actor, action="name_changed", address="198.51.100.7"))
    kiosk("db", "downgrade", "0005")

    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        assert {each.actor_id: each.address for each in AuditTrailEntry.query} == {gone: None, grace: "198.51.100.7"}


# feature: shop {
def test_money_and_findings_outlive_a_downgrade_and_an_upgrade(kiosk):
    with kiosk.app.app_context():
        order, grace = make_order(make_user(), make_item()), make_user("grace", role="staff")
        refund = Refund(wish_key="one", idem_key="one", body="", api_version="", amount=100, status="failed")
        paid = {"payment_intent": "pi_1", "amount": 1250, "currency": "EUR", "disposition": "settles"}
        saved(Payment(order_id=order.id, refunds=[refund], **paid))
        finding = saved(FindingRow(kind="stock_differs", subject="1", words="2 are held.", order_id=order.id))
        copied = {name: getattr(finding, name) for name in ("kind", "subject", "words", "order_id")}
        saved(Closing(finding=finding.token, reason="Counted.", user_id=grace.id, **copied))

    kiosk("db", "downgrade", "0007")
    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        assert [(row.words, len(row.token) >= 32) for row in FindingRow.query] == [("2 are held.", True)]
        assert [(row.amount, row.status, row.ended_at) for row in Refund.query] == [(100, "failed", None)]
        assert len(Installation.query.one().mark) >= 32


def order_of_then(user_id):
    """The id of an order in the columns that there were: the model has more by now."""
    columns = {"user_id": user_id, "idempotency_key": "k", "request_hash": "h", "status": "paid", "total": 1250}
    columns |= {"currency": "EUR", "hold_until": utcnow(), "created_at": utcnow()}
    db.session.execute(sa.insert(Order.__table__).values(columns))
    return db.session.scalar(sa.select(Order.id))


def test_orders_of_the_release_before_count_the_units_of_their_lines(kiosk, monkeypatch):
    monkeypatch.setattr(migrate, "BATCH", 2)
    with kiosk.app.app_context():
        buyer, tea, milk = make_user(), make_item(), make_item()
        for bought in ([tea], [tea, milk], [], [milk]):
            make_order(buyer, *bought)
        kept = [order.id for order in Order.query.order_by(Order.id)]
        OrderLine.query.filter_by(order_id=kept[-1]).update({"quantity": 12})
        db.session.commit()

    kiosk("db", "downgrade", "0024")
    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        assert [order.units for order in Order.query.order_by(Order.id)] == [1, 2, 0, 12]


def test_what_staff_asked_for_is_read_from_the_text_that_the_release_before_wrote(kiosk):
    wishes = {
        "": (None, None, None),
        "wish%5Bamount%5D=all&wish%5Brestock%5D=False": (None, False, None),
        "wish%5Bamount%5D=300&wish%5Brestock%5D=True": (300, True, None),
        "wish%5Bamount%5D=300&wish%5Brestock%5D=False&wish%5Bpayment%5D=pi_2": (300, False, "pi_2"),
    }
    with kiosk.app.app_context():
        user_id = make_user().id
    kiosk("db", "downgrade", "0009")
    with kiosk.app.app_context():
        paid = {"payment_intent": "pi_1", "amount": 1250, "currency": "EUR", "disposition": "settles"}
        payment = saved(Payment(order_id=order_of_then(user_id), **paid))
        row = {"payment_id": payment.id, "body": "", "api_version": "", "amount": 100, "status": "succeeded"}
        for key, wish in enumerate(wishes):
            columns = {**row, "intent_key": str(key), "idem_key": str(key), "wish": wish, "created_at": utcnow()}
            of_then = [sa.column(name, Moment if name == "created_at" else None) for name in columns]
            db.session.execute(sa.insert(sa.table("refunds", *of_then)).values(columns))
        db.session.commit()

    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        assert {row.wish_text: (row.wish_amount, row.wish_restock, row.wish_payment) for row in Refund.query} == wishes
    kiosk("db", "downgrade", "0009")
    with kiosk.app.app_context():
        assert set(db.session.scalars(sa.text("SELECT wish FROM refunds"))) == set(wishes)


def test_a_new_shop_has_a_mark_of_its_own_before_anything_is_sold(kiosk):
    marks = set()
    for _ in range(2):
        with kiosk.app.app_context():
            marks.add(Installation.query.one().mark)
        kiosk("db", "downgrade", "0007")
        kiosk("db", "upgrade")

    assert len(marks) == 2


# }


def test_foreign_keys_are_checked_again_after_a_migration(kiosk):
    kiosk("db", "upgrade")

    with kiosk.app.app_context(), pytest.raises(sa.exc.IntegrityError):
        saved(Identity(user_id=99, provider="acme", issuer="https://id.example", subject="7"))


def test_what_differs_from_the_models_is_found(kiosk):
    with kiosk.app.app_context():
        db.session.execute(sa.text("DROP TABLE outbox"))
        db.session.commit()

    result = kiosk.app.test_cli_runner().invoke(args=["db", "check"])

    assert result.exit_code == 1


COUNTED = (
    4,
    6,  # feature: shop
)
"""Tables whose id the database counts up, at least."""


def test_an_id_of_a_row_that_was_deleted_is_given_to_no_other(kiosk):
    """Of every table whose id the database counts up, on whichever way it was migrated."""
    counted = [each for each in db.metadata.sorted_tables if each.autoincrement_column is not None]
    assert len(counted) > sum(COUNTED)

    with kiosk.app.app_context():
        if db.engine.dialect.name == "sqlite":
            made = dict(db.session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
            assert [each.name for each in counted if "AUTOINCREMENT" not in made[each.name]] == []
        ada = make_user("ada")
        first = saved(identity(ada)).id
        db.session.execute(sa.delete(Identity))

        assert saved(identity(ada)).id > first


def test_rows_of_the_release_before_get_a_random_id(kiosk):
    with kiosk.app.app_context():
        ada = make_user("ada")
        sign_in(kiosk.app, ada)
        make_user("bob")
    kiosk("db", "downgrade", "0004")
    kiosk("db", "upgrade")

    with kiosk.app.app_context():
        names = [*db.session.scalars(sa.select(User.public_id)), *db.session.scalars(sa.select(UserSession.public_id))]
    assert len({*names}) == 3
    assert all(len(each) == 32 for each in names)


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE items SET held = -1",  # feature: shop
        "UPDATE items SET on_hand = 1, held = 2",  # feature: shop
        "UPDATE items SET price = 0",  # feature: shop
        "UPDATE users SET role = 'root'",
        "UPDATE identities SET user_id = NULL",
        "UPDATE todos SET user_id = NULL",  # feature: todos
    ],
)
def test_the_rules_stand_in_the_database_itself(app, wrong):
    for make in EACH:
        saved(make(make_user()))

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text(wrong))


def test_a_server_tells_by_itself_which_revisions_are_behind_this_release():
    scripts = ScriptDirectory(str(migrations.FOLDER))
    every = {each.revision for each in scripts.walk_revisions()}

    assert migrations.outdated() == {None, *every} - {scripts.get_current_head()}


@pytest.mark.parametrize("before", ["'0020'", "('0020', '0021')", '"0020"'])
def test_a_revision_is_behind_however_the_next_one_is_written(before, tmp_path, monkeypatch):
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0022_next.py").write_text(f"revision = '0022'\ndown_revision: str | None = {before}\n")
    monkeypatch.setattr(migrations, "FOLDER", tmp_path)

    outdated = migrations.outdated.__wrapped__()

    assert "0020" in outdated
    assert "0022" not in outdated


@pytest.mark.parametrize("command", [("upgrade",), ("downgrade", "0001"), ("check",), ("current",)])
def test_a_database_of_a_later_release_is_told_in_one_line_and_left_as_it_is(kiosk, command):
    with kiosk.app.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()

    result = kiosk.app.test_cli_runner().invoke(args=["db", *command])

    assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
    assert "of a later release, at revision 9999: migrate it by that release's `kiosk db`" in result.output
    with kiosk.app.app_context():
        assert (migrations.revision(), tables(kiosk)) == ("9999", TABLES)
