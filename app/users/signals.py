"""What other features hear of an account. LISTENERS in app/__init__.py lists who listens.

The sender is the user; `session` comes with each signal. A listener works in the transaction that changes the account.
"""

from blinker import Signal

address_given = Signal()
"""With the `actor` who gave it: the user has a new email, which has to be verified."""

role_changed = Signal()
"""The user's role changed: sessions get another cookie."""

locked_out = Signal()
"""The user may stay signed in nowhere: sessions end."""

leaving = Signal()
"""The user's account is being closed: what belongs to the user alone is deleted."""
