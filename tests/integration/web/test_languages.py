"""The language of the page and of errors: what the account, the browser and the client ask for."""

import re

import pytest

from app.runtime.languages import COOKIE
from tests.integration.accounts import assert_problem
from tests.integration.factories import make_user

GERMAN = {"Accept-Language": "de-AT,de;q=0.9"}


@pytest.fixture
def built(tmp_path, monkeypatch):
    from app.web import frontend

    link = '<link rel="modulepreload" crossorigin href="/assets/messages-1f.js">'
    app = '<div id="app"></div>'
    page = f'<html lang="en"><head><!-- head --><!-- /head --><!-- de: {link} --></head><body>{app}</body></html>'
    (tmp_path / "index.html").write_text(page)
    monkeypatch.setattr(frontend, "DIST", tmp_path)


def language_of(response):
    """Of the page, and whether it has its browser fetch the German messages."""
    has_messages = "messages-1f.js" in re.sub("<!--.*?-->", "", response.text)
    return re.search('<html lang="(..)"', response.text)[1], has_messages


def test_the_page_is_in_the_language_of_the_browser(client, built):
    response = client.get("/", headers=GERMAN)

    assert language_of(response) == ("de", True)
    assert {"Cookie", "Accept-Language"} <= set(response.vary)
    assert language_of(client.get("/")) == ("en", False)


def test_until_the_page_is_drawn_it_says_in_this_language_that_it_has_not_loaded(client, built):
    german, english = client.get("/", headers=GERMAN).text, client.get("/nowhere").text

    assert "Diese Seite wurde nicht geladen" in german
    assert "Noch einmal versuchen</a>" in german
    assert "This page has not loaded" in english
    assert 'href="">Try again</a>' in english


def test_the_switch_of_the_page_counts_for_more_than_the_browser(client, built):
    client.set_cookie(COOKIE, "en")

    assert language_of(client.get("/", headers=GERMAN)) == ("en", False)


def test_the_choice_of_the_user_counts_for_more_than_both(signed_in, built):
    browser = signed_in(make_user(language="de"))
    browser.set_cookie(COOKIE, "en")

    assert language_of(browser.get("/")) == ("de", True)


def test_an_error_is_in_the_language_of_the_client(client):
    response = client.get("/api/profile", headers=GERMAN)

    assert_problem(response, 401, "sign_in_required")
    assert response.get_json()["detail"] == "Melden Sie sich zuerst an."
    assert response.get_json()["title"] == "Anmeldung nötig"
    assert "Accept-Language" in response.vary


def test_a_part_that_there_is_not_is_said_in_the_language_of_the_client(client, built):
    problem = client.get("/", headers={**GERMAN, "Range": "bytes=9000-"}).get_json()

    assert (problem["status"], problem["title"]) == (416, "Bereich nicht verfügbar")
    assert problem["detail"] == "Den angefragten Bereich gibt es hier nicht."


def test_what_is_wrong_with_a_field_is_in_the_language_of_the_client(client):
    answer = client.post("/api/register", json={"username": "ada", "email": "ada@example.com"}, headers=GERMAN)

    assert answer.get_json()["errors"] == [{"field": "password", "message": "Das ist eine Pflichtangabe."}]


def test_who_asks_in_no_language_is_answered_in_english(client):
    assert client.get("/api/profile").get_json()["detail"] == "Sign in first."


def test_an_account_has_the_language_in_which_it_was_made(client):
    account = {"username": "ada", "email": "ada@example.com", "password": "lantern-tide-77-orchard"}

    assert client.post("/api/register", json=account, headers=GERMAN).get_json()["language"] == "de"


def test_an_account_of_a_client_that_names_no_language_has_none(client):
    account = {"username": "ada", "email": "ada@example.com", "password": "lantern-tide-77-orchard"}

    assert client.post("/api/register", json=account).get_json()["language"] is None


def test_a_user_chooses_a_language_without_being_asked_to_confirm_it(signed_in):
    browser = signed_in(make_user())

    assert browser.patch("/api/profile", json={"language": "de"}).status_code == 200
    assert browser.get("/api/profile").get_json()["language"] == "de"


def test_a_language_that_is_not_there_is_refused(signed_in):
    response = signed_in(make_user()).patch("/api/profile", json={"language": "tlh"})

    assert_problem(response, 422, "invalid_input")


# feature: shop {
def test_the_catalogue_is_the_same_in_every_language(client):
    english, german = client.get("/api/items"), client.get("/api/items", headers=GERMAN)

    assert german.headers["ETag"] == english.headers["ETag"]
    assert "Accept-Language" not in german.vary


# }
