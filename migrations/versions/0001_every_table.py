"""every table"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite counts up by itself for INTEGER alone
moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    # feature: shop {
    op.create_table(
        "events",
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("next_try_at", moment, nullable=True),
        sa.Column("lease_until", moment, nullable=True),
        sa.CheckConstraint("state IN ('new', 'done', 'failed')", name="ck_events_state"),
        sa.PrimaryKeyConstraint("event_id", name="pk_events"),
    )
    op.create_index("ix_events_due", "events", ["state", "next_try_at"])

    op.create_table(
        "items",
        sa.Column("id", big_id, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("on_hand", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("image_url", sa.String(length=2000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint("held >= 0 AND (on_hand IS NULL OR held <= on_hand)", name="ck_items_stock"),
        sa.CheckConstraint("price > 0", name="ck_items_price"),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
    )
    op.create_index("ix_items_catalogue", "items", ["name", "id"])
    # }

    op.create_table(
        "oauth_requests",
        sa.Column("state_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("code_verifier", sa.String(length=128), nullable=False),
        sa.Column("next", sa.String(length=2000), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_oauth_requests"),
    )
    op.create_index("ix_oauth_requests_created_at", "oauth_requests", ["created_at"])

    op.create_table(
        "outbox",
        sa.Column("id", big_id, nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("done_at", moment, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", moment, nullable=True),
        sa.Column("lease_until", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_dedupe_key"),
    )
    op.create_index("ix_outbox_next_try_at", "outbox", ["next_try_at"])

    op.create_table(
        "users",
        sa.Column("id", big_id, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("username_key", sa.String(length=128), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("verified_email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("avatar_url", sa.String(length=2000), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint("role IN ('customer', 'staff')", name="ck_users_role"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
        sa.UniqueConstraint("verified_email", name="uq_users_verified_email"),
    )
    op.create_table(
        "identities",
        sa.Column("id", big_id, nullable=False),
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_identities_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.UniqueConstraint("issuer", "subject", name="uq_identities_issuer_subject"),
        sa.UniqueConstraint("user_id", "provider", name="uq_identities_user_id_provider"),
    )
    op.create_table(
        "one_time_tokens",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_one_time_tokens_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_one_time_tokens"),
    )
    op.create_index("ix_one_time_tokens_user_id", "one_time_tokens", ["user_id"])

    # feature: shop {
    op.create_table(
        "orders",
        sa.Column("id", big_id, nullable=False),
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("hold_until", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("paid_at", moment, nullable=True),
        sa.Column("fulfilled_at", moment, nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'cancelling', 'paid', 'fulfilled', 'cancelled')",
            name="ck_orders_status",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_orders_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("user_id", "idempotency_key", name="uq_orders_user_id_idempotency_key"),
    )
    op.create_index("ix_orders_user_id", "orders", ["user_id"])
    # }

    op.create_table(
        "sessions",
        sa.Column("id", big_id, nullable=False),
        sa.Column("user_id", big_id, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])

    # feature: shop {
    op.create_table(
        "attempts",
        sa.Column("id", big_id, nullable=False),
        sa.Column("order_id", big_id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("idem_key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("api_version", sa.String(length=32), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=255), nullable=True),
        sa.Column("payment_intent", sa.String(length=255), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("first_sent_at", moment, nullable=True),
        sa.Column("next_check_at", moment, nullable=True),
        sa.Column("lease_until", moment, nullable=True),
        sa.CheckConstraint(
            "status IN ('new', 'unknown', 'open', 'processing', 'paid', 'expired', 'rejected')",
            name="ck_attempts_status",
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_attempts_order_id_orders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("idem_key", name="uq_attempts_idem_key"),
        sa.UniqueConstraint("order_id", "seq", name="uq_attempts_order_id_seq"),
        sa.UniqueConstraint("payment_intent", name="uq_attempts_payment_intent"),
        sa.UniqueConstraint("session_id", name="uq_attempts_session_id"),
    )
    op.create_index("ix_attempts_due", "attempts", ["status", "next_check_at"])
    op.create_index(
        "uq_attempts_live",
        "attempts",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('new', 'unknown', 'open', 'processing')"),
        sqlite_where=sa.text("status IN ('new', 'unknown', 'open', 'processing')"),
    )

    op.create_table(
        "holds",
        sa.Column("id", big_id, nullable=False),
        sa.Column("order_id", big_id, nullable=False),
        sa.Column("item_id", big_id, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.CheckConstraint("state IN ('held', 'consumed', 'released')", name="ck_holds_state"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_holds_item_id_items"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_holds_order_id_orders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        sa.UniqueConstraint("order_id", "item_id", name="uq_holds_order_id_item_id"),
    )
    op.create_index("ix_holds_item_id", "holds", ["item_id"])

    op.create_table(
        "order_lines",
        sa.Column("id", big_id, nullable=False),
        sa.Column("order_id", big_id, nullable=False),
        sa.Column("item_id", big_id, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_order_lines_quantity"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_order_lines_item_id_items"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_lines_order_id_orders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_order_lines"),
    )
    op.create_index("ix_order_lines_order_id", "order_lines", ["order_id"])

    op.create_table(
        "payments",
        sa.Column("id", big_id, nullable=False),
        sa.Column("payment_intent", sa.String(length=255), nullable=False),
        sa.Column("order_id", big_id, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("refund_reserved", sa.BigInteger(), nullable=False),
        sa.Column("disposition", sa.String(length=16), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint("disposition IN ('settles', 'surplus', 'late')", name="ck_payments_disposition"),
        sa.CheckConstraint("refund_reserved >= 0 AND refund_reserved <= amount", name="ck_payments_refund_reserved"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_payments_order_id_orders"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("payment_intent", name="uq_payments_payment_intent"),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"])
    op.create_index(
        "uq_payments_settles",
        "payments",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("disposition = 'settles'"),
        sqlite_where=sa.text("disposition = 'settles'"),
    )
    # }

    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("session_id", big_id, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_refresh_tokens_session_id_sessions", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_refresh_tokens"),
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])

    # feature: todos {
    op.create_table(
        "todos",
        sa.Column("id", big_id, nullable=False),
        sa.Column("user_id", big_id, nullable=True),
        sa.Column("order_id", big_id, nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (order_id IS NULL)", name="ck_todos_one_owner"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_todos_order_id_orders"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_todos_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_todos"),
        sa.UniqueConstraint("order_id", name="uq_todos_order_id"),
    )
    op.create_index("ix_todos_user_id", "todos", ["user_id"])
    # }

    # feature: shop {
    op.create_table(
        "refunds",
        sa.Column("id", big_id, nullable=False),
        sa.Column("payment_id", big_id, nullable=False),
        sa.Column("intent_key", sa.String(length=255), nullable=False),
        sa.Column("idem_key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("api_version", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("provider_id", sa.String(length=255), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("first_sent_at", moment, nullable=True),
        sa.Column("next_check_at", moment, nullable=True),
        sa.Column("lease_until", moment, nullable=True),
        sa.CheckConstraint(
            "status IN ('new', 'unknown', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled')",
            name="ck_refunds_status",
        ),
        sa.CheckConstraint("amount > 0", name="ck_refunds_amount"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_refunds_payment_id_payments"),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
        sa.UniqueConstraint("idem_key", name="uq_refunds_idem_key"),
        sa.UniqueConstraint("intent_key", name="uq_refunds_intent_key"),
        sa.UniqueConstraint("provider_id", name="uq_refunds_provider_id"),
    )
    op.create_index("ix_refunds_due", "refunds", ["status", "next_check_at"])
    op.create_index("ix_refunds_payment_id", "refunds", ["payment_id"])
    # }


def downgrade() -> None:
    # feature: shop {
    op.drop_table("refunds")
    # }
    # feature: todos {
    op.drop_table("todos")
    # }
    op.drop_table("refresh_tokens")
    # feature: shop {
    op.drop_table("payments")
    op.drop_table("order_lines")
    op.drop_table("holds")
    op.drop_table("attempts")
    # }
    op.drop_table("sessions")
    # feature: shop {
    op.drop_table("orders")
    # }
    op.drop_table("one_time_tokens")
    op.drop_table("identities")
    op.drop_table("users")
    op.drop_table("outbox")
    op.drop_table("oauth_requests")
    # feature: shop {
    op.drop_table("items")
    op.drop_table("events")
    # }
