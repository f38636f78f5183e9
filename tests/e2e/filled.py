"""A shop as an owner fills it."""

from io import BytesIO

from PIL import Image

from tests.e2e.shop import Shop

STAFF = "Grace Hopper"
TERMS = """Who sells, and how: these terms hold for every order in this shop.

## What you buy

An order is placed once it is paid. Until then its things are set aside for you for **30 minutes**.

1. You choose, and pay on the page of the payment provider.
2. You get a receipt by mail.
3. We hand over or send what you bought.

## What delivery costs

| To | Days | Costs |
| --- | --- | --- |
| Germany, Austria | 2 to 3 | 4.90 € |
| Switzerland | 4 to 6 | 9.90 € |

## If you change your mind

> Send it back within 14 days, and your money goes back the way it came.

Write to [hello@kiosk.example](mailto:hello@kiosk.example) first.
"""


def fill(staff: Shop, url: str) -> None:
    """With categories, a logo, and a page with a picture."""
    staff.come_signed_in_as(STAFF)
    http, headers = staff.page.request, {"Origin": url}
    for item_id, category in ((1, "Tee"), (2, "Pens and paper"), (3, "Thrown by hand"), (4, "Tee")):
        changed = http.patch(f"/api/items/{item_id}", data={"category": category}, headers=headers)
        assert changed.ok, changed.text()
    logo, picture = (upload(staff, url, size) for size in ((600, 120), (900, 700)))
    settings = http.patch(
        "/api/shop", data={"name": "Teestube am Markt und am Hafen", "logo_url": logo}, headers=headers
    )
    assert settings.ok, settings.text()
    write_page(staff, url, "about", "About", f"Before.\n\n![us]({picture})\n\nAfter.")


def write_page(staff: Shop, url: str, slug: str, title: str, text: str) -> None:
    page = {"title": title, "text": text}
    written = staff.page.request.put(f"/api/pages/{slug}", data=page, headers={"Origin": url})
    assert written.ok, written.text()


def upload(staff: Shop, url: str, size: tuple[int, int]) -> str:
    """Its address."""
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    headers = {"Origin": url, "Content-Type": "image/png"}
    answer = staff.page.request.post("/api/pictures", data=file.getvalue(), headers=headers)
    assert answer.ok, answer.text()
    found: str = answer.json()["url"]
    return found
