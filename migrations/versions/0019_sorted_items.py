"""sorted items: by price, and by category

Apart from the column: on PostgreSQL an index is made beside requests, and what was done before it is committed.
"""

from alembic import op

from app.ops.migrate import add_index

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# feature: shop {
INDEXES: tuple[tuple[str, str, list[str], str | None], ...] = (
    ("ix_items_price", "items", ["price", "id"], None),
    ("ix_items_category", "items", ["category", "name", "id"], "category IS NOT NULL"),
)
# }


def upgrade() -> None:
    """Sorting reads no more than the page that is shown."""
    # feature: shop {
    for index in INDEXES:
        add_index(*index)
    # }


def downgrade() -> None:
    """Sorting reads all items."""
    # feature: shop {
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    # }
