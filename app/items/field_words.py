"""What the fields of items are, for the API's description."""

from app.web.field_words import Words

WORDS: Words = {
    "ItemOut.name": ("What the item is called.", "Stoneware mug"),
    "NewItem.name": ("What the item is called.", "Stoneware mug"),
    "ItemChange.name": ("What the item is called.", "Stoneware mug"),
    "description": ("What buyers read of it.", "Thrown by hand, glazed in deep teal."),
    "price": ("In minor units of `currency`; null for a draft, which is not on sale.", 1850),
    "currency": ("The currency of all amounts beside it (ISO 4217).", "EUR"),
    "currency_digits": ("How many digits of an amount stand after the point: 1850 with 2 is 18.50.", 2),
    "on_hand": ("How many there are; null where there is no limit.", 12),
    "available": ("How many of them can be sold: the others are set aside for orders.", 10),
    "image_url": ("Its picture: a path of the shop, or an https address.", "/pictures/mug.svg"),
    "category": ("The category that it is in, if any.", "Kitchen"),
    "CategoryOut.name": ("What the category is called.", "Kitchen"),
    "CategoryOut.items": ("How many items on offer are in it.", 4),
    "on_sale": ("Whether it has a price.", True),
    "version": ("Grows with each edit; a sale does not change it.", 3),
    "ItemSearch.q": ("Words that name or description hold.", "mug"),
    "ItemSearch.sort": ("The order of the list; a minus turns it around.", "name"),
    "drafts": ("Also items without a price. For staff.", False),
    "only": ("Only items of this kind. For staff.", "low"),
    "ItemChangeOut.action": ("What was done to the item.", "changed"),
    "changes": ("By field: its value before, and its value after.", {"price": [1850, 1950]}),
}
