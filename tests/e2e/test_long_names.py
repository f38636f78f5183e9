"""Names of 82 letters, wherever a name stands: no page is wider than its screen, and none of them is cut off."""

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.e2e.shop import Shop
from tests.e2e.test_pages import FOR_STAFF, FOR_VISITORS

CUSTOMER, STAFF = "Ada Lovelace", "Grace Hopper"
ITEM = "Garden tea"  # feature: shop
WIDTHS = (320, 390, 640, 1280)
"""CSS pixels. 640 is what a window of 1280 has at a zoom of 200 %."""

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaften"
NAMES = {"name", "username", "category", "label", "title", "device", "contact", "delivery", "note", "words"}
"""Fields of the API that hold what a person or the owner has named."""

FIRST = re.compile(r'(<script id=first type="application/json">)(.*?)(</script>)', re.DOTALL)

CUT_OFF = """(word) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const wrong = [];
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    if (!texts.currentNode.data.includes(word) || !parent.checkVisibility()) continue;
    if (parent.closest(".sr-only, option, textarea, script, [title]")) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    for (const { left, right } of range.getClientRects()) {
      let box = parent;
      while (box && getComputedStyle(box).overflowX === "visible") box = box.parentElement;
      const edge = box ? box.getBoundingClientRect() : { left: 0, right: innerWidth };
      if (left < Math.max(0, edge.left) - 1 || right > Math.min(innerWidth, edge.right) + 1) {
        wrong.push(parent.outerHTML.slice(0, 200));
        break;
      }
    }
  }
  return wrong;
}"""
"""What of a page holds the word, and shows it beside the screen, or outside of the box that clips it; a title tells."""


# feature: shop {
WIDE = f"""    {LONG} {LONG}

```
{LONG} {LONG}
```

| a | b | c | d | e | f | g | h |
| - | - | - | - | - | - | - | - |
| one | two | three | four | five | six | seven | eight |
"""
"""Markdown: lines of code, and a table of many columns."""

# }


def lengthened(value: Any, field: str = "") -> Any:
    if isinstance(value, dict):
        return {name: lengthened(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [lengthened(each, field) for each in value]
    return LONG if field in NAMES and isinstance(value, str) and value else value


def lengthen(route: Route) -> None:
    """What the server answers, with long names. So no other test meets them in the shop that all of them share."""
    answer = route.fetch()
    kind = answer.headers.get("content-type", "")
    if answer.ok and kind.startswith("application/json"):
        route.fulfill(response=answer, body=json.dumps(lengthened(answer.json())))
    elif answer.ok and kind.startswith("text/html"):
        body = FIRST.sub(lambda told: told[1] + json.dumps(lengthened(json.loads(told[2]))) + told[3], answer.text())
        if "/pay/" in route.request.url:  # feature: shop
            body = names_to_pay(body)  # feature: shop
        route.fulfill(response=answer, body=body)
    else:
        route.fulfill(response=answer)


def fill_basket(page: Page) -> None:
    basket = json.dumps({"owner": None, "lines": [{"item_id": 1, "quantity": 1}], "key": "", "note": ""})
    page.goto("/sign-in")
    page.evaluate("basket => localStorage.setItem('kiosk.basket', basket)", basket)


def place_order(page: Page) -> tuple[str, str]:
    """By the one who is signed in; the path of its page, and the address where it is paid."""
    page.goto("/profile")
    headers = {"Idempotency-Key": secrets.token_hex(8), "Origin": page.evaluate("location.origin")}
    order = page.request.post("/api/orders", data={"lines": [{"item_id": 1, "quantity": 1}]}, headers=headers)
    assert order.ok, order.text()
    return f"/orders/{order.json()['id']}", order.json()["checkout_url"]


@pytest.fixture(params=["en-GB", "de-DE"])
def reader(request: pytest.FixtureRequest, page_in: Callable[[str], Page]) -> Shop:
    """Kiosk in a browser of this language."""
    return Shop(page_in(request.param))


# feature: shop {
def page_of_owner(shop: Shop) -> str:
    """Its path, which no other test has."""
    shop.page.goto("/profile")
    headers = {"Origin": shop.page.evaluate("location.origin")}
    slug = f"wide-{secrets.token_hex(4)}"
    written = shop.page.request.put(f"/api/pages/{slug}", data={"title": "Wide", "text": WIDE}, headers=headers)
    assert written.ok, written.text()
    return f"/pages/{slug}"


def delete_page(shop: Shop, path: str) -> None:
    deleted = shop.page.request.delete(f"/api{path}", headers={"Origin": shop.page.evaluate("location.origin")})
    assert deleted.ok, deleted.text()


def names_to_pay(html: str) -> str:
    """The payment page has no API: the shop's name, and the item's."""
    return html.replace("Kiosk", LONG).replace(ITEM, LONG)


# }
def see_names_fit(shop: Shop, paths: list[str]) -> None:
    shop.page.route(re.compile(r"//[^/]+(?!/(assets|pictures)/)"), lengthen)
    wrong, seen = [], 0
    for path in paths:
        shop.go_to(path)
        shop.see_loaded()
        shop.see_all_come()
        seen += shop.page.get_by_text(LONG).count()
        for width in WIDTHS:
            shop.page.set_viewport_size({"width": width, "height": 900})
            wide = shop.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            cut_off = shop.page.evaluate(CUT_OFF, LONG[:12])
            wrong += [f"{path} at {width} pixels: {wide} too wide, {cut_off}"] if wide > 0 or cut_off else []
    assert wrong == []
    assert seen > 0, "no name was long"


@pytest.mark.projects("desktop")
def test_long_names_fit_every_page_before_signing_in(reader: Shop) -> None:
    paths = list(FOR_VISITORS)
    fill_basket(reader.page)  # feature: shop
    see_names_fit(reader, paths)


# feature: shop {
@pytest.mark.projects("desktop")
def test_long_names_fit_the_pages_of_a_customer(reader: Shop) -> None:
    reader.come_signed_in_as(CUSTOMER)
    order, checkout = place_order(reader.page)

    see_names_fit(reader, ["/profile", "/orders", "/basket", order, checkout])


# }
@pytest.mark.projects("desktop")
def test_long_names_fit_the_pages_of_staff(reader: Shop) -> None:
    reader.come_signed_in_as(STAFF)
    paths = list(FOR_STAFF)
    paths += [place_order(reader.page)[0], written := page_of_owner(reader)]  # feature: shop

    see_names_fit(reader, paths)
    delete_page(reader, written)  # feature: shop
