import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db import Model


class Installation(Model):
    """One row: the mark of this installation. A backup holds it, so that a restored shop recognises its payments."""

    __tablename__ = "installation"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(sa.String(64))
    """Random, but no secret: the provider sees it, and each user of the account there."""
