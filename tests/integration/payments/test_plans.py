"""What is asked again and again has an index: no plan of the database reads all of a table that grows."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import GAUGES, create_app, db
from app.dashboard import service as dashboard
from app.items import service as items
from app.items.schemas import ItemSearch
from app.mail import outbox
from app.models import (
    Attempt,
    Event,
    Item,
    Order,
    Refund,
    Todo,  # feature: todos
    User,
)
from app.orders.search import Search
from app.payments import audit, audit_refunds, expiry, findings, history
from app.payments.models import LIVE, UNSETTLED
from app.payments.reconcile import left_over
from app.payments.sweep import due_keys
from app.runtime.db import utcnow
from app.todos import service as todos  # feature: todos
from app.users import audit_trail
from app.users import service as users
from app.users import staff as people
from app.users.signed_in import SignedInUser
from app.web.paging import Paging
from tests.integration.conftest import close
from tests.scale.rows import Rows
from tests.settings import settings

NUMBER = 4000
LATELY, LONG_AGO = timedelta(minutes=5), utcnow() - timedelta(days=2)
FEW = {
    "ix_attempts_problem",
    "ix_closings_live",
    "ix_disputes_stands",
    "ix_holds_held",
    "ix_items_few_left",
    "ix_items_on_sale",
    "ix_items_set_aside",
    "ix_items_there",
    "ix_orders_paid_at",
    "ix_orders_paid_last",
    "ix_orders_status",
    "ix_orders_total",
    "ix_outbox_waiting",
    "ix_todos_newest",  # feature: todos
    "ix_users_barred",
    "ix_users_there",
    "ix_users_staff",
    "uq_attempts_live",
}
"""Indexes that may be read as a whole: they hold what is unfinished, or are read as far as a page goes."""

READ_BY_STAFF = {"users"}
"""What SQLite reads as a whole where staff look for people: FTS5 would keep pieces of names that were deleted."""

SMALL = {"catalogue", "chores", "identities", "figures", "findings", "installation"}


@pytest.fixture(scope="module")
def old_shop(databases):
    """An application whose every table has NUMBER rows."""
    app = create_app(settings(databases.new(), TESTING=True))
    with app.app_context():
        Rows(db.session(), NUMBER, utcnow()).fill()
    with app.app_context():
        yield app
    close(app)


def sweep_of(model, condition):
    return lambda session, now: session.scalars(due_keys(model, condition, now, whole=False)).all()


STAFF, BUYER = (
    SignedInUser(17, "ada", None, None, None, None, None, None, role, True, utcnow(), ())
    for role in ("staff", "customer")
)


# feature: todos {
def page_of_todos(session, _now):
    """Without their number, which is counted beside it, over all of them."""
    query = todos.seen_by(session.get(User, NUMBER)).with_only_columns(Todo.id)
    return session.execute(query.order_by(*todos.OPEN_AND_NEWEST).limit(20)).all()


# }


def page_of_items(session, _now):
    """Without their number, which is counted beside it, over all of them."""
    return session.execute(
        sa.select(Item.id).where(items.is_on_sale).order_by(Item.name, Item.id).limit(20).offset(40)
    ).all()


def counted(*, viewer=STAFF, **search):
    """How many orders of NUMBER are found: what the list asks first."""
    return lambda session, _: session.scalar(
        sa.select(sa.func.count()).select_from(Order).where(Search(**search).condition(session, viewer))
    )


def first_orders(session, sort):
    return session.execute(sa.select(Order.id).order_by(*Search(sort=sort).ordering()).limit(20)).all()


QUESTIONS = {
    "orders whose time is over": lambda session, _: expiry.expired(session, 100),
    "attempts that are due": sweep_of(Attempt, Attempt.status.in_(LIVE)),
    "events that are due": sweep_of(Event, Event.state.in_(("new",))),
    "refunds that are due": sweep_of(Refund, Refund.status.in_(UNSETTLED)),
    "findings": findings.unclosed,
    "findings that have ended": findings.end,
    "what reconcile leaves": left_over,
    "the audit's payments": lambda session, now: audit.to_ask(session, {}, now - LATELY),
    "the audit's refunds": lambda session, now: audit_refunds.to_ask(session, {}, now - LATELY),
    "the audit's disputes": lambda session, _: audit_refunds.undecided(session),
    "the audit's stock": lambda session, _: audit.wrong_stock(session),
    "the history of an order": lambda session, _: history.of(session, session.get(Order, 17)),
    "mails that are due": outbox.due,
    "mails of a user": lambda session, now: outbox.recall(session, 17, now),
    "the trail of a user who leaves": lambda session, _: audit_trail.forget(session, 17),
    "staff": lambda session, _: users.keep_staff(session, 17),
    "a free username": lambda session, _: users.free_username(session, "user-17"),
    "staff's to-dos": page_of_todos,  # feature: todos
    "a search for items": lambda session, _: items.listed(session, ItemSearch(q="kettle heavy")),
    "a search for two letters": lambda session, _: items.listed(session, ItemSearch(q="ke")),
    "a search for a letter": lambda session, _: items.listed(session, ItemSearch(q="k")),
    "a page of items": page_of_items,
    "orders of a day": counted(begin=LONG_AGO, end=LONG_AGO + timedelta(hours=1)),
    "a buyer's search for orders": counted(words="lamp", viewer=BUYER),
    "staff's search for an order": counted(words="K1017 user-17"),
    "staff's search for people": lambda session, _: people.listed(session, "user-17", Paging(), role=None, active=None),
    "users who may not sign in": lambda session, _: people.listed(session, "", Paging(), role=None, active=False),
    **{
        f"orders by {sort}": lambda session, _, sort=sort: first_orders(session, sort)
        for sort in ("total", "-total", "status", "-status", "paid_at", "-paid_at")
    },
    "the dashboard's stock": lambda session, _: dashboard.low_stock(session),
    "the dashboard's hand-overs": lambda session, _: dashboard.to_hand_over(session),
    "the dashboard's mails": lambda session, _: dashboard.given_up(session),
    **{
        f"the gauge {gauge.name}": gauge.read
        for gauge in GAUGES
        if gauge.name != "orders"  # which counts all of them, once in a while and for all processes
    },
}


def plans(app, ask) -> Iterator[tuple[str, str, str]]:
    """(statement, table, index) of each part of a plan that reads all of a table, or of an index."""
    asked = []

    def note(_connection, _cursor, statement, parameters, *_) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask(db.session(), utcnow())
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
        db.session.rollback()
    read = _of_sqlite if db.engine.dialect.name == "sqlite" else _of_postgresql
    with db.engine.connect() as connection:
        for statement, parameters in asked:
            yield from ((statement, *part) for part in read(connection, statement, parameters))


def _of_sqlite(connection, statement, parameters):
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
        verb, table, *rest = row.detail.split()
        if verb == "SCAN" and table in db.metadata.tables:
            yield table, rest[-1] if "INDEX" in rest else ""


def _of_postgresql(connection, statement, parameters):
    [plan] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalars()
    nodes = [each["Plan"] for each in (plan if isinstance(plan, list) else json.loads(plan))]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node["Node Type"] == "Seq Scan":
            yield node["Relation Name"], ""
        elif "Index Name" in node and "Index Cond" not in node:
            yield node.get("Relation Name", ""), node["Index Name"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_plan_reads_all_of_a_table_that_grows(old_shop, name):
    few = SMALL | READ_BY_STAFF if name.startswith("staff's search") else SMALL
    whole = [
        (table, index, statement)
        for statement, table, index in plans(old_shop, QUESTIONS[name])
        if table not in few and index not in FEW
    ]

    assert whole == []


SEARCHES = [name for name in QUESTIONS if "search" in name]


@pytest.mark.parametrize("name", SEARCHES)
def test_no_search_reads_all_of_a_table_within_a_function_of_the_database(old_shop, name):
    """Whose plan is not part of the plan of the query."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no such functions")
    session = db.session()
    read = sa.text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables")
    before = {row.relname: row.seq_scan for row in session.execute(read)}

    QUESTIONS[name](session, utcnow())

    assert {table for table, scans in session.execute(read) if scans > before.get(table, 0)} <= SMALL
    session.rollback()
