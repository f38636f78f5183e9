"""what staff know of an order: the buyer's note, and the phone and address that the payment page collected"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders that are there have none of it. The previous release writes rows without it."""
    # feature: shop {
    op.add_column("orders", sa.Column("note", sa.String(length=500), nullable=True))
    op.add_column("orders", sa.Column("phone", sa.String(length=40), nullable=True))
    op.add_column("orders", sa.Column("shipping_address", sa.JSON(), nullable=True))
    # }


def downgrade() -> None:
    """What was collected is lost."""
    # feature: shop {
    for column in ("shipping_address", "phone", "note"):
        op.drop_column("orders", column)
    # }
