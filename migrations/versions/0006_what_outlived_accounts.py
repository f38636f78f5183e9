"""what outlived accounts: of messages only what is read is kept; whose mails wait for their turn"""

import json  # feature: shop
import re  # feature: shop
from typing import Any  # feature: shop

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# feature: shop {
BATCH = 500
BEGIN = b'{"reduced":true,'
TOLD = ("object", "created", "livemode")
OF_OBJECT = (
    *("id", "object", "created", "livemode", "status", "payment_status", "currency"),
    *("amount", "amount_total", "amount_refunded", "payment_intent", "charge"),
)
TOKEN = re.compile(r"[\w.:-]{1,255}", re.ASCII)

events = sa.table(
    "events", sa.column("event_id", sa.String), sa.column("kind", sa.String), sa.column("body", sa.LargeBinary)
)
# }


def upgrade() -> None:
    op.create_table(
        "mail_turns",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_mail_turns"),
    )
    op.create_index("ix_mail_turns_until", "mail_turns", ["until"])
    _forget_who_did_what_from_where()
    _reduce_messages(op.get_bind())  # feature: shop


def downgrade() -> None:
    """What is forgotten stays so; the release before reads what is kept of a message as it reads the whole."""
    op.drop_table("mail_turns")


def _forget_who_did_what_from_where() -> None:
    """Of people who have gone, the address that they did something to others' accounts from."""
    op.execute(
        "UPDATE trail SET address = NULL WHERE address IS NOT NULL"
        " AND actor_id IN (SELECT id FROM users WHERE closed_at IS NOT NULL)"
    )


# feature: shop {
def _reduce_messages(connection: sa.Connection) -> None:
    """As app/payments/redaction.py does with a message that comes."""
    whole = sa.func.substr(events.c.body, 1, len(BEGIN)) != BEGIN
    shorter = events.update().where(events.c.event_id == sa.bindparam("key")).values(body=sa.bindparam("kept"))
    query, last = sa.select(events).where(whole).order_by(events.c.event_id).limit(BATCH), ""
    while part := connection.execute(query.where(events.c.event_id > last)).all():
        connection.execute(shorter, [{"key": row.event_id, "kept": _reduced(*row)} for row in part])
        last = part[-1].event_id


def _reduced(event_id: str, kind: str, body: bytes) -> bytes:
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        event = {"id": event_id, "type": kind}
    data = event.get("data")
    subject = data.get("object") if isinstance(data, dict) else None
    if isinstance(subject, dict):
        metadata = subject.get("metadata")
        marks = metadata if isinstance(metadata, dict) and not {"attempt", "refund"}.isdisjoint(metadata) else {}
        subject = {**_of(subject, OF_OBJECT), "metadata": _of(marks, marks)}
    else:
        subject = {}
    names = {name: event[name] for name in ("id", "type") if name in event}
    kept = json.dumps({**names, **_of(event, TOLD), "data": {"object": subject}}, separators=(",", ":"))
    return BEGIN + kept.encode()[1:]


def _of(told: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: told[name] for name in names if _says_nothing_of_people(told.get(name))}


def _says_nothing_of_people(value: object) -> bool:
    if isinstance(value, str):
        return TOKEN.fullmatch(value) is not None
    return isinstance(value, int) and abs(value) < 2**53


# }
