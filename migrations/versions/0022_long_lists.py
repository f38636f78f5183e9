"""long lists: indexes of what orders and to-dos are sorted by"""

from alembic import op

from app.ops.migrate import add_index

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# feature: shop {
ORDERS: tuple[tuple[str, list[str]], ...] = (
    ("ix_orders_status", ["status", "id"]),
    ("ix_orders_paid_at", ["paid_at", "id"]),
)

PAID_LAST = ("ix_orders_paid_last", ["paid_at DESC NULLS LAST", "id DESC"])
"""The latest payment first, and unpaid orders last: SQLite reads the other index from its end."""
# }


def upgrade() -> None:
    """A page of a long list reads no more than is shown."""
    # feature: shop {
    for name, columns in (*ORDERS, *([PAID_LAST] if _is_postgresql() else [])):
        add_index(name, "orders", columns)
    # }
    # feature: todos {
    add_index("ix_todos_newest_first", "todos", ["done", "id DESC"])
    op.drop_index("ix_todos_open_first", "todos")
    # }


def downgrade() -> None:
    """It reads all of the list."""
    # feature: todos {
    add_index("ix_todos_open_first", "todos", ["done", "id"])
    op.drop_index("ix_todos_newest_first", "todos")
    # }
    # feature: shop {
    for name, _ in reversed((*ORDERS, *([PAID_LAST] if _is_postgresql() else []))):
        op.drop_index(name, "orders")
    # }


def _is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"
