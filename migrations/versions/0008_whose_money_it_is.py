"""whose money it is, and what a person said of it

The installation's mark is made here, so that it is in every backup from now on. Where the database has attempts, it
follows from the oldest one's random key: a backup from before this migration, restored and upgraded, has the same mark.
"""

import hashlib
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
COUNTED = {"sqlite_autoincrement": True}
"""Of a table whose id SQLite counts up: it gives none to a second row, also where a table is made anew."""


def upgrade() -> None:
    """Findings say what they found, and closings what a person said of it."""
    # feature: shop {
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_installation_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.bulk_insert(installation, [{"id": 1, "mark": _mark()}])
    op.create_table(
        "closings",
        sa.Column("id", big_id, nullable=False),
        sa.Column("finding", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("order_id", big_id, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts", sa.String(length=64), nullable=True),
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("closed_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_closings_order_id_orders"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_closings_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_closings"),
        sa.UniqueConstraint("finding", name="uq_closings_finding"),
        **COUNTED,
    )
    op.create_index("ix_closings_order_id", "closings", ["order_id"])
    op.create_index("ix_closings_facts", "closings", ["facts"])
    random = "gen_random_uuid()" if op.get_bind().dialect.name == "postgresql" else "(hex(randomblob(16)))"
    with op.batch_alter_table("findings", table_kwargs=COUNTED) as findings:
        # The release before does not know of it, and goes on writing findings for a while.
        findings.add_column(sa.Column("token", sa.String(length=64), nullable=False, server_default=sa.text(random)))
        findings.add_column(sa.Column("facts", sa.String(length=64), nullable=True))
        findings.create_unique_constraint("uq_findings_token", ["token"])
    with op.batch_alter_table("refunds", table_kwargs=COUNTED) as refunds:
        refunds.add_column(sa.Column("ended_at", moment, nullable=True))
    # }


# feature: shop {
def _mark() -> str:
    oldest = op.get_bind().scalar(sa.text("SELECT idem_key FROM attempts ORDER BY id LIMIT 1"))
    return hashlib.sha256(oldest.encode()).hexdigest()[:32] if oldest else secrets.token_hex(16)


# }


def downgrade() -> None:
    """What a person said of a finding is forgotten."""
    # feature: shop {
    with op.batch_alter_table("refunds", table_kwargs=COUNTED) as refunds:
        refunds.drop_column("ended_at")
    with op.batch_alter_table("findings", table_kwargs=COUNTED) as findings:
        findings.drop_constraint("uq_findings_token", type_="unique")
        findings.drop_column("facts")
        findings.drop_column("token")
    op.drop_table("closings")
    op.drop_table("installation")
    # }
