"""work in parts: where a chore that is not at its end goes on"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chores", sa.Column("cursor", sa.String(length=255), nullable=True))


def downgrade() -> None:
    op.drop_column("chores", "cursor")
