"""The frontend, as Flask serves it."""

import re

import pytest

from app.web import frontend
from tests.integration.accounts import assert_problem

pytestmark = pytest.mark.any_database

PAGE = "<!doctype html><title>Kiosk</title>"


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A frontend that is built; `hidden.txt` lies outside it."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "docs").mkdir()
    (dist / "index.html").write_text(PAGE)
    (dist / "docs" / "index.html").write_text("<title>API</title>")
    (dist / "assets" / "index-1f.js").write_text("export {}")
    (dist / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "hidden.txt").write_text("hidden")
    monkeypatch.setattr(frontend, "DIST", dist)
    return dist


def get(client, path, **headers):
    return client.get(path, headers=headers, buffered=True)


@pytest.mark.parametrize(
    "path", ["/", "/profile", "/Profile/", "/staff/users/7", "/staff/users/new", "/sign-in?error=oauth_denied"]
)
def test_every_path_of_the_frontend_is_the_page(client, built, path):
    response = get(client, path)

    assert (response.status_code, response.text) == (200, PAGE)
    assert response.mimetype == "text/html"


@pytest.mark.parametrize(
    "path", ["/nowhere", "/apiary", "/nothing/at/all", "/caf%C3%A9", "/profile/7", "/staff/users/7/more", "/profile%0A"]
)
def test_any_other_path_is_the_page_which_says_that_nothing_is_there(client, built, path):
    response = get(client, path)

    assert (response.status_code, response.text) == (404, PAGE)
    assert response.mimetype == "text/html"
    assert "ETag" not in response.headers


def test_a_page_that_is_not_there_is_in_no_search_engine(client, built):
    (built / "index.html").write_text("<html><head><!-- head --><!-- /head --></head></html>")

    assert '<meta name="robots" content="noindex">' in get(client, "/nowhere").text
    assert "There is nothing here." in get(client, "/nowhere").text
    assert "noindex" not in get(client, "/profile").text


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_password_manager_is_led_to_where_the_password_is_changed(client, built, method):
    response = getattr(client, method)("/.well-known/change-password")

    assert (response.status_code, response.location) == (302, "/profile#password")


@pytest.mark.parametrize(
    "path", ["/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200", "/.well-known/x.txt"]
)
def test_what_is_not_well_known_is_not_there(client, built, path):
    """Else nobody could rely on what is: the page answers for every other path."""
    assert_problem(get(client, path), 404, "not_found")


@pytest.mark.skipif(not frontend.DIST.exists(), reason="the page is not built")
def test_a_first_visit_takes_at_most_120_kb(client):
    page = get(client, "/")
    files = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text))
    assert files

    sent = [get(client, path, **{"Accept-Encoding": "br"}) for path in ("/", *files)]

    assert sum(len(answer.data) for answer in sent) <= 120_000


def test_the_page_is_asked_after_each_time_and_not_sent_again_where_it_is_the_same(client, built):
    response = get(client, "/")

    assert "no-cache" in response.headers["Cache-Control"]
    assert get(client, "/profile", **{"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_an_asset_is_kept_for_a_year(client, built):
    response = get(client, "/assets/index-1f.js")

    assert response.mimetype == "text/javascript"
    assert "max-age=31536000" in response.headers["Cache-Control"]
    assert "immutable" in response.headers["Cache-Control"]


def test_other_files_are_served_as_what_they_are(client, built):
    response = get(client, "/favicon.svg")

    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")


@pytest.mark.parametrize("path", ["/", "/staff/users/7", "/favicon.svg", "/assets/index-1f.js"])
def test_a_part_of_a_page_or_a_file_may_be_asked_for(client, built, path):
    whole = get(client, path).data

    part = get(client, path, Range="bytes=2-4")

    assert (part.status_code, part.data) == (206, whole[2:5])
    assert part.headers["Content-Range"] == f"bytes 2-4/{len(whole)}"
    assert client.head(path, buffered=True).headers["Content-Length"] == str(len(whole))


@pytest.mark.parametrize("wanted", ["bytes=9000-", "bytes=0-1,3-4", "bytes=4-2"])
@pytest.mark.parametrize("path", ["/", "/favicon.svg", "/assets/index-1f.js"])
def test_a_part_that_there_is_not_is_no_crash(client, built, path, wanted):
    answer = get(client, path, Range=wanted)

    if answer.status_code != 200:  # as where the header is not understood
        assert_problem(answer, 416, "requested_range_not_satisfiable")


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip", "gzip", b"gzip"),
        ("br;q=0, gzip;q=0.5", "gzip", b"gzip"),
        ("identity", None, b"export {}"),
        ("", None, b"export {}"),
    ],
)
def test_a_file_is_sent_as_the_client_takes_it(client, built, accepted, encoding, body):
    (built / "assets" / "index-1f.js.br").write_bytes(b"brotli")
    (built / "assets" / "index-1f.js.gz").write_bytes(b"gzip")

    response = get(client, "/assets/index-1f.js", **{"Accept-Encoding": accepted})

    assert (response.data, response.headers.get("Content-Encoding")) == (body, encoding)
    assert (response.mimetype, response.headers["Vary"]) == ("text/javascript", "Accept-Encoding")


def test_a_packed_file_has_an_etag_of_its_own(client, built):
    (built / "docs" / "index.html.br").write_bytes(b"brotli")

    plain, small = get(client, "/api/docs"), get(client, "/api/docs", **{"Accept-Encoding": "br"})

    assert plain.headers["ETag"] != small.headers["ETag"]
    again = get(client, "/api/docs", **{"Accept-Encoding": "br", "If-None-Match": small.headers["ETag"]})
    assert (again.status_code, again.headers["Vary"]) == (304, "Accept-Encoding")


def test_a_part_of_a_file_is_a_part_of_the_plain_one(client, built):
    (built / "assets" / "index-1f.js.br").write_bytes(b"brotli")

    response = get(client, "/assets/index-1f.js", **{"Accept-Encoding": "br", "Range": "bytes=0-5"})

    assert (response.status_code, response.data, response.headers.get("Content-Encoding")) == (206, b"export", None)


@pytest.mark.parametrize("path", ["/nothing.txt", "/humans.txt", "/assets/nothing.js", "/assets/", "/docs/nothing.css"])
def test_a_file_that_is_not_there_is_not_found(client, built, path):
    assert_problem(get(client, path), 404, "not_found")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/nothing.json", "/oauth/nothing", "/metrics/x"])
def test_a_path_of_the_api_that_is_not_there_is_a_problem_and_no_page(client, built, path):
    assert_problem(get(client, path), 404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/../hidden.txt",
        "/..%2fhidden.txt",
        "/%2e%2e/hidden.txt",
        "/assets/../../hidden.txt",
        "/assets/..%2f..%2fhidden.txt",
        "/assets/%2e%2e/%2e%2e/hidden.txt",
        "/..\\hidden.txt",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/hidden.txt%00.svg",
        "/%00.txt",
        "/assets/%00",
    ],
)
def test_nothing_outside_the_frontend_is_served(client, built, path):
    response = get(client, path)

    assert "hidden" not in response.text
    assert "root:" not in response.text
    assert response.status_code in (308, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written_to_a_page(client, built, method):
    assert client.open("/orders", method=method).status_code in (404, 405)


def test_a_page_can_be_asked_for_without_its_text(client, built):
    response = client.head("/profile", buffered=True)

    assert (response.status_code, response.text) == (200, "")


def test_a_frontend_that_is_not_built_says_what_to_do(client, tmp_path, monkeypatch):
    monkeypatch.setattr(frontend, "DIST", tmp_path)

    body = assert_problem(get(client, "/"), 503, "frontend_not_built")

    assert "make install" in body["detail"]
    assert_problem(get(client, "/api/docs"), 503, "frontend_not_built")
    assert get(client, "/api/providers").status_code == 200
