"""oauth returns: callbacks that came, known when they are delivered again"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "oauth_returns",
        sa.Column("state_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("next", sa.String(length=2000), nullable=False),
        sa.Column("session_id", big_id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_oauth_returns_session_id_sessions", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("state_hash", name="pk_oauth_returns"),
    )
    op.create_index("ix_oauth_returns_created_at", "oauth_returns", ["created_at"])
    op.create_index("ix_oauth_returns_session_id", "oauth_returns", ["session_id"])


def downgrade() -> None:
    op.drop_table("oauth_returns")
