"""standing questions: an index for each of those that a worker, a scrape and a page ask again and again"""

from alembic import op

from app.ops.migrate import add_index

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, list[str], str | None], ...] = (
    # feature: shop {
    ("ix_orders_status_hold_until", "orders", ["status", "hold_until"], None),
    ("ix_holds_held", "holds", ["item_id"], "state = 'held'"),
    ("ix_items_set_aside", "items", ["id"], "held > 0"),
    ("ix_attempts_problem", "attempts", ["id"], "problem IS NOT NULL"),
    ("ix_payments_created_at", "payments", ["created_at"], None),
    ("ix_disputes_stands", "disputes", ["id"], "status NOT IN ('won', 'warning_closed')"),
    ("ix_events_received_at", "events", ["received_at"], None),
    ("ix_events_of_no_order", "events", ["received_at"], "order_id IS NULL"),
    ("ix_closings_live", "closings", ["kind"], "ended_at IS NULL"),
    ("ix_closings_closed_at", "closings", ["closed_at"], None),
    ("ix_refunds_created_at", "refunds", ["created_at"], None),
    # }
    ("ix_outbox_waiting", "outbox", ["id"], "done_at IS NULL"),
    ("ix_outbox_created_at", "outbox", ["created_at"], None),
    ("ix_users_staff", "users", ["id"], "role = 'staff'"),
    ("ix_trail_at", "trail", ["at"], None),
    ("ix_trail_actor_id", "trail", ["actor_id"], None),
    ("ix_sessions_used_at", "sessions", ["used_at"], None),
    ("ix_sessions_expires_at", "sessions", ["expires_at"], None),
    ("ix_refresh_tokens_used_at", "refresh_tokens", ["used_at"], None),
    ("ix_one_time_tokens_expires_at", "one_time_tokens", ["expires_at"], None),
    ("ix_oauth_requests_session_id", "oauth_requests", ["session_id"], None),
    ("ix_passkey_challenges_session_id", "passkey_challenges", ["session_id"], None),  # feature: passkeys
    ("ix_todos_open_first", "todos", ["done", "id"], None),  # feature: todos
)


def upgrade() -> None:
    for index in INDEXES:
        add_index(*index)


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
