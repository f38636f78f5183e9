"""What other features hear of an order. LISTENERS in app/__init__.py lists who listens.

The sender is the order; `session` comes with each signal. A listener works in the transaction that changes the order.
"""

from blinker import Signal

paid = Signal()
"""With `now`: the order has just become paid."""

fulfilled = Signal()
"""The order is handed over to its buyer. Sent again for an order that was handed over before."""

due_changed = Signal()
"""With `is_due`: whether a paid order is still to be handed over. Its money or its stock went back, or came again."""
