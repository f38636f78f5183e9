"""What the fields of the shop itself are, for the API's description."""

from app.web.field_words import Words

WORDS: Words = {
    "adds_shipping": ("Whether the payment page adds shipping.", True),
    "adds_tax": ("Whether the payment page works out the tax.", False),
    "ShopOut.name": ("What the shop is called.", "The corner shop"),
    "ShopChange.name": ("What the shop is called.", "The corner shop"),
    "hold_minutes": ("For how long an order that is not paid keeps its stock.", 30),
    "contact": ("How to reach the owner; it stands below each page.", "hello@shop.example"),
    "delivery": ("How buyers get what they bought.", "Pick it up from nine to six."),
    "logo_url": ("The shop's picture in the head of each page.", "/pictures/logo.png"),
    "logo_size": ("Its size, of an uploaded one, so that a browser keeps its place.", {"width": 600, "height": 120}),
    "width": ("In pixels.", 600),
    "height": ("In pixels.", 120),
    "colours": ("The colours of the page.", {"primary": "#0d4a4a", "accent": "#ffd35c"}),
    "primary": ("Of header and links.", "#0d4a4a"),
    "accent": ("Of the awning and of price tags.", "#ffd35c"),
    "time_zone": ("In which mails tell the time and days are counted: a name of the IANA database.", "Europe/Berlin"),
    "pages": ("The pages that the owner has written.", [{"slug": "imprint", "title": "Imprint"}]),
    "slug": ("The end of the page's address.", "imprint"),
    "PageTitle.title": ("The page's heading.", "Imprint"),
    "PageOut.title": ("The page's heading.", "Imprint"),
    "NewPage.title": ("The page's heading.", "Imprint"),
    "text": ("The page in Markdown.", "**The corner shop**, Market street 1"),
    "html": ("The same page in HTML, safe to show.", "<p><strong>The corner shop</strong>, Market street 1</p>"),
    "PictureOut.url": ("Where the picture is from now on; it never changes there.", "/pictures/5f0c.webp"),
}
