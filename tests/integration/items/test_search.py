"""The catalogue's search: what it finds, and that the index behind it is never older than the items."""

import pytest

from app import db
from app.items.checks import check_search
from app.runtime import search
from app.web import at_once
from app.web.at_once import AtOnce
from tests.integration.accounts import assert_problem
from tests.integration.conftest import browser, browser_at
from tests.integration.factories import make_item

HERE, THERE = "198.51.100.1", "203.0.113.9"

ITEMS = {
    "Green tea": "from the hills",
    "Teapot": 'of "blue" clay, for the best TEA',
    "抹茶": "お茶の粉",
    "Café": "au lait; 100% arabica",
    "TV": "a-z, (new), NEAR you",
    "Ω": "x",
}


@pytest.fixture
def client(own_app):
    """On connections of its own, with an index that is really written."""
    with own_app.app_context():
        for name, description in ITEMS.items():
            make_item(name, description=description)
    return browser(own_app)


def found(client, q):
    answer = client.get("/api/items", query_string={"q": q}).get_json()
    assert answer["total"] == len(answer["items"])
    return {item["name"] for item in answer["items"]}


def lower(text):
    """As both databases do in the locale C: ASCII alone."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


@pytest.mark.parametrize(
    "q",
    [
        *("tea", "TEA", "tea hills", "hills tea", "ea", "t", "teapot", "een te", "tea x", "best TEA clay"),
        *("抹茶", "茶", "お茶の", "抹茶 お茶", "Café", "caf", "é", "Ω", "x", "tv", "v", "😀", "ß"),
        *(
            '"blue"',
            '"',
            '""',
            "(new),",
            "NEAR",
            "AND",
            "tea OR x",
            "tea*",
            "a-z",
            "name:tea",
            "100%",
            "%",
            "_",
            "\\",
            "'",
        ),
    ],
)
def test_a_search_finds_what_holds_each_word_and_nothing_else(client, q):
    texts = {name: lower(f"{name}\n{description}") for name, description in ITEMS.items()}

    assert found(client, q) == {name for name, text in texts.items() if all(word in text for word in lower(q).split())}


@pytest.mark.parametrize("q", ["tea", "te"])
@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("UPDATE items SET name = 'Coffee' WHERE name = 'Green tea'", {"Teapot"}),
        ("UPDATE items SET description = 'no more' WHERE name = 'Teapot'", {"Green tea", "Teapot"}),
        ("UPDATE items SET name = 'Pot', description = 'of clay' WHERE name = 'Teapot'", {"Green tea"}),
        ("UPDATE items SET description = 'tea' WHERE name = 'TV'", {"Green tea", "Teapot", "TV"}),
        ("DELETE FROM items WHERE name = 'Teapot'", {"Green tea"}),
        ("UPDATE items SET withdrawn_at = CURRENT_TIMESTAMP WHERE name = 'Teapot'", {"Green tea"}),
        ("UPDATE items SET price = NULL WHERE name = 'Teapot'", {"Green tea"}),
    ],
)
def test_what_any_program_changes_is_found_at_once_and_what_is_gone_no_more(own_app, client, q, change, left):
    assert found(client, q) == {"Green tea", "Teapot"}

    with own_app.app_context():
        db.session.execute(db.text(change))
        db.session.commit()

    assert found(client, q) == left


def test_what_is_rolled_back_is_not_found(own_app, client):
    with own_app.app_context():
        db.session.execute(db.text("UPDATE items SET name = 'Tea' WHERE name = 'TV'"))
        db.session.rollback()

    assert found(client, "tea") == {"Green tea", "Teapot"}


@pytest.mark.parametrize("q", ["tea", "te", "t"])
def test_a_search_without_an_index_finds_the_same(own_app, client, q):
    """As on a database that a SQLite without FTS5 has migrated."""
    with own_app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL has all that its index needs")
        for trigger in ("added", "deleted", "changed"):
            db.session.execute(db.text(f"DROP TRIGGER items_search_{trigger}"))
        db.session.execute(db.text("DROP TABLE items_search"))
        db.session.commit()
        [line] = check_search()

    assert found(client, q) >= {"Green tea", "Teapot"}
    assert (line.level, line.name) == ("warn", "search")


@pytest.mark.parametrize("q", ["tea", "e", "x tea"])
def test_what_very_many_items_hold_is_counted_up_to_a_bound(monkeypatch, own_app, q):
    monkeypatch.setattr(search, "MOST", 5)
    with own_app.app_context():
        for number in range(8):
            make_item(f"Tea x {number}")

    pages = [browser(own_app).get(f"/api/items?q={q}&per_page=2&page={page}").get_json() for page in range(1, 5)]

    assert {page["total"] for page in pages} == {5}
    names = [item["name"] for page in pages for item in page["items"]]
    assert len(names) == 5
    assert names == sorted(set(names))


# ---------------------------------------------------------------- few at once


@pytest.fixture
def busy(own_app, monkeypatch):
    """Somebody HERE searches all the while: two may, and one of each address. Nobody waits for long."""
    monkeypatch.setattr(at_once, "WAIT_SECONDS", 0.05)

    def become(**bounds):
        monkeypatch.setattr(at_once, "SEARCHES", AtOnce(**bounds))
        return at_once.SEARCHES.turn()

    with own_app.test_request_context(environ_base={"REMOTE_ADDR": HERE}):
        yield become


def test_one_address_has_few_searches_at_once_and_others_go_on(own_app, client, busy):
    with busy(running=2, waiting=0, each=1):
        refused = browser_at(own_app, HERE).get("/api/items?q=tea")
        assert browser_at(own_app, THERE).get("/api/items?q=tea").status_code == 200
        assert browser_at(own_app, HERE).get("/api/items").status_code == 200

    assert_problem(refused, 429, "too_many_requests")
    assert refused.headers["Retry-After"] == "1"
    assert browser_at(own_app, HERE).get("/api/items?q=tea").status_code == 200


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_search_that_finds_no_turn_is_told_when_to_try_again(own_app, client, busy, waiting):
    with busy(running=1, waiting=waiting, each=4):
        refused = browser_at(own_app, THERE).get("/api/items?q=tea")
        assert browser_at(own_app, THERE).get("/api/items?page=101&per_page=100").status_code == 200

    assert_problem(refused, 429, "too_many_requests")
    assert browser_at(own_app, THERE).get("/api/items?q=tea").status_code == 200


def test_what_is_known_already_takes_no_turn(own_app, client, busy):
    assert browser_at(own_app, THERE).get("/api/items?q=tea").status_code == 200

    with busy(running=1, waiting=0, each=1):
        assert browser_at(own_app, THERE).get("/api/items?q=tea").status_code == 200
