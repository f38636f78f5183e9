"""Many who sign in at once, and one who comes back twice: nobody is turned away whom a moment's wait lets in."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from app import create_app, db
from app.auth.oauth import availability, providers
from app.models import Identity, OAuthRequest, OAuthReturn, User, UserSession
from app.runtime.db import utcnow
from simulators.identity.control import walk
from tests.attacks import came_of
from tests.integration.auth.oauth.acme import Journey, assert_refused
from tests.integration.conftest import browser, close
from tests.integration.factories import make_user
from tests.settings import settings

pytestmark = pytest.mark.any_database

SUBJECT_ALONE = ["name", "preferred_username", "email", "email_verified", "picture"]


@pytest.fixture
def shop(own_database, identity_simulator):
    """An application on a database of its own, whose provider is the simulator."""
    app = create_app(settings(own_database, identity=identity_simulator.url, TESTING=True))
    yield app
    close(app)


@pytest.fixture
def crowd(shop, identity_simulator):
    """`crowd(number)`: browsers of so many people, each with the callback that it is about to be sent to."""

    def gather(number):
        names = [f"person-{each}" for each in range(number)]
        identity_simulator.replace_people([{"sub": name, "username": name, "name": name} for name in names])
        with httpx.Client(trust_env=False, timeout=10, verify=False) as pages:
            return [one(browser(shop), pages, name) for name in names]

    def one(client, pages, name):
        back = urlsplit(walk(pages, client.get("/oauth/login/acme").location, name))
        return client, f"{back.path}?{back.query}"

    return gather


def at_once(arrived):
    """Where all who arrived are sent, having come at the same moment."""
    gate = threading.Barrier(len(arrived))

    def come(client, callback):
        gate.wait()
        return client.get(callback).location

    with ThreadPoolExecutor(len(arrived)) as threads:
        return list(threads.map(come, *zip(*arrived, strict=True)))


@pytest.mark.every_database
def test_eight_new_people_of_whom_nothing_is_known_sign_in_at_once(shop, crowd, identity_simulator):
    arrived = crowd(8)
    identity_simulator.fault("userinfo", remove=SUBJECT_ALONE)

    assert at_once(arrived) == ["/"] * 8

    with shop.app_context():
        names = {user.username for user in User.query}
    assert len(names) == 8
    assert all(name.startswith("user") for name in names)
    assert {client.get("/api/profile").get_json()["username"] for client, _ in arrived} == names


def test_twelve_wait_in_line_for_a_provider_that_takes_its_time(shop, crowd, identity_simulator):
    arrived = crowd(12)
    identity_simulator.fault("token", delay=0.5)

    assert at_once(arrived) == ["/"] * 12

    assert [client.get("/api/profile").status_code for client, _ in arrived] == [200] * 12
    assert identity_simulator.count("token") == 12


@pytest.mark.every_database
def test_twelve_begin_at_once_at_a_provider_that_takes_its_time(shop, identity_simulator):
    identity_simulator.fault("discovery", delay=0.5)

    locations = at_once([(browser(shop), "/oauth/login/acme")] * 12)

    assert {urlsplit(location).path for location in locations} == {"/authorize"}
    assert identity_simulator.count("discovery") == 1


# ---------------------------------------------------------------- a line that is full


def good_states(app):
    with app.app_context():
        count = OAuthRequest.query.count()
        db.session.rollback()
        return count


@pytest.fixture
def narrow(monkeypatch, shop, identity_simulator):
    """A shop where one sign-in at a time may wait for the provider, and another one in line."""
    monkeypatch.setattr(availability, "AT_ONCE", 1)
    monkeypatch.setattr(availability, "IN_LINE", 1)
    with shop.app_context():
        providers.configure(shop, shop.extensions["settings"])
    return shop


@pytest.mark.attack
def test_whoever_finds_the_line_full_keeps_a_state_that_is_good(narrow, crowd, identity_simulator):
    arrived = crowd(3)
    identity_simulator.fault("token", delay=3, times=1)

    locations = at_once(arrived)

    refused = [where for where in locations if where != "/"]
    came_of(str(refused), str(["/sign-in?error=oauth_unavailable"]))
    [(client, callback)] = [each for each, where in zip(arrived, locations, strict=True) if where != "/"]
    assert client.get(callback).location == "/"
    assert client.get("/api/profile").status_code == 200


@pytest.mark.attack
def test_nobody_stands_in_line_for_a_provider_that_hangs(narrow, crowd, identity_simulator, monkeypatch):
    arrived = crowd(3)
    monkeypatch.setattr("app.runtime.outbound.TIMEOUT", httpx.Timeout(2))
    identity_simulator.hangs("token")

    assert at_once(arrived) == ["/sign-in?error=oauth_unavailable"] * 3

    came_of(f"{good_states(narrow)} states are still good", "2 states are still good")


def test_a_discovery_that_fails_costs_nobody_their_state(journey, client, app, acme):
    journey.leave()
    providers.configure(app, app.extensions["settings"])
    acme.faults["discovery"] = httpx.Response(503)
    assert_refused(journey.come_back(), "oauth_unavailable")
    acme.faults.clear()

    assert journey.come_back().location == "/"
    assert client.get("/api/profile").status_code == 200


# ---------------------------------------------------------------- two starts of one browser


@pytest.mark.every_database
def test_two_sign_ins_that_one_browser_begins_at_once_both_work(app, acme):
    first, second, one = browser(app), browser(app), browser(app)  # the same browser, before it had any answer
    journeys = [Journey(each, acme) for each in (first, second)]
    for journey in journeys:
        journey.leave()
        for cookie in journey.browser._cookies.values():  # noqa: SLF001 -- a jar of its own
            one.set_cookie(cookie.key, cookie.value)

    for journey in journeys:
        acme.nonce = journey.asked["nonce"]
        assert journey.come_back(one).location == "/"
        assert one.get("/api/profile").status_code == 200
        one.delete("/api/session")


def test_a_browser_gathers_no_cookies_by_beginning_again_and_again(journey, client):
    for _ in range(5):
        journey.leave()

    assert len([key for key in client._cookies if "oauth" in key[2]]) == 1  # noqa: SLF001 -- its jar


@pytest.mark.attack
def test_a_cookie_of_another_sign_in_of_nobody_lets_nobody_in(journey, app, acme):
    journey.leave()
    other = browser(app)
    other.set_cookie("kiosk-oauth-guessed", "guessed")
    other.set_cookie("kiosk-oauth", "")

    assert_refused(journey.come_back(other), "oauth_expired")


# ---------------------------------------------------------------- one callback, delivered twice


def test_a_callback_that_is_loaded_again_leads_to_the_same_page(journey, client, acme):
    journey.leave(next="/orders")
    journey.come_back()
    before = UserSession.query.one().id

    assert [journey.come_back().location for _ in range(3)] == ["/orders"] * 3

    assert client.get("/api/profile").status_code == 200
    assert UserSession.query.one().id == before
    assert acme.count("token") == 1


def test_a_link_that_is_loaded_again_leads_to_the_same_page(client, app, acme, signed_in):
    journey = Journey(signed_in(make_user("bob")), acme)
    journey.sign_in()

    assert journey.come_back().location == "/profile"


def test_a_callback_is_known_by_its_session_when_the_browsers_cookie_has_run_out(journey, client):
    journey.sign_in()
    for domain, path, name in [key for key in client._cookies if "oauth" in key[2]]:  # noqa: SLF001 -- its jar
        client.delete_cookie(name, domain=domain, path=path)

    assert journey.come_back().location == "/"


@pytest.mark.every_database
def test_callbacks_of_another_day_are_forgotten(journey, client):
    journey.sign_in()
    OAuthReturn.query.update({"created_at": utcnow() - timedelta(days=1, minutes=1)})
    db.session.commit()

    journey.leave()

    assert OAuthReturn.query.count() == 0


@pytest.mark.attack
def test_a_callback_that_was_used_leads_no_other_browser_anywhere(journey, app, acme):
    journey.leave(next="/orders/7")
    journey.come_back()
    other = browser(app)
    Journey(other, acme).leave()

    response = journey.come_back(other)

    came_of(response.location, "/sign-in?error=oauth_expired")
    assert other.get("/api/profile").status_code == 401


@pytest.mark.attack
def test_a_callback_that_was_used_leads_nobody_on_who_is_signed_in_otherwise(journey, client, signed_in):
    journey.leave(next="/orders/7")
    journey.come_back()
    client.set_cookie("kiosk", signed_in(make_user("mallory")).get_cookie("kiosk").value)

    response = journey.come_back()

    came_of(response.location, "/sign-in?error=oauth_expired")
    assert client.get("/api/profile").get_json()["username"] == "mallory"


@pytest.mark.attack
def test_a_callback_that_was_used_signs_nobody_in_who_has_lost_the_session(journey, client):
    journey.sign_in()
    client.delete_cookie("kiosk")

    response = journey.come_back()

    came_of(str([each for each in response.headers.getlist("Set-Cookie") if each.startswith("kiosk=")]), "[]")
    assert client.get("/api/profile").status_code == 401


@pytest.mark.attack
def test_a_callback_that_came_to_nothing_comes_to_nothing_again(journey, acme):
    journey.leave()
    acme.faults["token"] = httpx.Response(503)
    journey.come_back()
    acme.faults.clear()

    assert_refused(journey.come_back(), "oauth_expired")
    assert OAuthReturn.query.count() == 0


@pytest.mark.every_database
def test_a_callback_that_is_delivered_twice_at_once_signs_in_once(shop, crowd, identity_simulator):
    [(client, callback)] = crowd(1)
    identity_simulator.fault("token", delay=0.5)
    second = browser(shop)
    for cookie in client._cookies.values():  # noqa: SLF001 -- the same browser, before any answer
        second.set_cookie(cookie.key, cookie.value)

    assert at_once([(client, callback), (second, callback)]) == ["/", "/"]

    assert sorted(each.get("/api/profile").status_code for each in (client, second)) == [200, 401]
    assert identity_simulator.count("token") == 1
    with shop.app_context():
        assert (User.query.count(), UserSession.query.count(), Identity.query.count()) == (1, 1, 1)


@pytest.mark.every_database
@pytest.mark.attack
def test_a_callback_delivered_many_times_at_once_holds_few_threads(shop, crowd, identity_simulator):
    """Each delivery that waits for the first one holds a thread of the server."""
    [(client, callback)] = crowd(1)
    identity_simulator.fault("token", delay=3)
    copies = [browser(shop) for _ in range(12)]
    for copy in copies:
        for cookie in client._cookies.values():  # noqa: SLF001 -- the same browser
            copy.set_cookie(cookie.key, cookie.value)

    locations = at_once([(copy, callback) for copy in copies])

    expired = locations.count("/sign-in?error=oauth_expired")
    came_of(f"{locations.count('/')} let on, {expired} refused", "5 let on, 7 refused")
    with shop.app_context():
        assert UserSession.query.count() == 1
