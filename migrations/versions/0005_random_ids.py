"""random ids: what users and sessions are called outside of Kiosk; and SQLite gives no id to a second row"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COUNTED = (
    *("attempts", "disputes", "findings", "holds", "items", "order_lines", "orders"),  # feature: shop
    *("payments", "refunds"),  # feature: shop
    "passkeys",  # feature: passkeys
    "todos",  # feature: todos
    *("identities", "outbox", "sessions", "trail", "users"),
)
"""Tables whose id the database counts up."""

RANDOM = {"sqlite": "(lower(hex(randomblob(16))))", "postgresql": "replace(gen_random_uuid()::text, '-', '')"}
"""Also the default of the column: the release before this one inserts rows without it."""


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for table in COUNTED:
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass
    for table in ("users", "sessions"):
        with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as changed:
            random = sa.text(RANDOM[dialect])
            changed.add_column(sa.Column("public_id", sa.String(length=32), nullable=False, server_default=random))
            changed.create_unique_constraint(f"uq_{table}_public_id", ["public_id"])
    with op.batch_alter_table("users", table_kwargs={"sqlite_autoincrement": True}) as users:
        users.add_column(sa.Column("verified_in_session", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.drop_column("verified_in_session")
    for table in ("sessions", "users"):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(f"uq_{table}_public_id", type_="unique")
            changed.drop_column("public_id")
    if op.get_bind().dialect.name == "sqlite":
        for table in COUNTED:
            with op.batch_alter_table(table, recreate="always"):
                pass
