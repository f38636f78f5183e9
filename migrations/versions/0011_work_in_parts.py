"""work in parts: where a chore that is not at its end goes on, and figures that one process reads for all"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_gauge", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_figures_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_figures"),
    )
    op.add_column("chores", sa.Column("cursor", sa.String(length=255), nullable=True))


def downgrade() -> None:
    op.drop_column("chores", "cursor")
    op.drop_table("figures")
