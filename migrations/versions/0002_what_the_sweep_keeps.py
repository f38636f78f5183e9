"""what the sweep keeps"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "chores",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chores"),
    )
    # feature: shop {
    op.create_table(
        "findings",
        sa.Column("id", big_id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("order_id", big_id, nullable=True),
        sa.Column("found_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_findings_order_id_orders"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("kind", "subject", name="uq_findings_kind_subject"),
    )
    op.create_index("ix_findings_order_id", "findings", ["order_id"])
    op.create_table(
        "disputes",
        sa.Column("id", big_id, nullable=False),
        sa.Column("provider_id", sa.String(length=255), nullable=False),
        sa.Column("payment_id", big_id, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("is_charge_refundable", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_disputes_payment_id_payments"),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
        sa.UniqueConstraint("provider_id", name="uq_disputes_provider_id"),
    )
    op.create_index("ix_disputes_payment_id", "disputes", ["payment_id"])
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("problem", sa.Text(), nullable=True))
        events.add_column(sa.Column("order_id", big_id, nullable=True))
        events.create_index("ix_events_order_id", ["order_id"])
        events.create_foreign_key("fk_events_order_id_orders", "orders", ["order_id"], ["id"])
    with op.batch_alter_table("refunds") as refunds:
        refunds.add_column(sa.Column("wish", sa.Text(), nullable=False, server_default=""))
        refunds.add_column(sa.Column("problem", sa.Text(), nullable=True))
    # }


def downgrade() -> None:
    # feature: shop {
    with op.batch_alter_table("refunds") as refunds:
        refunds.drop_column("problem")
        refunds.drop_column("wish")
    with op.batch_alter_table("events") as events:
        events.drop_constraint("fk_events_order_id_orders", type_="foreignkey")
        events.drop_index("ix_events_order_id")
        events.drop_column("order_id")
        events.drop_column("problem")
    op.drop_table("disputes")
    op.drop_table("findings")
    # }
    op.drop_table("chores")
