"""Pictures that staff upload and buyers see."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from app import db
from app.models import Picture, ShopPage, ShopProfile
from app.runtime.db import utcnow
from app.shop import pictures
from tests.integration.accounts import assert_problem
from tests.integration.factories import make_item, make_user, saved


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user(role="staff"))


def png(size=(600, 300)):
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    return file.getvalue()


def upload(client, data, kind="image/png"):
    return client.post("/api/pictures", data=data, content_type=kind)


def uploaded(staff, size=(600, 300)):
    response = upload(staff, png(size))
    assert response.status_code == 201, response.text
    return response.get_json()["url"]


def test_an_uploaded_picture_is_shown_large_and_small_and_kept_by_browsers(client, staff):
    url = uploaded(staff)

    for address, size in ((url, (600, 300)), (url.replace(".webp", "-small.webp"), (480, 240))):
        shown = client.get(address)
        assert Image.open(BytesIO(shown.data)).size == size
        assert shown.mimetype == "image/webp"
        assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_item_shows_it(staff):
    url = uploaded(staff)

    item = staff.post("/api/items", json={"name": "Tea", "image_url": url}).get_json()

    assert item["image_url"] == url


def test_a_page_keeps_the_place_of_each_uploaded_picture(client, staff):
    """Nothing on it moves when the picture comes."""
    url = uploaded(staff)
    small = url.replace(".webp", "-small.webp")
    text = f"![us]({url}) ![small](https://shop.example{small}) ![elsewhere](https://other.example/x.png)"

    written = staff.put("/api/pages/about", json={"title": "About", "text": text}).get_json()["html"]

    assert f'<img src="{url}" alt="us" width="600" height="300"' in written
    assert f'<img src="https://shop.example{small}" alt="small" width="480" height="240"' in written
    assert written.count("width") == 2
    assert client.get("/api/pages/about").get_json()["html"] == written


def test_the_shop_tells_the_size_of_an_uploaded_logo(client, staff):
    staff.patch("/api/shop", json={"logo_url": uploaded(staff, (600, 120))})
    assert client.get("/api/shop").get_json()["logo_size"] == {"width": 600, "height": 120}

    staff.patch("/api/shop", json={"logo_url": "https://other.example/logo.png"})
    assert client.get("/api/shop").get_json()["logo_size"] is None


def test_the_same_one_again_is_the_same(staff):
    assert uploaded(staff) == uploaded(staff)


def test_the_pictures_of_the_demo_are_where_they_were(client):
    assert client.get("/pictures/0123456789abcdef0123456789abcdef.webp").status_code == 404
    with client.get("/pictures/tea.svg") as picture:
        assert picture.status_code == 200


@pytest.mark.parametrize("kind", ["image/svg+xml", "application/json", "text/html", ""])
def test_another_type_is_refused(staff, kind):
    assert_problem(upload(staff, png(), kind), 415, "unsupported_media_type")


def test_what_is_no_picture_is_refused(staff):
    assert_problem(upload(staff, b"<script>alert(1)</script>"), 422, "not_a_picture")


@pytest.mark.any_database
@pytest.mark.attack
def test_a_bomb_is_refused(staff):
    file = BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")

    assert_problem(upload(staff, file.getvalue()), 422, "picture_too_large")


@pytest.mark.attack
def test_only_staff_upload_and_a_strangers_file_is_not_even_read(client, signed_in):
    class Unread(BytesIO):
        def read(self, *_):
            raise AssertionError("was read")

    def send(browser):
        return browser.post("/api/pictures", input_stream=Unread(), content_type="image/png", content_length=9_000_000)

    assert_problem(send(client), 401, "sign_in_required")
    assert_problem(send(signed_in(make_user())), 403, "forbidden")


def test_more_than_ten_megabytes_are_refused(staff):
    assert_problem(upload(staff, bytes(10 * 1024 * 1024 + 1)), 413, "request_entity_too_large")


def test_a_picture_that_nothing_shows_goes_after_a_week(app, staff):
    urls = [uploaded(staff, (size, 9)) for size in (10, 11, 12, 14, 15, 13)]
    digests = [url.removeprefix("/pictures/").removesuffix(".webp") for url in urls]
    make_item(image_url=urls[0])
    make_item(image_url=f"https://shop.example{urls[3]}")
    make_item(image_url=urls[4].replace(".webp", "-small.webp"))
    saved(ShopProfile(id=1, logo_url=urls[1]))
    saved(ShopPage(slug="about", title="About", text=f"![us]({urls[2]})"))

    pictures.forget(db.session(), utcnow() + timedelta(days=6))
    assert kept() == set(digests)
    pictures.forget(db.session(), utcnow() + timedelta(days=8))

    assert kept() == set(digests[:5])


def test_a_picture_that_is_uploaded_again_is_kept_for_another_week(app, staff):
    [url] = {uploaded(staff) for _ in range(2)}
    Picture.query.update({"created_at": utcnow() - timedelta(days=8)})
    db.session.commit()

    uploaded(staff)
    pictures.forget(db.session(), utcnow())

    assert staff.get(url).status_code == 200


def kept():
    return {picture.digest for picture in db.session.query(Picture)}
