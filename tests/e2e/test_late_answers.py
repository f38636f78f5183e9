"""Answers and pictures that come late: what is on the page already stays where it is."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.e2e.conftest import given_url, kiosk
from tests.e2e.filled import fill
from tests.e2e.paint import OBSERVED
from tests.e2e.shop import Shop

pytestmark = pytest.mark.projects("phone")

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
