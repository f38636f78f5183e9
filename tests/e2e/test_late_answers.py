"""Answers and pictures that come late: what is on the page already stays where it is."""

import re

import pytest
from playwright.sync_api import Route

from tests.e2e.filled import fill
from tests.e2e.paint import OBSERVED
from tests.e2e.shop import Shop

pytestmark = [pytest.mark.projects("phone"), pytest.mark.own_kiosk]

LATE = 400  # ms: after all that is not held back
MOST_SHIFT = 0.001

NO_INPUT = "new Promise((resolve) => setTimeout(resolve, 600)).then(() => paint.shift)"
"""A shift counts but for the half second after an input."""


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
    shop: Shop, back_office: Shop, own_url: str, path: str, late: str
) -> None:
    fill(back_office, own_url)
    shop.page.add_init_script(OBSERVED)

    def hold_back(route: Route) -> None:
        shop.page.wait_for_timeout(LATE)
        route.continue_()

    shop.page.route(re.compile(re.escape(late)), hold_back)
    shop.go_to(path)
    shop.see_loaded()

    assert shop.page.evaluate(NO_INPUT) < MOST_SHIFT
