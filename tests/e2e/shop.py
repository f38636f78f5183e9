"""What people do in the shop, one method each, so that a journey reads as a story."""

import base64  # feature: totp
import csv  # feature: shop
import html
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime  # feature: totp
from pathlib import Path
from typing import (
    Literal,
    NamedTuple,  # feature: shop
)
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page, Request, expect

from app.auth.totp import codes  # feature: totp
from tests.processes import wait_for

ACCEPTED, DECLINED, REFUND_FAILS = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 5126"  # feature: shop
LOOKS = 30  # a second apart
MOST_TABS = 80  # further away than this nobody finds a button by keyboard


OUT_OF_REACH = """() => {
  const reached = (part) => {
    part.scrollIntoView({ block: "center", behavior: "instant" });
    const { x, y, width, height } = part.getClientRects()[0];
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return [part, ...(part.labels ?? [])].some((each) => each.contains(top));
  };
  return [...document.querySelectorAll("a, button, input, select, textarea, summary")]
    .filter((part) => part.checkVisibility() && !part.matches(".skip, :disabled") && !reached(part))
    .map((part) => part.outerHTML.slice(0, 200));
}"""
"""What can be used on a page, and lies under something else or beside the screen; the skip link waits for its key."""


FOCUS_UNSEEN = """() => {
  const part = document.activeElement;
  if (!part || part === document.body) return "";
  const { x, y, width, height } = part.getBoundingClientRect();
  const isOutlined = [getComputedStyle(part), getComputedStyle(part, "::after")].some(
    ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
  );
  const isOnScreen = x + width > 0 && y + height > 0 && x < innerWidth && y < innerHeight;
  return isOutlined && isOnScreen ? "" : part.outerHTML.slice(0, 200);
}"""
"""What has the focus without an outline or beside the screen; nothing where it can be seen."""


AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES: dict[Literal["light", "dark"], dict[str, object]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},  # the rest is as it was
}
VIOLATIONS = """(options) =>
  axe.run(document, { ...options, resultTypes: ["violations"] }).then((all) => all.violations)"""


# feature: shop {
class SetUpWords(NamedTuple):
    """What stands on the page where an owner sets the shop up, and on the page for a page of theirs."""

    form: str = "Settings"
    name: str = "Name"
    contact: str = "Contact"
    primary: str = "Head and links"
    accent: str = "Awning and price tags"
    upload: str = "Upload a picture"
    delivery: str = "Pick-up or delivery"
    time_zone: str = "Time zone"
    save: str = "Save"
    saved: str = "Saved."
    write: str = "Write"
    text: str = "Text"


class CatalogueWords(NamedTuple):
    """What stands above the items."""

    categories: str = "Categories"
    order: str = "Order of the items"


class PaymentWords(NamedTuple):
    """What stands on the payment page."""

    number: str = "Card number"
    expires: str = "Expires"
    cvc: str = "CVC"
    pay: str = r"^Pay\b.*\d"
    cancel: str = "Cancel and go back"
    country: str = "Country"
    code: str = "Promotion code"
    update: str = "Update the total"


class RefundWords(NamedTuple):
    """What stands on a page where money goes back."""

    opens: str = "Refund"
    amount: str = "Amount in"
    restock: str = "Put what was sold back"
    asks: str = "Send money back"
    confirms: str = "Send it back"


# }
class Shop:
    """Kiosk in one browser. `order` is the number of the order that was looked at last."""

    refund_words = RefundWords()  # feature: shop
    set_up_words = SetUpWords()  # feature: shop
    payment_words = PaymentWords()  # feature: shop
    catalogue_words = CatalogueWords()  # feature: shop

    def __init__(self, page: Page) -> None:
        self.page = page
        self.order = ""
        self.under_way = set[Request]()
        page.on("request", self._begins)
        page.on("requestfinished", self._ends)
        page.on("requestfailed", self._ends)

    def _begins(self, request: Request) -> None:
        self.under_way.add(request)

    def _ends(self, request: Request) -> None:
        self.under_way.discard(request)

    def go_to(self, path: str = "/") -> None:
        self.page.goto(path)

    # Signing in and out

    def sign_in_as(self, name: str) -> None:
        self.go_to("/sign-in")
        self.continue_as(name)

    def come_signed_in_as(self, name: str) -> None:
        """For a story that begins later: the same requests as of `sign_in_as`, and no page is drawn for them."""
        http = self.page.request
        provider = http.get("/api/providers").json()[0]
        choice = http.get(provider["url"])
        people, _, _ = choice.text().partition(f"Continue as {name}")
        person = re.findall(r'name="person" value="([^"]+)"', people)[-1]
        action = html.unescape(re.findall(r'method="post" action="([^"]+)"', people)[-1])
        signed_in = http.post(urljoin(choice.url, action), form={"person": person})
        assert signed_in.ok, signed_in.text()

    def make_account(self, password: str) -> str:
        """Of somebody new, for a story that begins later. Their username."""
        username = f"visitor-{secrets.token_hex(4)}"
        account = {"username": username, "email": f"{username}@example.com", "password": password}
        answer = self.page.request.post("/api/register", data=account)
        assert answer.ok, answer.text()
        return username

    def come_as_somebody_new(self, password: str) -> str:
        """Signed in to an account that no other story uses. Its username."""
        username = self.make_account(password)
        self.go_to("/")
        origin = {"Origin": self.page.evaluate("location.origin")}
        data = {"username": username, "password": password}
        answer = self.page.request.post("/api/session", data=data, headers=origin)
        assert answer.ok, answer.text()
        return username

    def continue_as(self, name: str) -> None:
        """From the sign-in page over the provider's page and back."""
        self.sign_in_at_the_provider(name)
        self.see_signed_in(name)

    def sign_in_at_the_provider(self, name: str) -> None:
        """From the sign-in page; where it leads is left to what was begun there."""
        self.page.get_by_role("link", name=re.compile("^Continue with")).first.click()
        self.page.get_by_role("button", name=f"Continue as {name}").click()

    def register(self, username: str, password: str) -> None:
        self.go_to("/register")
        self.fill_in_account(username, password)

    def fill_in_account(self, username: str, password: str) -> None:
        # The page to sign in, which stays until this one has come, asks for a username too.
        expect(self.page.get_by_role("heading", name="Make an account")).to_be_visible()
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Email").fill(f"{username}@example.com")
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Make an account").click()

    def sign_in_with_password(self, username: str, password: str) -> None:
        self.go_to("/sign-in")
        self.fill_in_password(username, password)

    def fill_in_password(self, username: str, password: str) -> None:
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def sign_out(self) -> None:
        self.go_to("/profile")
        self.page.get_by_role("button", name="Sign out").click()
        self.see_signed_out()

    def verify_address(self) -> None:
        """Behind the link of the mail; what merely opens it, as scanners of mails do, has verified nothing."""
        button = self.page.get_by_role("button", name="Yes, this is my address")
        expect(button).to_be_visible()
        assert not self.page.request.get("/api/profile").json()["email_verified"]
        button.click()
        expect(self.page.get_by_role("status").filter(has_text="It is verified")).to_be_visible()

    def forget_password(self, email: str) -> None:
        self.go_to("/sign-in")
        self.page.get_by_role("link", name="Forgot your password?").click()
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_role("button", name="Send the link").click()
        expect(self.page.get_by_role("heading", name="Look into your mails")).to_be_visible()

    def set_password(self, password: str) -> None:
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Set the password").click()
        expect(self.page.get_by_role("heading", name="Your password is set")).to_be_visible()

    def see_signed_in(self, name: str) -> None:
        expect(self.page.get_by_role("link", name=f"Profile of {name}")).to_be_visible()

    def see_signed_out(self) -> None:
        expect(self.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()

    # One's own account

    def see_time_zone_kept(self, zone: str) -> None:
        """The browser tells it by itself."""
        wait_for(lambda: self.page.request.get("/api/profile").json()["time_zone"] == zone, f"{zone} to be kept")

    def link_account_of(self, name: str) -> None:
        """At the provider, as `name`."""
        self.go_to("/profile")
        self.section("Accounts elsewhere").get_by_role("button", name=re.compile("^Link")).click()
        self.page.get_by_role("button", name=f"Continue as {name}").click()

    def see_linked(self) -> None:
        expect(self.section("Accounts elsewhere").get_by_role("button", name=re.compile("^Unlink"))).to_be_visible()

    def unlink_account(self) -> None:
        self.section("Accounts elsewhere").get_by_role("button", name=re.compile("^Unlink")).click()
        self.page.get_by_role("dialog").get_by_role("button", name="Unlink it").click()

    def see_nothing_linked(self) -> None:
        expect(self.section("Accounts elsewhere").get_by_role("button", name=re.compile("^Link"))).to_be_visible()

    def see_sessions(self, count: int) -> None:
        self.go_to("/profile")
        expect(self.section("Where you are signed in").get_by_role("listitem")).to_have_count(count)

    def sign_out_everywhere_else(self) -> None:
        self.section("Where you are signed in").get_by_role("button", name="Sign out everywhere else").click()
        expect(self.section("Where you are signed in").get_by_role("listitem")).to_have_count(1)

    def change_password(self, current: str, new: str) -> None:
        self.go_to("/profile")
        section = self.section("Password")
        section.get_by_label("Current password").fill(current)
        section.get_by_label("New password").fill(new)
        section.get_by_role("button", name="Change the password").click()
        expect(section.get_by_role("status")).to_contain_text("signed out everywhere else")

    def close_account(self) -> None:
        self.go_to("/profile")
        self.page.get_by_role("button", name="Close my account").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Close it").click()
        self.see_signed_out()

    def see_alert(self, words: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(words)

    def section(self, heading: str) -> Locator:
        return self.page.get_by_role("region", name=heading, exact=True)

    # feature: totp {
    # A second factor, and passkeys

    def set_up_app(self) -> list[str]:
        """On a phone that is up to date. The recovery codes that it gives."""
        self.go_to("/profile")
        section = self.section("Authenticator app")
        section.get_by_role("button", name="Set up an app").click()
        key = base64.b32decode(section.get_by_role("code").first.inner_text().replace(" ", ""))
        section.get_by_label("Code that the app shows").fill(codes.code_at(key, codes.step_at(datetime.now(UTC))))
        section.get_by_role("button", name="Turn it on").click()
        recovery = section.get_by_role("list", name="Recovery codes").get_by_role("listitem")
        expect(recovery).to_have_count(10)
        found = recovery.all_inner_texts()
        section.get_by_role("button", name="I have kept them").click()
        expect(section.get_by_text("10 recovery codes are left")).to_be_visible()
        return found

    def remove_app(self, password: str) -> None:
        self.go_to("/profile")
        self.section("Authenticator app").get_by_role("button", name="Remove the app").click()
        question = self.page.get_by_role("dialog")
        question.get_by_label("Your password").fill(password)
        question.get_by_role("button", name="Remove it").click()
        expect(self.section("Authenticator app").get_by_role("button", name="Set up an app")).to_be_visible()

    def give_code(self, code: str) -> None:
        self.page.get_by_label("Code").fill(code)
        self.page.get_by_role("button", name="Sign in").click()

    # }

    # feature: passkeys {
    def add_passkey(self, name: str) -> None:
        self.go_to("/profile")
        section = self.section("Passkeys")
        section.get_by_label("Name of the passkey").fill(name)
        section.get_by_role("button", name="Add a passkey").click()
        expect(section.get_by_role("listitem").filter(has_text=name)).to_be_visible()

    def remove_passkey(self, name: str) -> None:
        self.go_to("/profile")
        section = self.section("Passkeys")
        section.get_by_role("button", name=f"Remove {name}").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
        expect(section.get_by_role("listitem").filter(has_text=name)).to_have_count(0)

    def suggest_no_passkeys(self) -> None:
        """As a browser does that only asks for them when told to."""
        self.page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")

    def sign_in_by_passkey(self) -> None:
        self.go_to("/sign-in")
        self.page.get_by_role("button", name="Use a passkey").click()

    # }

    # feature: shop {
    # Choosing, buying and paying

    def choose_category(self, name: str) -> None:
        chips = self.page.get_by_role("navigation", name=self.catalogue_words.categories).get_by_role("link")
        chips.filter(has_text=name).click()
        expect(chips.and_(self.page.locator("[aria-current]"))).to_have_text(name)

    def sort_by(self, order: str) -> None:
        self.page.get_by_label(self.catalogue_words.order).select_option(label=order)

    def see_items(self, *names: str) -> None:
        """These and no others, in this order."""
        shelf = self.page.get_by_role("main").get_by_role("listitem").get_by_role("heading")
        expect(shelf).to_have_text(list(names))

    def buy(self, item: str, quantity: int = 1) -> None:
        """Leads to the payment page, or to the sign-in page for somebody who is not signed in."""
        self.go_to("/")
        card = self.page.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=item))
        card.get_by_label("Quantity").fill(str(quantity))
        card.get_by_role("button", name="Buy").click()

    def add_to_basket(self, item: str, quantity: int = 1) -> None:
        self.go_to("/")
        self.put_into_basket(item, quantity)

    def put_into_basket(self, item: str, quantity: int = 1) -> None:
        """On the catalogue as it is open, which is not loaded anew."""
        card = self.page.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=item))
        card.get_by_label("Quantity").fill(str(quantity))
        card.get_by_role("button", name=f"Add to basket {item}").click()
        expect(card.get_by_role("status").filter(has_text="in your basket")).to_be_visible()

    def see_basket_count(self, count: int) -> None:
        link = self.page.get_by_role("navigation", name="Main").get_by_role("link", name=f"Basket with {count}")
        expect(link).to_be_visible()

    def open_basket(self) -> None:
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name="Basket").click()
        expect(self.page.get_by_role("heading", name="Your basket")).to_be_visible()

    def see_waiting_order(self, lines: str) -> None:
        waiting = self.page.get_by_role("region", name=re.compile("waits for its payment"))
        expect(waiting.filter(has_text=lines).first).to_be_visible()

    def see_basket_total(self, amount: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text="Total")).to_contain_text(amount)

    def check_out(self) -> None:
        self.page.get_by_role("button", name="Check out").click()

    def pay(self, card: str = ACCEPTED) -> None:
        self.page.get_by_label(self.payment_words.number).fill(card)
        self.page.get_by_label(self.payment_words.expires).fill("12/40")
        self.page.get_by_label(self.payment_words.cvc).fill("123")
        self.pay_button().click()

    def pay_button(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile(self.payment_words.pay))

    def choose_on_payment_page(self, *, shipping: str, country: str, code: str) -> None:
        self.page.get_by_role("radio", name=shipping).check()
        self.page.get_by_label(self.payment_words.country).select_option(country)
        self.page.get_by_label(self.payment_words.code).fill(code)
        self.page.get_by_role("button", name=self.payment_words.update).click()

    def see_to_pay(self, amount: str) -> None:
        expect(self.pay_button()).to_contain_text(amount)

    def see_payment_error(self, words: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(words)

    def see_payment_declined(self) -> None:
        self.see_payment_error("declined")

    def cancel_payment(self) -> None:
        self.page.get_by_role("button", name=self.payment_words.cancel).click()

    def go_on_to_payment(self) -> None:
        self.page.get_by_role("link", name="Pay now").click()

    # Orders

    def open_order(self, order: str) -> None:
        self.go_to("/orders")
        self.page.get_by_role("link", name=exactly(order)).click()
        expect(self.page.get_by_role("heading", level=1, name=exactly(order))).to_be_visible()

    def cancel_order(self) -> None:
        self.page.get_by_role("button", name="Cancel this order").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Cancel the order").click()

    def see_nothing_to_pay(self) -> None:
        expect(self.page.get_by_role("link", name="Pay now")).to_have_count(0)
        expect(self.page.get_by_role("button", name="Pay now")).to_have_count(0)

    def see_refunded(self, amount: str) -> None:
        expect(self.page.get_by_role("row").filter(has_text="Refunded")).to_contain_text(amount)

    def see_order(self, status: Literal["Not paid yet", "Paid", "Handed over", "Cancelled", "Refunded"]) -> None:
        heading = self.page.get_by_role("heading", level=1, name=re.compile(r"^Order \S"))
        expect(heading).to_be_visible()
        self.order = heading.inner_text().removeprefix("Order ")
        expect(self.page.get_by_role("status").get_by_text(status, exact=True)).to_be_visible()

    def see_total(self, amount: str) -> None:
        self.see_receipt(Total=amount)

    def see_receipt(self, **amounts: str) -> None:
        """Rows of the receipt, by what they begin with."""
        for name, amount in amounts.items():
            row = self.page.get_by_role("row").filter(has_text=re.compile(rf"^{name}"))
            expect(row).to_contain_text(amount)

    def see_in_orders(self, order: str, status: str) -> None:
        self.go_to("/orders")
        row = self.page.get_by_role("listitem").filter(has=self.page.get_by_role("link", name=exactly(order)))
        expect(row.get_by_text(status, exact=True)).to_be_visible()

    # }

    # feature: todos {
    # Running the shop

    def see_one_todo_for(self, order: str, status: Literal["To do", "Done"]) -> None:
        self.go_to("/todos")
        todos = self.todos_for(order)
        expect(todos).to_have_count(1)
        expect(todos.get_by_text(status, exact=True)).to_be_visible()

    def hand_over(self, order: str) -> None:
        self.go_to("/todos")
        self.todos_for(order).get_by_role("link").click()
        self.page.get_by_role("button", name="Hand over").click()
        self.page.get_by_role("button", name="It is handed over").click()

    # }

    # feature: shop {
    def set_the_shop_up(
        self,
        name: str,
        contact: str,
        *,
        primary: str,
        accent: str,
        logo: bytes = b"",
        delivery: str = "",
        time_zone: str = "",
    ) -> None:
        words = self.set_up_words
        self.go_to("/staff/shop")
        form = self.page.get_by_role("form", name=words.form)
        form.get_by_label(words.name).fill(name)
        form.get_by_label(words.contact).fill(contact)
        form.get_by_label(words.primary).fill(primary)
        form.get_by_label(words.accent).fill(accent)
        if logo:
            self.choose_picture("logo.png", "image/png", logo)
            self.see_picture_chosen()
        if delivery:
            form.get_by_label(words.delivery).fill(delivery)
        if time_zone:
            form.get_by_label(words.time_zone).fill(time_zone)
        form.get_by_role("button", name=words.save).click()
        expect(form.get_by_role("status").filter(has_text=words.saved)).to_be_visible()

    def write_page(self, title: str, text: str) -> None:
        """One of those that most shops have, from the list of them."""
        words = self.set_up_words
        self.go_to("/staff/shop")
        self.page.get_by_role("link", name=f"{words.write} {title}").click()
        self.page.get_by_label(words.text).fill(text)
        self.page.get_by_role("button", name=words.save).click()
        expect(self.page.get_by_role("form", name=words.form)).to_be_visible()

    def delete_pages(self) -> None:
        """Those of the owner that an earlier story has left."""
        self.go_to("/")
        headers = {"Origin": self.page.evaluate("location.origin")}
        for page in self.page.request.get("/api/shop").json()["pages"]:
            assert self.page.request.delete(f"/api/pages/{page['slug']}", headers=headers).ok

    def begin_new_item(self, name: str, *, price: str, category: str = "") -> None:
        """Nothing is saved yet."""
        self.go_to("/staff/items/new")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Price in").fill(price)
        self.page.get_by_label("Category").fill(category)

    def put_into_category(self, item_id: int, category: str) -> None:
        self.go_to(f"/staff/items/{item_id}")
        self.page.get_by_label("Category").fill(category)
        self.save_item()

    def save_item(self) -> None:
        self.page.get_by_role("button", name="Save").click()
        expect(self.page).to_have_url(re.compile("/staff/items$"))

    def choose_picture(self, name: str, kind: str, file: bytes) -> None:
        """From this machine, to be uploaded."""
        upload = self.page.get_by_label(self.set_up_words.upload)
        upload.set_input_files({"name": name, "mimeType": kind, "buffer": file})

    def see_picture_chosen(self) -> str:
        """It is there, and stands in the form. Its address."""
        preview = self.page.locator("img.picture-preview")
        expect(preview).to_have_attribute("src", re.compile(r"^/pictures/[0-9a-f]{32}\.webp$"))
        return preview.get_attribute("src") or ""

    def see_look(self, name: str, primary: str) -> None:
        """Name and logo stand in the header, which has this colour, and the name in the title."""
        self.see_loaded()
        header = self.page.get_by_role("banner")
        expect(header).to_contain_text(name)
        assert self.page.evaluate("document.querySelector('header img.shop-logo')?.naturalWidth > 0"), "no logo"
        colour = self.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--head')")
        assert colour == primary
        assert name in self.page.title()

    def see_look_of_payment_page(self, name: str, primary: str, accent: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(name)
        self.see_loaded()
        assert self.page.evaluate("document.querySelector('img.logo')?.naturalWidth > 0"), "no logo"
        expect(self.page.get_by_role("region").first).to_have_css("background-color", as_rgb(primary))
        expect(self.pay_button()).to_have_css("background-color", as_rgb(accent))

    def see_page_of_owner(self, title: str, words: str) -> None:
        """Linked below each page of the shop."""
        self.page.get_by_role("contentinfo").get_by_role("link", name=title).click()
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()
        expect(self.page.get_by_role("main")).to_contain_text(words)

    def refund(self, amount: str = "", *, restock: bool = False) -> None:
        """On the page of an order: all that is left, or this much."""
        page, words = self.page, self.refund_words
        if not page.get_by_label(words.amount).is_visible():
            page.get_by_text(words.opens, exact=True).and_(page.locator("summary")).click()
        if amount:
            page.get_by_label(words.amount).fill(amount)
        page.get_by_label(words.restock).set_checked(restock)
        page.get_by_role("button", name=words.asks).click()
        page.get_by_role("dialog").get_by_role("button", name=words.confirms).click()

    def see_bought_by(self, *words: str) -> None:
        for each in words:
            expect(self.page.get_by_role("region", name="Bought by")).to_contain_text(each)

    def row_of_table(self, order: str) -> dict[str, str]:
        """Of the table for a spreadsheet."""
        answer = self.page.request.get("/api/orders.csv")
        return next(row for row in csv.DictReader(answer.text().splitlines()) if row["number"] == order)

    def see_sent_back(self, amount: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text="back.")).to_contain_text(amount)

    def see_in_history(self, words: str) -> None:
        history = self.page.get_by_role("region", name="History")
        expect(history.get_by_role("listitem").filter(has_text=words).first).to_be_visible()

    def see_finding(self, words: str, *, order: str = "") -> Locator:
        """What needs attention is found at the next look at the page, since nobody is told of it.

        `order` is the path of the order that it has to be about.
        """
        findings = self.page.get_by_role("list", name="Findings")
        found = findings.get_by_role("listitem").filter(has_text=words)
        found = found.filter(has=self.page.locator(f'a[href="{order}"]')) if order else found.first
        for _ in range(LOOKS):
            self.go_to("/staff/findings")
            self.see_loaded()
            if found.is_visible():
                return found
            self.page.wait_for_timeout(1000)
        raise AssertionError(f"nobody says that this needs attention: {words}")

    # }

    # feature: todos {
    def todos_for(self, order: str) -> Locator:
        return self.page.get_by_role("listitem").filter(has=self.page.get_by_role("link", name=exactly(order)))

    # }

    # By keyboard alone

    def tab_to(self, target: Locator) -> None:
        """Press Tab until `target` has the focus, and see that it does: all on the way there show it too."""
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            hidden = self.page.evaluate(FOCUS_UNSEEN)
            assert not hidden, f"the focus is not to be seen on {hidden}"
        raise AssertionError(f"the Tab key does not lead to {target}")

    def press(self, target: Locator, key: Literal["Enter", "Space"] = "Enter") -> None:
        self.tab_to(target)
        self.page.keyboard.press(key)

    def type_into(self, label: str, text: str) -> None:
        self.tab_to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    # What any page has to keep to

    def see_loaded(self) -> None:
        """The page is drawn, has its heading and waits for nothing more, pictures included."""
        self.page.wait_for_load_state("load")
        expect(self.page.locator(".not-drawn")).to_have_count(0)
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        expect(self.page.get_by_text(re.compile("Loading…|Wird geladen …"))).to_have_count(0)
        # Not wait_for_function: it evaluates text inside the page, which the page's policy forbids.
        are_drawn = "[...document.images].every(image => image.complete)"
        self.wait_until(lambda: bool(self.page.evaluate(are_drawn)), "the pictures")

    def see_all_come(self) -> None:
        """Nothing that the page has asked for is under way."""
        self.wait_until(lambda: not self.under_way, "all that the page has asked for")

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        for _ in range(LOOKS * 10):
            if holds():
                return
            self.page.wait_for_timeout(100)
        asked = [each.url for each in self.under_way]
        raise AssertionError(f"{what}: waited for in vain; under way are {asked}")

    def try_operation(self, name: str) -> None:
        """On the page that describes the API: open the operation, and the form that sends it."""
        operation = self.page.locator(f"[id$={name}]").filter(has=self.page.get_by_role("button"))
        operation.get_by_role("button").first.click()
        operation.get_by_role("button", name="Try it out").click()
        expect(operation.get_by_role("button", name="Execute")).to_be_visible()

    def see_nothing_cut_off(self) -> None:
        """No page is wider than the screen."""
        width, screen = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= screen, f"{self.page.url} is {width - screen} px too wide"

    def see_it_fits(self) -> None:
        self.see_loaded()
        self.see_nothing_cut_off()
        out_of_reach = self.page.evaluate(OUT_OF_REACH)
        assert out_of_reach == [], f"{self.page.url} has what a click does not reach: {out_of_reach}"

    def see_accessible(self) -> None:
        """No rule of axe-core is broken, in the light and in the dark scheme."""
        self.see_loaded()
        self.see_no_rule_broken()

    def see_no_rule_broken(self) -> None:
        """By what is on the page now."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        wrong = []
        for scheme, options in SCHEMES.items():
            self.page.emulate_media(color_scheme=scheme)
            found = self.page.evaluate(VIOLATIONS, options)
            wrong += [
                f"{scheme}: {rule['id']} ({rule['help']}) at {node['html'][:200]}: {node['failureSummary']}"
                for rule in found
                for node in rule["nodes"]
            ]
        self.page.emulate_media(color_scheme="light")
        assert wrong == [], f"{self.page.url} is not for everybody:\n" + "\n".join(wrong)


# feature: shop {
def exactly(order: str) -> re.Pattern[str]:
    """Order 1 is not order 10."""
    return re.compile(rf"(?<!\w){re.escape(order)}(?!\w)")


def as_rgb(colour: str) -> str:
    """`#7a1f3d` as a browser tells it."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


# }
