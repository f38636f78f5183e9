"""the catalogue's stamp: every change of an item, by whatever program, gives the catalogue another one

Triggers write it, so that the previous release and SQL by hand change it too. What orders do to the stock of an item
does not: all orders would wait for one row.

SQLite drops a table's triggers where `batch_alter_table` makes the table anew: a later migration that does so with
`items` has to make them again.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# feature: shop {
SHOWN = "name, description, price, image_url, version, withdrawn_at"
"""Columns that say what there is to see, and that no order changes."""

STOCKED = "(OLD.on_hand IS NULL) <> (NEW.on_hand IS NULL)"

POSTGRESQL = (
    """
    CREATE FUNCTION catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE catalogue SET stamp = gen_random_uuid();
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF {SHOWN} ON items
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()
    """,
    f"""
    CREATE TRIGGER catalogue_stocked AFTER UPDATE OF on_hand ON items
    FOR EACH ROW WHEN ({STOCKED}) EXECUTE FUNCTION catalogue_changed()
    """,
)

NEW_STAMP = "UPDATE catalogue SET stamp = hex(randomblob(16))"

SQLITE = tuple(
    f"CREATE TRIGGER catalogue_{name} AFTER {when} BEGIN {NEW_STAMP}; END"
    for name, when in {
        "added": "INSERT ON items",
        "deleted": "DELETE ON items",
        "changed": f"UPDATE OF {SHOWN} ON items",
        "stocked": f"UPDATE OF on_hand ON items WHEN {STOCKED}",
    }.items()
)
# }


def upgrade() -> None:
    """The catalogue has a stamp."""
    # feature: shop {
    catalogue = op.create_table(
        "catalogue",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_catalogue_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue"),
    )
    op.bulk_insert(catalogue, [{"id": 1, "stamp": secrets.token_hex(16)}])
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
    # }


def downgrade() -> None:
    """The catalogue has none."""
    # feature: shop {
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER catalogue_changed ON items")
        op.execute("DROP TRIGGER catalogue_stocked ON items")
        op.execute("DROP FUNCTION catalogue_changed()")
    else:
        for name in ("added", "deleted", "changed", "stocked"):
            op.execute(f"DROP TRIGGER catalogue_{name}")
    op.drop_table("catalogue")
    # }
