"""What an owner sets, as everybody sees it."""

import pytest

from app.runtime.db import utcnow
from app.web.api import CONFIRMED_WITHIN
from tests.integration.accounts import assert_problem, fields
from tests.integration.factories import make_user

UNTOUCHED = {
    "name": "Kiosk",
    "currency": "EUR",
    "currency_digits": 2,
    "hold_minutes": 30,
    "contact": "",
    "delivery": "",
    "logo_url": None,
    "colours": {"primary": "#0d4a4a", "accent": "#ffd35c"},
    "time_zone": "UTC",
    "pages": [],
    "adds_shipping": False,
    "adds_tax": False,
}
IMPRINT = {"title": "Imprint", "text": "# Who\n\n**Ada** Ltd"}


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user(role="staff"))


@pytest.fixture
def customer(signed_in):
    return signed_in(make_user())


def test_a_shop_whose_owner_has_set_nothing_is_the_kiosk_of_always(client):
    assert client.get("/api/shop").get_json() == UNTOUCHED


def test_buyers_can_know_what_the_payment_page_adds(client, reconfigured):
    reconfigured(shipping_rates="shr_1", automatic_tax=True)

    told = client.get("/api/shop").get_json()

    assert (told["adds_shipping"], told["adds_tax"]) == (True, True)


def test_what_is_set_is_seen_by_all_and_the_rest_stays(client, staff):
    changed = {
        "name": "Tea & Co",
        "contact": "tea@example.com\n030 1234",
        "delivery": "Pick up at the market.",
        "logo_url": "/pictures/tea.svg",
        "time_zone": "Europe/Berlin",
    }

    first = staff.patch("/api/shop", json=changed)
    second = staff.patch("/api/shop", json={"colours": {"accent": "#00ff88"}})

    assert first.get_json() == UNTOUCHED | changed
    assert second.get_json() == UNTOUCHED | changed | {"colours": {"primary": "#0d4a4a", "accent": "#00ff88"}}
    assert client.get("/api/shop").get_json() == second.get_json()


def test_a_reader_who_knows_it_already_is_sent_nothing(client, staff):
    etag = client.get("/api/shop").headers["ETag"]
    assert client.get("/api/shop", headers={"If-None-Match": etag}).status_code == 304

    staff.patch("/api/shop", json={"name": "Tea & Co"})

    assert client.get("/api/shop", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"logo_url": "javascript:alert(1)"}, "logo_url"),
        ({"logo_url": "//evil.example/logo.png"}, "logo_url"),
        ({"colours": {"primary": "red"}}, "colours.primary"),
        ({"colours": {"primary": "#0d4a4a;background:url(//evil.example)"}}, "colours.primary"),
        ({"colours": {"primary": "#ffd35c"}}, "colours.primary"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "Europe"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"contact": "x" * 1001}, "contact"),
    ],
)
def test_what_is_wrong_names_the_field_and_changes_nothing(staff, body, field):
    assert fields(staff.patch("/api/shop", json=body)) == [field]
    assert staff.get("/api/shop").get_json() == UNTOUCHED


@pytest.mark.attack
def test_only_staff_change_it(client, customer):
    assert_problem(client.patch("/api/shop", json={"name": "Mine"}), 401, "sign_in_required")
    assert_problem(customer.patch("/api/shop", json={"name": "Mine"}), 403, "forbidden")
    assert_problem(customer.put("/api/pages/imprint", json=IMPRINT), 403, "forbidden")
    assert_problem(customer.delete("/api/pages/imprint"), 403, "forbidden")


@pytest.mark.attack
def test_staff_who_left_their_desk_long_ago_confirm_that_it_is_them(staff, monkeypatch):
    later = utcnow() + CONFIRMED_WITHIN
    monkeypatch.setattr("app.auth.guard.utcnow", lambda: later)

    assert_problem(staff.patch("/api/shop", json={"name": "Mine"}), 403, "confirmation_required")
    assert_problem(staff.put("/api/pages/imprint", json=IMPRINT), 403, "confirmation_required")


# ---------------------------------------------------------------- pages


def test_a_page_is_written_shown_written_anew_and_taken_away(client, staff):
    made = {"slug": "imprint", **IMPRINT, "html": "<h2>Who</h2>\n<p><strong>Ada</strong> Ltd</p>\n"}
    assert staff.put("/api/pages/imprint", json=IMPRINT).get_json() == made
    assert client.get("/api/pages/imprint").get_json() == made
    assert client.get("/api/shop").get_json()["pages"] == [{"slug": "imprint", "title": "Imprint"}]

    anew = staff.put("/api/pages/imprint", json={"title": "About", "text": "<b>"}).get_json()
    assert anew == {"slug": "imprint", "title": "About", "text": "<b>", "html": "<p>&lt;b&gt;</p>\n"}

    assert staff.delete("/api/pages/imprint").get_json() == {"deleted": True}
    assert_problem(client.get("/api/pages/imprint"), 404, "not_found")
    assert client.get("/api/shop").get_json()["pages"] == []


def test_pages_stand_by_title(client, staff):
    for slug, title in (("terms", "Terms"), ("imprint", "Imprint"), ("privacy", "Privacy")):
        staff.put(f"/api/pages/{slug}", json={"title": title, "text": ""})

    assert [page["title"] for page in client.get("/api/shop").get_json()["pages"]] == ["Imprint", "Privacy", "Terms"]


@pytest.mark.parametrize("slug", ["Imprint", "a_b", "-a", "a.b", "x" * 65])
def test_an_address_that_reads_badly_is_none(staff, slug):
    assert_problem(staff.put(f"/api/pages/{slug}", json=IMPRINT), 404, "not_found")


def test_a_shop_has_twenty_pages(staff):
    for number in range(20):
        assert staff.put(f"/api/pages/page-{number}", json=IMPRINT).status_code == 200

    assert_problem(staff.put("/api/pages/one-more", json=IMPRINT), 409, "too_many_pages")
    assert staff.put("/api/pages/page-3", json=IMPRINT).status_code == 200
    assert len(staff.get("/api/shop").get_json()["pages"]) == 20


def test_what_is_read_needs_no_transaction(own_app):
    client = own_app.test_client()
    assert client.get("/api/shop").status_code == 200
    assert client.get("/api/pages/imprint").status_code == 404
