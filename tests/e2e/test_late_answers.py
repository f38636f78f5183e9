"""Answers and pictures that come late: what is on the page already stays where it is."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Route

from tests.e2e.conftest import given_url, kiosk
from tests.e2e.paint import OBSERVED
from tests.e2e.shop import Shop

pytestmark = pytest.mark.projects("phone")

STAFF = "Grace Hopper"
LATE = 400  # ms: after all that is not held back
MOST_SHIFT = 0.001

NO_INPUT = "new Promise((resolve) => setTimeout(resolve, 600)).then(() => paint.shift)"
"""A shift counts but for the half second after an input."""


@pytest.fixture(scope="module")
def filled_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """A Kiosk of its own, with categories and a page: the one that the other tests share keeps its items."""
    if given_url(pytestconfig):
        pytest.skip("a deployed shop keeps its items")
    with kiosk() as url:
        yield url


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], filled_url: str) -> dict[str, Any]:
    return {**browser_context_args, "base_url": filled_url}


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


@pytest.mark.parametrize(
    ("path", "late"),
    [
        ("/sign-in", "/api/providers"),
        ("/", "/api/categories"),
        ("/", "/api/items"),
        ("/?category=Tee", "/api/categories"),
        ("/?category=Tee", "/api/items"),
        ("/pages/about", "/pictures/"),
    ],
)
def test_nothing_moves_when_the_last_of_a_page_comes(
    shop: Shop, back_office: Shop, filled_url: str, path: str, late: str
) -> None:
    fill(back_office, filled_url)
    shop.page.add_init_script(OBSERVED)

    def hold_back(route: Route) -> None:
        shop.page.wait_for_timeout(LATE)
        route.continue_()

    shop.page.route(re.compile(re.escape(late)), hold_back)
    shop.go_to(path)
    shop.see_loaded()

    assert shop.page.evaluate(NO_INPUT) < MOST_SHIFT
