"""changes of items: who of staff changed what"""

import sqlalchemy as sa
from alembic import op

from app.runtime.db import BigId, Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was changed before is not known."""
    # feature: shop {
    op.create_table(
        "item_changes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.CheckConstraint("action IN ('added', 'changed', 'withdrawn')", name=op.f("ck_item_changes_action")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_item_changes_actor_id_users")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_changes_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_item_changes_item_id"), "item_changes", ["item_id"])
    # }


def downgrade() -> None:
    """The log is lost."""
    # feature: shop {
    op.drop_table("item_changes")
    # }
