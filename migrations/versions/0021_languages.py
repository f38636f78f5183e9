"""languages: which one a user has chosen"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No user has chosen one: their browser says which."""
    op.add_column("users", sa.Column("language", sa.String(length=8), nullable=True))


def downgrade() -> None:
    """The browser alone says which."""
    op.drop_column("users", "language")
