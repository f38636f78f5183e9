"""What the fields of the dashboard are, for the API's description."""

from app.web.field_words import Words

WORDS: Words = {
    "Dashboard.orders": ("How many orders there are in each state.", {"pending": 2, "paid": 3}),
    "Dashboard.time_zone": ("Of the days: that of the shop.", "Europe/Berlin"),
    "days": ("The last 30 days, the oldest first.", []),
    "day": ("The day, in the shop's time zone.", "2026-05-04"),
    "Day.orders": ("How many orders were paid on it.", 4),
    "Day.amount": ("What came for them, in minor units.", 7400),
    "Day.refunded": ("What went back on it, in minor units.", 0),
    "low_stock": ("The items that are next to run out.", []),
    "LowStock.name": ("What the item is called.", "Stoneware mug"),
    "needs": ("How much waits for a person.", {"hand_over": 3, "findings": 0, "mails": 0}),
    "findings": ("The oldest findings that are not closed.", []),
    "Needs.findings": ("How many findings are not closed.", 0),
    "hand_over": ("How many paid orders are to be handed over.", 3),
    "mails": ("How many mails were given up.", 0),
}
