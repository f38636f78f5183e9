"""Answers and pictures that come late: what is on the page already stays where it is."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.filled import fill
from tests.e2e.paint import OBSERVED
from tests.e2e.shop import Shop

pytestmark = [pytest.mark.projects("phone"), pytest.mark.own_kiosk]

MOST_SHIFT = 0.001

STILL = """new Promise((done) => {
  let [before, frames] = ["", 0];
  const look = () => {
    frames = document.body.innerHTML === before ? frames + 1 : 0;
    before = document.body.innerHTML;
    if (frames < 20) requestAnimationFrame(look);
    else done();
  };
  look();
})"""
"""The page shows all that it will show by what it has: twenty frames are alike."""

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
    held_back = list[Route]()

    def hold_back(route: Route) -> None:
        held_back.append(route)

    shop.page.route(re.compile(re.escape(late)), hold_back)
    shop.page.goto(path, wait_until="commit")
    expect(shop.page.get_by_role("heading", level=1)).to_be_visible()
    shop.wait_until(lambda: 0 < len(held_back) == len(shop.under_way), f"all but {late}")
    shop.page.evaluate(STILL)
    for each in held_back:
        each.continue_()
    shop.see_loaded()

    assert shop.page.evaluate(NO_INPUT) < MOST_SHIFT
