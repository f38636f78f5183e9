from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db import BigId, Blob, Model, Moment, utcnow

PRIMARY, ACCENT = "#0d4a4a", "#ffd35c"
"""The colours of a shop whose owner has chosen none, as frontend/src/ui/base.css has them."""


class ShopProfile(Model):
    """What the owner has set: one row, or none before the first time."""

    __tablename__ = "shop"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(100), default="Kiosk")
    contact: Mapped[str] = mapped_column(sa.Text, default="")
    delivery: Mapped[str] = mapped_column(sa.Text, default="")
    """How a buyer gets what was bought."""
    logo_url: Mapped[str | None] = mapped_column(sa.String(2000))
    primary_colour: Mapped[str] = mapped_column(sa.String(7), default=PRIMARY)
    accent_colour: Mapped[str] = mapped_column(sa.String(7), default=ACCENT)
    time_zone: Mapped[str | None] = mapped_column(sa.String(64))
    """None: that of the settings."""


class ShopPage(Model):
    """A page that the owner has written, such as the imprint."""

    __tablename__ = "pages"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Its name in addresses."""
    title: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text)
    """Markdown."""


class Picture(Model):
    """An uploaded picture, as it is shown: two WebP files of it, without anything that the camera noted."""

    __tablename__ = "pictures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(32), unique=True)
    """Hash of the large file, in hexadecimal digits: its name in addresses."""
    large: Mapped[bytes] = mapped_column(Blob)
    small: Mapped[bytes] = mapped_column(Blob)
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow, index=True)
