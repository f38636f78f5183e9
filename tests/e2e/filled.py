"""A shop as an owner fills it."""

from io import BytesIO

from PIL import Image

from tests.e2e.shop import Shop

STAFF = "Grace Hopper"


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
    page = {"title": "About", "text": f"Before.\n\n![us]({picture})\n\nAfter."}
    written = http.put("/api/pages/about", data=page, headers=headers)
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
