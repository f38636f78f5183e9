"""the wish of a refund: what staff asked for is three columns, and no longer a text that has to be parsed

The text stays: the previous release writes it and reads it while both run, and after a rollback.
"""

from urllib.parse import parse_qsl

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BATCH = 500
COUNTED = {"sqlite_autoincrement": True}

refunds = sa.table(
    "refunds",
    sa.column("id", sa.BigInteger),
    sa.column("wish", sa.Text),
    sa.column("wish_amount", sa.BigInteger),
    sa.column("wish_restock", sa.Boolean),
    sa.column("wish_payment", sa.String),
)


def upgrade() -> None:
    with op.batch_alter_table("refunds", table_kwargs=COUNTED) as table:
        table.add_column(sa.Column("wish_amount", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("wish_restock", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("wish_payment", sa.String(length=255), nullable=True))
    connection, last = op.get_bind(), 0
    query = sa.select(refunds.c.id, refunds.c.wish).where(refunds.c.wish != "").order_by(refunds.c.id).limit(BATCH)
    while rows := connection.execute(query.where(refunds.c.id > last)).all():
        for row in rows:
            connection.execute(sa.update(refunds).where(refunds.c.id == row.id).values(_columns(row.wish)))
        last = rows[-1].id


def _columns(wish: str) -> dict[str, object]:
    """`wish[amount]=all&wish[restock]=False`, and `wish[payment]` where staff chose one."""
    fields = dict(parse_qsl(wish))
    amount = fields.get("wish[amount]", "all")
    return {
        "wish_amount": None if amount == "all" else int(amount),
        "wish_restock": fields.get("wish[restock]") == "True",
        "wish_payment": fields.get("wish[payment]"),
    }


def downgrade() -> None:
    with op.batch_alter_table("refunds", table_kwargs=COUNTED) as table:
        for column in ("wish_payment", "wish_restock", "wish_amount"):
            table.drop_column(column)
