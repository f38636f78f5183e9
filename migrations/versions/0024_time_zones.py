"""time zones: which one a user's browser is in"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No browser has told it: mails tell the time of the shop, as before."""
    op.add_column("users", sa.Column("time_zone", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """All mails tell the time of the shop."""
    op.drop_column("users", "time_zone")
