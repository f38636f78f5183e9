"""people: second factors, devices, throttles, the audit trail"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)


def of_user(table: str, *, goes_too: bool = True, column: str = "user_id") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_users"
    return sa.ForeignKeyConstraint([column], ["users.id"], name=name, ondelete="CASCADE" if goes_too else None)


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("closed_at", moment, nullable=True))
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=True))
        sessions.add_column(sa.Column("rotated_at", moment, nullable=True))
        sessions.add_column(sa.Column("must_rotate", sa.Boolean(), nullable=False, server_default=sa.false()))
        sessions.add_column(sa.Column("device", sa.String(length=200), nullable=True))
        sessions.add_column(sa.Column("address", sa.String(length=45), nullable=True))
        sessions.add_column(sa.Column("confirmed_at", moment, nullable=True))
        sessions.create_index("ix_sessions_previous_hash", ["previous_hash"])
    with op.batch_alter_table("oauth_requests") as requests:
        requests.add_column(sa.Column("session_id", big_id, nullable=True))
        requests.create_foreign_key(
            "fk_oauth_requests_session_id_sessions", "sessions", ["session_id"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table("one_time_tokens") as tokens:
        tokens.add_column(sa.Column("email", sa.String(length=254), nullable=True))
    _trail()
    _throttles()
    _second_factors()


def _trail() -> None:
    op.create_table(
        "trail",
        sa.Column("id", big_id, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("actor_id", big_id, nullable=True),
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        of_user("trail", goes_too=False, column="actor_id"),
        of_user("trail", goes_too=False),
        sa.PrimaryKeyConstraint("id", name="pk_trail"),
    )
    op.create_index("ix_trail_user_id", "trail", ["user_id"])


def _throttles() -> None:
    op.create_table(
        "throttles",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_throttles"),
    )
    op.create_index("ix_throttles_since", "throttles", ["since"])
    op.create_table(
        "known_devices",
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        of_user("known_devices"),
        sa.PrimaryKeyConstraint("user_id", "fingerprint", name="pk_known_devices"),
    )


def _second_factors() -> None:
    """Authenticator apps, recovery codes and passkeys."""
    # feature: totp {
    op.create_table(
        "totps",
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("secret", sa.String(length=255), nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        of_user("totps"),
        sa.PrimaryKeyConstraint("user_id", name="pk_totps"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        of_user("recovery_codes"),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_codes"),
    )
    # }
    # feature: passkeys {
    op.create_table(
        "passkeys",
        sa.Column("id", big_id, nullable=False),
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        of_user("passkeys"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("challenge_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("session_id", big_id, nullable=True),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_passkey_challenges_session_id_sessions", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("challenge_hash", name="pk_passkey_challenges"),
    )
    op.create_index("ix_passkey_challenges_expires_at", "passkey_challenges", ["expires_at"])
    # }


def downgrade() -> None:
    for table in (
        *("passkey_challenges", "passkeys"),  # feature: passkeys
        *("recovery_codes", "totps"),  # feature: totp
        *("known_devices", "throttles", "trail"),
    ):
        op.drop_table(table)
    with op.batch_alter_table("one_time_tokens") as tokens:
        tokens.drop_column("email")
    with op.batch_alter_table("oauth_requests") as requests:
        requests.drop_constraint("fk_oauth_requests_session_id_sessions", type_="foreignkey")
        requests.drop_column("session_id")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_index("ix_sessions_previous_hash")
        for column in ("confirmed_at", "address", "device", "must_rotate", "rotated_at", "previous_hash"):
            sessions.drop_column(column)
    with op.batch_alter_table("users") as users:
        users.drop_column("closed_at")
