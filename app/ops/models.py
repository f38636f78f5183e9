"""The table of the figures that all processes show."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db import Model, Moment


class Figures(Model):
    """One row: what `/metrics` shows of the database, and when it was read."""

    __tablename__ = "figures"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    read_at: Mapped[datetime] = mapped_column(Moment)
    by_gauge: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """The figures of each gauge by the values of its label."""
