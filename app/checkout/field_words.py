"""What the fields of orders are, for the API's description."""

from app.web.field_words import Words

BUYER = {"id": 7, "username": "ada", "name": "Ada Lovelace", "email": "ada@example.com"}
LINES = [{"item_id": 7, "quantity": 2}]

WORDS: Words = {
    "lines": ("Which items, and how many of each.", LINES),
    "item_id": ("The item, by its id.", 7),
    "quantity": ("How many of it.", 2),
    "unit_price": ("What one of it cost when it was ordered, in minor units.", 1850),
    "OrderLineOut.name": ("What the item was called when it was ordered.", "Stoneware mug"),
    "note": ("What the buyer wants staff to know.", "Please knock twice."),
    "from_basket": ("Whether the order is of the basket: once it is paid, its lines leave the basket.", True),
    "number": ("What people call the order by.", "K1007"),
    "OrderOut.status": ("How far the order has come.", "pending"),
    "WaitingOrder.status": ("How far the order has come.", "pending"),
    "OrderOut.total": ("What is to be paid, or was charged, in minor units.", 3700),
    "subtotal": ("The sum of the lines, in minor units.", 3700),
    "discount": ("What was taken off, in minor units; 0 until it is paid.", 0),
    "shipping": ("What the delivery costs, in minor units; 0 until it is paid.", 0),
    "tax": ("The tax, added or in the prices, in minor units; 0 until it is paid.", 0),
    "refunded": ("What went back or is on its way, in minor units.", 0),
    "refundable": ("What can still go back, in minor units.", 3700),
    "checkout_url": ("Where the buyer pays, while there is something to pay.", "https://pay.example/c/cs_1"),
    "paid_at": ("When the payment came, in UTC; null until then.", "2026-05-04T10:03:00Z"),
    "payments": ("All the money that came for the order. For staff.", []),
    "buyer": ("Who ordered. For staff.", BUYER),
    "phone": ("As the payment page collected it. For staff.", "+49 30 1234567"),
    "shipping_address": ("Where it goes, as the payment page collected it. For staff.", None),
    "ShippingAddress.name": ("Whose door it is.", "Ada Lovelace"),
    "line1": ("Street and number.", "Market street 1"),
    "line2": ("What else finds the door.", "Second floor"),
    "postal_code": ("The postal code.", "10115"),
    "city": ("The city.", "Berlin"),
    "state": ("The state or province, where addresses have one.", None),
    "country": ("The country, in two capitals.", "DE"),
    "OrderFilter.q": ("Words that number, buyer or items hold.", "mug"),
    "OrderSearch.q": ("Words that number, buyer or items hold.", "mug"),
    "OrderFilter.status": ("Only orders in this state.", "paid"),
    "OrderSearch.status": ("Only orders in this state.", "paid"),
    "from": ("Only orders placed from then on: a day, or a moment.", "2026-05-01"),
    "to": ("Only orders placed until then: a day, which counts whole, or a moment.", "2026-05-31"),
    "sort": ("The order of the list; a minus turns it around.", "-created_at"),
    "user_id": ("Only orders of this user. For staff.", 7),
    "despite_dispute": ("Hand it over although the payer's bank may take the money back.", False),
    "BasketOut.orders": ("The user's orders that wait to be paid, the newest first.", []),
}
