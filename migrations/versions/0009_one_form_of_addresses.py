"""one form of addresses: a verified email is kept with its domain as mail servers know it, however it was typed"""

import contextlib
import unicodedata

import idna
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

users = sa.table(
    "users", sa.column("id", sa.BigInteger), sa.column("email", sa.String), sa.column("verified_email", sa.String)
)


def upgrade() -> None:
    """Where two accounts have verified two spellings of one address, the one in the form of mail servers keeps it."""
    connection = op.get_bind()
    taken = set(connection.scalars(sa.select(users.c.verified_email).where(users.c.verified_email.is_not(None))))
    for user_id, before in _verified(connection):
        after = _key(before)
        if after == before:
            continue
        connection.execute(
            sa.update(users).where(users.c.id == user_id).values(verified_email=None if after in taken else after)
        )
        taken.add(after)


def downgrade() -> None:
    """An address that is still verified is in lower case again, as it was typed."""
    connection = op.get_bind()
    for user_id, before in _verified(connection):
        email = connection.scalar(sa.select(users.c.email).where(users.c.id == user_id)) or ""
        if _key(email) == before and email.lower() != before:
            connection.execute(sa.update(users).where(users.c.id == user_id).values(verified_email=email.lower()))


def _verified(connection: sa.Connection) -> list[sa.Row[tuple[int, str]]]:
    rows = sa.select(users.c.id, users.c.verified_email).where(users.c.verified_email.is_not(None))
    return list(connection.execute(rows.order_by(users.c.id)))


def _key(email: str) -> str:
    local, at, domain = unicodedata.normalize("NFC", email).rpartition("@")
    with contextlib.suppress(idna.IDNAError, UnicodeError):
        if local.isascii() and not domain.isascii():
            domain = idna.encode(idna.uts46_remap(domain, std3_rules=True)).decode()
    return f"{local}{at}{domain}".lower()
