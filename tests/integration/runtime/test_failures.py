"""When something breaks on our side: what the caller learns, and what stays as it was."""

import pytest
import sqlalchemy as sa

from app import create_app
from app.models import User
from app.runtime import deadline
from app.runtime.db import db
from app.web.api import Access, Api
from app.web.overload import QUEUE_SECONDS
from tests.integration.accounts import assert_problem
from tests.integration.conftest import close
from tests.integration.factories import make_user
from tests.settings import settings

AWAY = ["postgresql://kiosk:hush-hush@127.0.0.1:9/kiosk", "sqlite:////nowhere/at/all/kiosk.db"]


@pytest.fixture
def breaking(own_app):
    """An application with a route that writes, and then breaks or refuses."""
    routes = Api("breaking")

    @routes.post("/api/break", access=Access.ALL)
    def break_down() -> User:
        make_user_uncommitted()
        raise LookupError("secret-in-an-exception")

    @routes.post("/api/break-late", access=Access.ALL)
    async def break_late() -> User:
        make_user_uncommitted()
        raise LookupError("secret-in-an-exception")

    routes.init_app(own_app)
    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    return own_app


def make_user_uncommitted():
    db.session.add(User(username="half-made"))
    db.session.flush()


@pytest.mark.parametrize("path", ["/api/break", "/api/break-late"])
def test_a_bug_is_a_500_that_tells_nothing_and_leaves_nothing(breaking, path):
    response = breaking.test_client().post(path)

    body = assert_problem(response, 500, "internal_server_error")
    assert "secret" not in response.text
    assert "LookupError" not in response.text
    assert "request id" in body["detail"]
    assert response.headers["X-Request-ID"]
    assert "Content-Security-Policy" in response.headers
    with breaking.app_context():
        assert User.query.count() == 0


def test_the_request_after_a_bug_goes_well(breaking):
    client = breaking.test_client()
    client.post("/api/break")

    assert client.get("/api/providers").status_code == 200


@pytest.fixture(params=AWAY, ids=["postgresql", "sqlite"])
def without_database(request):
    app = create_app(settings(request.param, TESTING=True))
    yield app
    close(app)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/login"), ("GET", "/api/profile"), ("GET", "/api/profile/sessions")],
)
def test_without_a_database_the_caller_may_try_again(without_database, method, path):
    client = without_database.test_client()
    client.set_cookie("kiosk", "x")
    credentials = {"username": "ada", "password": "p"} if method == "POST" else None
    headers = {"Sec-Fetch-Site": "same-origin"}

    response = client.open(path, method=method, json=credentials, headers=headers)

    assert_problem(response, 503, "database_unavailable")
    assert int(response.headers["Retry-After"]) > 0
    for inner in ("hush-hush", "nowhere", "127.0.0.1", "sqlalche"):
        assert inner not in response.text


def test_without_a_database_a_sign_in_at_a_provider_is_no_crash(without_database):
    assert without_database.test_client().get("/oauth/callback/acme?state=x&code=y").status_code == 503


def test_without_a_database_the_process_lives_and_is_not_ready(without_database):
    client = without_database.test_client()

    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert_problem(client.get("/readyz"), 503, "not_ready")


def test_a_full_disk_is_told_and_what_is_there_can_still_be_read(own_app):
    with own_app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL has its own disk, and tells of it by an OperationalError too")
        someone = make_user("ada").id
        pages = db.session.scalar(sa.text("PRAGMA page_count"))
        db.session.commit()
        db.engine.dispose()
        sa.event.listen(db.engine, "connect", lambda made, _: made.execute(f"PRAGMA max_page_count = {pages}"))
    client = own_app.test_client()

    def register(number):
        new = {"username": f"bob-{number}", "email": f"bob-{number}@example.com", "password": "long enough it is"}
        return client.post("/api/register", json=new)

    refused = next(answer for answer in map(register, range(500)) if answer.status_code != 201)

    assert_problem(refused, 503, "database_unavailable")
    assert refused.headers["Retry-After"]
    assert client.get("/readyz").status_code == 200
    with own_app.app_context():
        assert db.session.get(User, someone)


def test_a_request_that_waited_too_long_for_a_thread_is_told_to_come_back(client):
    queued = deadline.queued.set(QUEUE_SECONDS)

    answer = client.get("/api/providers")

    deadline.queued.reset(queued)
    assert_problem(answer, 503, "overloaded")
    assert answer.headers["Retry-After"]
    assert client.get("/api/providers").status_code == 200


def test_with_a_database_of_this_release_it_is_ready(client):
    assert client.get("/readyz").get_json()["status"] == "ok"


def test_with_a_database_of_an_earlier_release_it_is_not_ready_and_says_what_to_do(app, client):
    db.session.execute(db.text("UPDATE alembic_version SET version_num = '0002'"))
    db.session.commit()

    body = assert_problem(client.get("/readyz"), 503, "not_ready")

    assert "kiosk db upgrade" in body["detail"]


def test_what_a_request_wrote_before_it_was_refused_is_not_kept(own_app):
    routes = Api("refusing")

    @routes.post("/api/refuse", access=Access.ALL)
    def refuse() -> User:
        make_user_uncommitted()
        from app.runtime.errors import Conflict

        raise Conflict

    routes.init_app(own_app)

    assert_problem(own_app.test_client().post("/api/refuse"), 409, "conflict")
    with own_app.app_context():
        assert User.query.count() == 0
        assert make_user().id
