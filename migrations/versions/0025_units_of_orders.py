"""units of orders: how many are in one, so that the limit of what is unpaid reads no lines"""

import sqlalchemy as sa
from alembic import op

from app.ops.migrate import fill  # feature: shop

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

UNITS = "(SELECT coalesce(sum(quantity), 0) FROM order_lines WHERE order_id = orders.id)"  # feature: shop


def upgrade() -> None:
    """What the previous release orders from now on counts as 0 units, until its time to pay ends."""
    # feature: shop {
    is_sqlite = op.get_context().dialect.name == "sqlite"
    column = sa.Column("units", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("orders", column, if_not_exists=not is_sqlite)  # `fill` commits it, and then may be cut off
    fill("orders", "units", UNITS)
    # }


def downgrade() -> None:
    """The lines still tell it."""
    op.drop_column("orders", "units")  # feature: shop
