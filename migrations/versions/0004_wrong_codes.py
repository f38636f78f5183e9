"""wrong codes: how many in a row an authenticator app has seen"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """How many codes in a row were wrong."""
    # feature: totp {
    with op.batch_alter_table("totps") as totps:
        totps.add_column(sa.Column("wrong", sa.Integer(), nullable=False, server_default="0"))
    # }


def downgrade() -> None:
    """Nothing is counted any more."""
    # feature: totp {
    with op.batch_alter_table("totps") as totps:
        totps.drop_column("wrong")
    # }
