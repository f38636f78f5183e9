"""What the fields of to-dos are, for the API's description."""

from app.web.field_words import Words

WORDS: Words = {
    "TodoOut.title": ("What is to be done.", "Order more mugs"),
    "NewTodo.title": ("What is to be done.", "Order more mugs"),
    "TodoChange.title": ("What is to be done.", "Order more mugs"),
    "TodoOut.done": ("Whether it is done.", False),
    "NewTodo.done": ("Whether it is done.", False),
    "TodoChange.done": ("Whether it is done.", True),
    "TodoOut.order_id": ("The order that is to be handed over; null for a to-do of the user's own.", 7),
}
