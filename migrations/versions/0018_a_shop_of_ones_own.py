"""a shop of one's own: what its owner sets, pages, pictures, categories of items"""

import sqlalchemy as sa
from alembic import op

from app.runtime.db import BigId, Blob, Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


# feature: shop {
POSTGRESQL = """
    CREATE TRIGGER catalogue_sorted AFTER UPDATE OF category ON items
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()
    """
SQLITE = """
    CREATE TRIGGER catalogue_sorted AFTER UPDATE OF category ON items
    BEGIN UPDATE catalogue SET stamp = hex(randomblob(16)); END
    """
# }


def upgrade() -> None:
    """Nothing is set, and no page is written."""
    # feature: shop {
    op.create_table(
        "shop",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("logo_url", sa.String(length=2000), nullable=True),
        sa.Column("primary_colour", sa.String(length=7), nullable=False),
        sa.Column("accent_colour", sa.String(length=7), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_shop_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
    )
    op.create_table(
        "pages",
        sa.Column("id", BigId, nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("slug", name=op.f("uq_pages_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pictures",
        sa.Column("id", BigId, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("large", Blob(), nullable=False),
        sa.Column("small", Blob(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("digest", name=op.f("uq_pictures_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pictures_created_at"), "pictures", ["created_at"])
    op.add_column("items", sa.Column("category", sa.String(length=100), nullable=True))
    op.execute(POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE)
    # }


def downgrade() -> None:
    """Settings, pages, pictures and categories are lost."""
    # feature: shop {
    on_items = " ON items" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER catalogue_sorted{on_items}")
    op.drop_column("items", "category")
    op.drop_table("pictures")
    op.drop_table("pages")
    op.drop_table("shop")
    # }
