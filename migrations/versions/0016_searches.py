"""searches: an index of words, and of what staff sort and bound orders by

How it is asked is in `app/runtime/search.py`. The databases keep it up to date themselves, so that the previous release
and SQL by hand do too. PostgreSQL needs no extension for it.

SQLite drops a table's triggers where `batch_alter_table` makes the table anew: a later migration that does so with
`items` or `order_lines` has to make them again, and `INSERT INTO items_search(items_search) VALUES ('rebuild')`. What
people are called is not in FTS5, which keeps pieces of what was deleted.
"""

from alembic import op

from app.ops.migrate import add_index
from app.runtime.search import knows_trigrams

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

GRAMS = """
    CREATE OR REPLACE FUNCTION search_grams(VARIADIC texts text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    DECLARE
        letters text[] := string_to_array(lower(array_to_string(texts, ' ')), NULL);
        grams text[] := letters;
    BEGIN
        FOR i IN 1 .. cardinality(letters) - 1 LOOP
            grams := array_append(grams, letters[i] || letters[i + 1]);
        END LOOP;
        FOR i IN 1 .. cardinality(letters) - 2 LOOP
            grams := array_append(grams, letters[i] || letters[i + 1] || letters[i + 2]);
        END LOOP;
        RETURN grams;
    END $$
"""
"""The pieces of one, two and three characters."""

FIND = """
    CREATE OR REPLACE FUNCTION {table}_search(words text[], most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE ROWS 5 SET enable_seqscan = off AS $$
    DECLARE
        wanted text[] := (SELECT array_agg(DISTINCT gram) FROM unnest(words) AS word, search_grams(word) AS grams,
            unnest(grams) AS gram);
    BEGIN
        RETURN QUERY SELECT id FROM {table} WHERE search_grams({texts}) @> wanted LIMIT most;
    END $$
"""
"""Ids of so many rows at most that have all pieces of the words.

Without the setting a word that most rows have would be looked for in each row, and to cut a row up takes longer than to
look into the index. ROWS: most words are rare, and a look at each row that is found costs less than the whole table.
"""

SEARCHED: dict[str, tuple[str, ...]] = {
    "items": ("name", "description"),  # feature: shop
    "order_lines": ("name",),  # feature: shop
}

PEOPLE = ("username_key", "username", "name", "email")

ON_SALE = "withdrawn_at IS NULL AND price IS NOT NULL"

INDEXES: tuple[tuple[str, str, list[str], str | None], ...] = (
    # feature: shop {
    ("ix_items_on_sale", "items", ["name", "id"], ON_SALE),
    ("ix_items_few_left", "items", ["id"], f"{ON_SALE} AND on_hand - held <= 5"),
    ("ix_orders_created_at", "orders", ["created_at"], None),
    ("ix_orders_total", "orders", ["total", "id"], None),
    # }
)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(GRAMS)
        for table, names in {**SEARCHED, "users": PEOPLE}.items():
            texts = ", ".join(names)
            add_index(f"ix_{table}_search", table, [f"search_grams({texts})"], using="USING gin ")
            op.execute(f"ALTER INDEX ix_{table}_search SET (fastupdate = off)")  # else searches read what waits
            op.execute(FIND.format(table=table, texts=texts))
    elif knows_trigrams():
        for table, texts in SEARCHED.items():
            _add_fts5(table, texts)
    for index in INDEXES:
        add_index(*index)


def _add_fts5(table: str, texts: tuple[str, ...]) -> None:
    """https://sqlite.org/fts5.html#external_content_tables"""
    search, columns = f"{table}_search", ", ".join(texts)
    old, new = (", ".join(f"{row}.{each}" for each in ("id", *texts)) for row in ("OLD", "NEW"))
    add = f"INSERT INTO {search} (rowid, {columns}) VALUES ({new});"  # noqa: S608 -- names of ours
    take = f"INSERT INTO {search} ({search}, rowid, {columns}) VALUES ('delete', {old});"  # noqa: S608
    options = f"content = '{table}', content_rowid = 'id', columnsize = 0, tokenize = 'trigram'"
    op.execute(f"CREATE VIRTUAL TABLE {search} USING fts5({columns}, {options})")
    op.execute(f"CREATE TRIGGER {search}_added AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {search}_deleted AFTER DELETE ON {table} BEGIN {take} END")
    op.execute(f"CREATE TRIGGER {search}_changed AFTER UPDATE OF {columns} ON {table} BEGIN {take} {add} END")
    op.execute(f"INSERT INTO {search} ({search}) VALUES ('rebuild')")  # noqa: S608


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    if op.get_context().dialect.name == "postgresql":
        for table in ("users", *SEARCHED):
            op.execute(f"DROP FUNCTION {table}_search(text[], integer)")
            op.execute(f"DROP INDEX ix_{table}_search")
        op.execute("DROP FUNCTION search_grams(text[])")
        return
    for table in SEARCHED:
        for what in ("added", "deleted", "changed"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_search_{what}")
        op.execute(f"DROP TABLE IF EXISTS {table}_search")
