"""baskets: what a user wants to order, kept with the account"""

import sqlalchemy as sa
from alembic import op

from app.runtime.db import BigId, Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No basket is known to the shop so far: each is in a browser, which brings it at the next sign-in."""
    # feature: shop {
    op.create_table(
        "baskets",
        sa.Column("user_id", BigId, autoincrement=False, nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_baskets_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_baskets")),
    )
    # }


def downgrade() -> None:
    """The baskets are lost, but for what browsers have of them."""
    # feature: shop {
    op.drop_table("baskets")
    # }
