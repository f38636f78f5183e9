"""longer lists: indexes of what staff's lists are sorted by, and searches that read less of the index of words"""

from alembic import op

from app.ops.migrate import add_index

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, list[str], str], ...] = (
    ("ix_users_there", "users", ["username_key"], "closed_at IS NULL"),
    ("ix_users_barred", "users", ["username_key"], "NOT active AND closed_at IS NULL"),
    ("ix_items_there", "items", ["name", "id"], "withdrawn_at IS NULL"),  # feature: shop
)

SEARCHED: dict[str, tuple[str, ...]] = {
    "items": ("name", "description"),  # feature: shop
    "order_lines": ("name",),  # feature: shop
    "users": ("username_key", "username", "name", "email"),
}

FIND = """
    CREATE OR REPLACE FUNCTION {table}_search(words text[], most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE ROWS 5 SET enable_seqscan = off AS $$
    DECLARE
        wanted text[] := (SELECT array_agg(DISTINCT gram) FROM unnest(words) AS word, search_grams(word) AS grams,
            unnest(grams) AS gram{longest});
    BEGIN
        RETURN QUERY SELECT id FROM {table} WHERE search_grams({texts}) @> wanted LIMIT most;
    END $$
"""
"""As in 0016, but for `longest`."""

LONGEST = " WHERE length(gram) = least(3, length(lower(word)))"
"""Of the pieces of a word, those that hold all others: nearly every row has each letter of it."""


def upgrade() -> None:
    """A page in the middle is read from near where it begins."""
    _make_searches(LONGEST)
    for index in INDEXES:
        add_index(*index)
    add_index("ix_todos_newest", "todos", ["done", "(-id)"])  # feature: todos
    # Only when all are made, each of which commits what was done before it: a run that is cut off can be made again.
    op.drop_index("ix_items_catalogue", "items")  # feature: shop
    op.drop_index("ix_todos_newest_first", "todos")  # feature: todos


def downgrade() -> None:
    """A page in the middle reads all rows before it."""
    add_index("ix_todos_newest_first", "todos", ["done", "id DESC"])  # feature: todos
    add_index("ix_items_catalogue", "items", ["name", "id"])  # feature: shop
    op.drop_index("ix_todos_newest", "todos")  # feature: todos
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    _make_searches("")


def _make_searches(longest: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        for table, texts in SEARCHED.items():
            op.execute(FIND.format(table=table, texts=", ".join(texts), longest=longest))
