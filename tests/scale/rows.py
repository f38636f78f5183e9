"""A shop that is years old: any number of rows in each table that grows, made by the database itself.

All of it is over and done, but for the last UNFINISHED of each table. Row n of one belongs to row n of the others.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import (
    Attempt,
    AuditTrailEntry,
    Closing,
    Dispute,
    Event,
    Hold,
    Item,
    OAuthRequest,
    OneTimeToken,
    Order,
    OrderLine,
    Outgoing,
    Payment,
    RefreshToken,
    Refund,
    Todo,  # feature: todos
    User,
    UserSession,
)
from app.runtime.postgresql import be_patient

REFERENCES = sa.text("""
    SELECT conrelid::regclass::text AS of, conname AS name, pg_get_constraintdef(oid) AS rule
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
""")
INDEXES = sa.text("""
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) AND NOT indisunique
""")

UNFINISHED = 10
MINUTES = 1
"""Between two rows: a million of them are two years."""

ADJECTIVES = ("Small", "Quiet", "Old", "Copper", "Linen", "Green", "Heavy")
THINGS = ("lamp", "chair", "kettle", "clock", "basket", "mirror", "ladder", "drum", "saddle", "globe", "anchor")


class Rows:
    """`fill` makes them; `now` is when the newest was made."""

    def __init__(self, session: Session, number: int, now: datetime) -> None:
        self.session, self.number, self.now = session, number, now
        self.is_sqlite = session.get_bind().dialect.name == "sqlite"
        self.counted = self._up_to(number)
        self.n = self.counted.c.n
        self.ago = self._moment(self.n - number)
        """Row n was made so long ago."""

    def fill(self) -> None:
        """Committed. The tables have to be empty."""
        with self._in_bulk():
            self._people()
            self._items()
            self._trade()
            self._aftermath()

    def fill_items(self) -> None:
        """Items alone. Committed."""
        with self._in_bulk():
            self._items()

    def _up_to(self, number: int) -> sa.FromClause:
        """A table with the one column `n`."""
        if not self.is_sqlite:
            return sa.func.generate_series(1, number).table_valued(sa.column("n", sa.Integer)).render_derived()
        count = sa.select(sa.literal(1).label("n")).cte("counted", recursive=True)
        return count.union_all(sa.select(count.c.n + 1).where(count.c.n < number))

    @contextmanager
    def _in_bulk(self) -> Iterator[None]:
        """No statement takes too long; references are checked and indexes made once all rows are there.

        That takes a fraction of the time. The connection is not used by others afterwards.
        """
        if self.is_sqlite:
            yield
            self.session.commit()
            return
        connection = self.session.connection()
        connection.detach()
        be_patient(connection)
        for setting in ("statement_timeout = 0", "maintenance_work_mem = '512MB'", "work_mem = '256MB'"):
            connection.exec_driver_sql(f"SET {setting}")
        references, indexes = connection.execute(REFERENCES).all(), connection.execute(INDEXES).all()
        for each in references:
            connection.exec_driver_sql(f"ALTER TABLE {each.of} DROP CONSTRAINT {each.name}")
        for each in indexes:
            connection.exec_driver_sql(f"DROP INDEX {each.name}")
        yield
        for each in indexes:
            connection.exec_driver_sql(each.definition)
        for each in references:
            connection.exec_driver_sql(f"ALTER TABLE {each.of} ADD CONSTRAINT {each.name} {each.rule}")
        self._count_up()
        self.session.commit()
        self._vacuum()

    def _vacuum(self) -> None:
        """What PostgreSQL does by itself to a shop of that age, and no Kiosk on SQLite ever does.

        Twice: what it begins by itself at this moment keeps rows from being marked as visible to all.
        """
        with self.session.get_bind().engine.connect() as connection:
            connection.detach()
            be_patient(connection)
            driver: Any = connection.connection.dbapi_connection
            driver.autocommit = True
            driver.execute("SET statement_timeout = 0")
            driver.execute("VACUUM")
            driver.execute("VACUUM (ANALYZE)")

    def _count_up(self) -> None:
        """The sequences know nothing of ids that were given."""
        for model in (User, UserSession, Item, Order, OrderLine, Hold, Attempt, Payment, Refund):
            sequence = sa.func.pg_get_serial_sequence(model.__tablename__, "id")
            self.session.execute(sa.select(sa.func.setval(sequence, self.number)))

    def _people(self) -> None:
        name, n = self._named("user"), self.n
        self._put(
            User,
            id=n,
            public_id=name,
            username=name,
            username_key=name,
            verified_in_session=sa.true(),
            role=sa.case((n > self.number - 3, "staff"), else_="customer"),
            active=sa.true(),
            created_at=self.ago,
        )
        cookie = {"token_hash": self._hash("cookie"), "must_rotate": sa.false(), "expires_at": self._moment(n)}
        self._put(UserSession, id=n, public_id=name, user_id=n, **cookie, created_at=self.ago, used_at=self.ago)
        self._put(RefreshToken, token_hash=self._hash("refresh"), session_id=n, used_at=self.ago)
        self._put(OneTimeToken, token_hash=self._hash("link"), purpose="password_reset", user_id=n, expires_at=self.ago)
        flow = {"browser_hash": self._hash("b"), "provider": "acme", "nonce": "n", "code_verifier": "v", "next": "/"}
        self._put(OAuthRequest, state_hash=self._hash("state"), **flow, created_at=self.ago)
        self._put(AuditTrailEntry, at=self.ago, user_id=n, actor_id=n, action="sign_in", details=self._json("{}"))
        mail = {"dedupe_key": name, "kind": "receipt", "payload": self._json("{}"), "tries": 1, "created_at": self.ago}
        self._put(Outgoing, **mail, done_at=self._unless_last(self.ago), next_try_at=self._if_last(self.ago))

    def _items(self) -> None:
        n, ago = self.n, self.ago
        words = [sa.case(*(((n // step) % len(of) == each, of[each]) for each in range(len(of))), else_=of[0])
                 for of, step in ((ADJECTIVES, 1), (THINGS, 7))]  # fmt: skip
        self._put(
            Item,
            id=n,
            name=words[0] + " " + words[1] + " " + sa.cast(n, sa.String),
            description="For a room that needs a "
            + words[1]
            + ", number "
            + sa.cast(sa.cast(n, sa.BigInteger) * 7919, sa.String),
            price=500 + n % 9000,
            on_hand=1000,
            held=self._if_last(1, 0),
            version=1,
            created_at=ago,
        )

    def _trade(self) -> None:
        n, ago = self.n, self.ago
        key = {"idempotency_key": self._named("key"), "request_hash": "h"}
        status = self._if_last("pending", "fulfilled")
        money = {"total": 500 + n % 9000, "currency": "EUR"}
        self._put(Order, id=n, user_id=n, **key, status=status, **money, hold_until=ago, created_at=ago)
        self._put(OrderLine, id=n, order_id=n, item_id=n, name=self._named("Lamp"), quantity=1, unit_price=500)
        self._put(Hold, id=n, order_id=n, item_id=n, quantity=1, state=self._if_last("held", "consumed"))
        attempt = {"idem_key": self._named("a"), "body": "", "api_version": "v", "session_id": self._named("cs")}
        state = {"status": self._if_last("open", "paid"), "next_try_at": self._if_last(ago)}
        self._put(Attempt, id=n, order_id=n, seq=1, **attempt, **state, expires_at=ago, created_at=ago)
        # feature: todos {
        self._put(Todo, order_id=n, title="Hand over order", done=self._if_last(sa.false(), sa.true()), created_at=ago)
        # }

    def _aftermath(self) -> None:
        n, ago, money = self.n, self.ago, {"amount": 500 + self.n % 9000}
        intent = {"payment_intent": self._named("pi"), "disposition": "settles", "refund_reserved": 0}
        self._put(Payment, id=n, order_id=n, **intent, **money, currency="EUR", created_at=ago)
        refund = {"wish_key": self._named("w"), "idem_key": self._named("r"), "body": "", "api_version": "v"}
        state = {"status": self._if_last("unknown", "succeeded"), "next_try_at": self._if_last(ago)}
        told = {"provider_id": self._named("re"), "wish_text": ""}
        self._put(Refund, id=n, payment_id=n, **refund, **told, **state, **money, created_at=ago)
        dispute = {"status": self._if_last("needs_response", "won"), "is_charge_refundable": sa.false()}
        self._put(Dispute, provider_id=self._named("dp"), payment_id=n, **dispute, **money, created_at=ago)
        state = {"state": self._if_last("new", "done"), "next_try_at": self._if_last(ago), "tries": 0}
        event = {"event_id": self._named("evt"), "kind": "refund.updated", "body": self._bytes('{"reduced":true}')}
        self._put(Event, **event, **state, order_id=n, received_at=ago)
        closing = {"finding": self._named("f"), "kind": "dispute", "subject": "s", "words": "w", "reason": "r"}
        ended = {"facts": self._named("facts"), "ended_at": self._unless_last(ago)}
        self._put(Closing, **closing, **ended, order_id=n, user_id=n, closed_at=ago)

    def _put(self, model: Any, **values: Any) -> None:
        columns = [getattr(model, name).property.columns[0] for name in values]
        selected = [
            value if isinstance(value, sa.ColumnElement) else sa.literal(value, column.type)
            for value, column in zip(values.values(), columns, strict=True)
        ]
        query = sa.select(*selected).select_from(self.counted)
        self.session.execute(sa.insert(model.__table__).from_select(columns, query, include_defaults=False))

    def _named(self, kind: str) -> sa.ColumnElement[str]:
        return sa.literal(f"{kind}-") + sa.cast(self.n, sa.String)

    def _bytes(self, text: Any) -> sa.ColumnElement[bytes]:
        text = text if isinstance(text, sa.ColumnElement) else sa.literal(text)
        return sa.cast(text, sa.LargeBinary) if self.is_sqlite else sa.func.convert_to(text, "UTF8")

    def _hash(self, kind: str) -> sa.ColumnElement[bytes]:
        return self._bytes(self._named(kind))

    def _json(self, text: str) -> sa.ColumnElement[Any]:
        return sa.literal_column(f"'{text}'" if self.is_sqlite else f"'{text}'::json")

    def _moment(self, minutes: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
        """So many minutes from now, negative ones ago."""
        if self.is_sqlite:
            now = self.now.strftime("%Y-%m-%d %H:%M:%S")
            return sa.func.strftime("%Y-%m-%d %H:%M:%S.000000", now, sa.cast(minutes, sa.String) + " minutes")
        return sa.literal(self.now) + sa.cast(minutes, sa.Numeric) * sa.literal(timedelta(minutes=MINUTES), sa.Interval)

    def _if_last(self, value: Any, other: Any = None) -> sa.ColumnElement[Any]:
        """`value` in the last rows, and `other` in those before."""
        return sa.case((self.n > self.number - UNFINISHED, value), else_=sa.null() if other is None else other)

    def _unless_last(self, value: Any) -> sa.ColumnElement[Any]:
        return sa.case((self.n <= self.number - UNFINISHED, value), else_=sa.null())
