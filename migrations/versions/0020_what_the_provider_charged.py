"""what the provider charged: discount, shipping and tax of an order"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders that are there have none of it. The previous release writes rows without it."""
    # feature: shop {
    for column in ("discount", "shipping", "tax"):
        op.add_column("orders", sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))
    # }


def downgrade() -> None:
    """The totals stay as they were charged; what they are made of is lost."""
    # feature: shop {
    for column in ("tax", "shipping", "discount"):
        op.drop_column("orders", column)
    # }
