"""What the fields of payments, refunds and findings are, for the API's description."""

from app.web.field_words import Words

WORDS: Words = {
    "PaymentOut.id": ("The payment provider's id.", "pi_3NqKvT"),
    "amount": ("In minor units of `currency`.", 1850),
    "NewRefund.amount": ("How much goes back, in minor units; all that is left where it is missing.", 500),
    "disposition": ("Whether the payment settles the order, is surplus, or came too late.", "settles"),
    "restock": ("Put what was sold back on the shelf.", True),
    "payment": (
        "The payment that goes back, by its id; if missing, the one that paid the order.",
        "pi_3NqKvT",
    ),
    "RefundOut.order_id": ("The order whose money goes back.", 7),
    "RefundOut.status": ("How far the refund has come.", "succeeded"),
    "HistoryEntry.kind": ("What the entry is about.", "attempt"),
    "HistoryEntry.status": ("How that stands.", "paid"),
    "words": ("The same in words.", "Attempt 1. Paid."),
    "reference": ("The payment provider's id, where there is one.", "cs_test_a1"),
    "problem": ("What is wrong with it, and not closed.", None),
    "Finding.id": ("Stands for these facts alone.", "f3k9vQ2m"),
    "ClosedFinding.id": ("Stands for these facts alone.", "f3k9vQ2m"),
    "Finding.kind": ("What kind of thing has to be looked at.", "refund"),
    "ClosedFinding.kind": ("What kind of thing had to be looked at.", "refund"),
    "subject": ("Which one, as the books or the provider name it.", "re_3NqKvT"),
    "order_id": ("The order that it is about, if it is about one.", 7),
    "found_at": ("When it was first seen, in UTC.", "2026-05-04T10:00:00Z"),
    "reason": ("What was done about it, in the words of the one who closed it.", "Paid back by bank transfer."),
    "closed_by": ("The username of the one who closed it.", "grace"),
    "closed_at": ("When it was closed, in UTC.", "2026-05-04T12:00:00Z"),
    "received": ("That the message is stored.", True),
}
