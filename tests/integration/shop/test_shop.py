"""What an owner sets, as everybody sees it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.runtime.db import utcnow
from app.web.api import CONFIRMED_WITHIN
from tests.integration.accounts import assert_problem, fields
from tests.integration.conftest import sign_in
from tests.integration.factories import PASSWORD, make_user

UNTOUCHED = {
    "name": "Kiosk",
    "currency": "EUR",
    "currency_digits": 2,
    "hold_minutes": 30,
    "contact": "",
    "delivery": "",
    "logo_url": None,
    "logo_size": None,
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
        ({"time_zone": "localtime"}, "time_zone"),
        ({"time_zone": "posixrules"}, "time_zone"),
        ({"time_zone": "Factory"}, "time_zone"),
        ({"contact": "x" * 1001}, "contact"),
    ],
)
def test_what_is_wrong_names_the_field_and_changes_nothing(staff, body, field):
    assert fields(staff.patch("/api/shop", json=body)) == [field]
    assert staff.get("/api/shop").get_json() == UNTOUCHED


def test_a_colour_that_is_no_colour_is_told_by_an_example(staff):
    problem = staff.patch("/api/shop", json={"colours": {"primary": "red"}}).get_json()

    assert [each["message"] for each in problem["errors"]] == ["Write it like this: #0d4a4a."]


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


# ---------------------------------------------------------------- two who change one thing


def test_settings_that_were_changed_meanwhile_are_not_overwritten(staff):
    tag = staff.get("/api/shop").headers["ETag"]
    first = staff.patch("/api/shop", json={"contact": "Ada"}, headers={"If-Match": tag})

    assert_problem(staff.patch("/api/shop", json={"contact": "Ben"}, headers={"If-Match": tag}), 412, "stale_version")

    assert staff.get("/api/shop").get_json()["contact"] == "Ada"
    again = staff.patch("/api/shop", json={"contact": "Ben"}, headers={"If-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert staff.patch("/api/shop", json={"contact": "Cy"}).status_code == 200


@pytest.mark.parametrize("act", ["put", "delete"])
def test_a_page_that_was_changed_or_deleted_meanwhile_is_not_overwritten(staff, act):
    path, change = "/api/pages/imprint", {"json": IMPRINT} if act == "put" else {}
    tag = staff.put(path, json=IMPRINT).headers["ETag"]
    assert staff.get(path).headers["ETag"] == tag
    staff.put(path, json={**IMPRINT, "text": "Ben"}, headers={"If-Match": tag})

    assert_problem(getattr(staff, act)(path, headers={"If-Match": tag}, **change), 412, "stale_version")

    assert staff.get(path).get_json()["text"] == "Ben"
    assert getattr(staff, act)(path, headers={"If-Match": "*"}, **change).status_code == 200
    staff.delete(path)
    assert_problem(staff.put(path, json=IMPRINT, headers={"If-Match": "*"}), 412, "stale_version")


def test_a_page_that_is_to_be_new_replaces_none(staff):
    new = {"json": IMPRINT, "headers": {"If-None-Match": "*"}}
    assert staff.put("/api/pages/imprint", **new).status_code == 200

    assert_problem(staff.put("/api/pages/imprint", **new), 412, "stale_version")


def test_of_many_who_change_one_version_at_once_one_does(own_app):
    with own_app.app_context():
        staff = [sign_in(own_app, make_user(role="staff")) for _ in range(6)]
    tag = staff[0].put("/api/pages/imprint", json=IMPRINT).headers["ETag"]

    def write(number):
        change = {**IMPRINT, "text": f"By {number}"}
        old = staff[number].put("/api/pages/imprint", json=change, headers={"If-Match": tag}).status_code
        new = staff[number].put("/api/pages/terms", json=change, headers={"If-None-Match": "*"}).status_code
        return old, new

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(write, range(6)))

    assert [sorted(each) for each in zip(*answers, strict=True)] == [[200, *[412] * 5]] * 2


def test_no_password_may_hold_the_name_that_the_owner_has_given_to_the_shop(staff, client):
    staff.patch("/api/shop", json={"name": "Tante Emmas Laden"})
    body = {"username": "linus", "email": "linus@example.com", "password": "tante emmas laden 77"}

    assert fields(client.post("/api/register", json=body)) == ["password"]
    change = {"current_password": PASSWORD, "new_password": "tante emmas laden 77"}
    assert fields(staff.post("/api/profile/password", json=change)) == ["new_password"]
