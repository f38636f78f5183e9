import re
from html.parser import HTMLParser

import httpx
import pytest

SESSIONS = "/v1/checkout/sessions"
REFUSING = re.compile(r"declin|fail|cancel|deny|refus|back|delay|3-?d|secure|expire|later", re.IGNORECASE)


class Page(HTMLParser):
    """The forms of a page, as a browser without JavaScript has them: action, fields, and the button's text."""

    def __init__(self, answer):
        super().__init__()
        self.forms, self.within, self.scripts, self.labelled = [], False, 0, []
        self.feed(answer.text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.scripts += tag == "script"
        if tag == "form":
            self.forms.append({"action": given["action"], "method": given["method"], "fields": {}, "button": ""})
        elif tag == "input":
            self.forms[-1]["fields"][given["name"]] = given.get("value", "")
        self.within = tag == "button" or (self.within and tag != "form")

    def handle_endtag(self, tag):
        self.within = self.within and tag != "button"

    def handle_data(self, data):
        if self.within:
            self.forms[-1]["button"] += data

    def form(self, text):
        return next(form for form in self.forms if text in form["button"])


@pytest.fixture
def visitor(payments):
    with httpx.Client(base_url=payments.url, verify=False) as client:
        yield client


@pytest.fixture
def session(api, order):
    return api.post(SESSIONS, data=order).json()


def send(visitor, form, **typed):
    return visitor.post(form["action"], data=form["fields"] | typed)


def standing(api, session):
    now = api.get(f"{SESSIONS}/{session['id']}").json()
    return now["status"], now["payment_status"]


def test_the_first_form_that_refuses_nothing_pays_with_what_it_holds(api, visitor, session):
    page = Page(visitor.get(session["url"]))
    form = next(form for form in page.forms if not REFUSING.search(form["button"]))

    answer = send(visitor, form)

    assert form["button"] == "Pay €12.00"
    assert form["fields"]["number"] == "4242 4242 4242 4242"
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://127.0.0.1:9/paid?session={session['id']}"
    assert standing(api, session) == ("complete", "paid")


def test_the_page_shows_what_is_bought_and_needs_no_script(visitor, session):
    answer = visitor.get(session["url"])

    assert "Tea" in answer.text
    assert "2 \N{MULTIPLICATION SIGN} €6.00" in answer.text
    assert Page(answer).scripts == 0
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert visitor.get("/assets/pay.css").headers["Content-Type"].startswith("text/css")


def test_the_policy_lets_the_form_lead_back_to_the_shop(visitor, session):
    policy = visitor.get(session["url"]).headers["Content-Security-Policy"]

    assert "form-action 'self' http://127.0.0.1:9" in policy


LOOK = {
    "branding_settings[logo][type]": "url",
    "branding_settings[logo][url]": "https://shop.example/logo.png",
    "branding_settings[background_color]": "#7a1f3d",
    "branding_settings[button_color]": "#ffd35c",
}


def test_the_page_has_the_logo_and_the_colours_of_the_shop_with_text_that_can_be_read(api, visitor, order):
    session = api.post(SESSIONS, data=order | LOOK).raise_for_status().json()

    answer = visitor.get(session["url"])

    assert session["branding_settings"]["logo"] == {"type": "url", "url": "https://shop.example/logo.png"}
    assert '<img class="logo" src="https://shop.example/logo.png" alt="">' in answer.text
    assert "background: #7a1f3d; color: #ffffff" in answer.text
    assert "background: #ffd35c; color: #000000" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "img-src data: https://shop.example;" in policy
    [nonce] = re.findall('<style nonce="(.+?)"', answer.text)
    assert f"'nonce-{nonce}'" in policy


def test_a_page_without_branding_loads_nothing_from_elsewhere_and_has_no_styles_of_its_own(visitor, session):
    answer = visitor.get(session["url"])

    assert "<style" not in answer.text
    assert "img-src data:;" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"background_color": "red"}, "background_color"),
        ({"button_color": "#12345"}, "button_color"),
        ({"icon][type": "url", "icon][url": "https://shop.example/i.png"}, "logo"),
        ({"logo][url": "logo.png"}, "logo][url"),
        ({"logo][url": ""}, "logo][url"),
    ],
)
def test_branding_that_no_page_can_have_is_refused(api, order, wrong, param):
    named = {f"branding_settings[{name}]": value for name, value in wrong.items()}

    answer = api.post(SESSIONS, data=order | LOOK | named)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == f"branding_settings[{param}]"


def test_names_cannot_become_markup(api, visitor, order):
    evil = "<script>alert(1)</script>\"'><img src=x>"
    form = order | {
        "line_items[0][price_data][product_data][name]": evil,
        "customer_email": '"><script>@shop.example',
        "cancel_url": "http://127.0.0.1:9/?a=\"'><script>",
    }
    url = api.post(SESSIONS, data=form).raise_for_status().json()["url"]

    page = visitor.get(url)
    typed = visitor.post(url, data={"number": '"><script>x</script>', "email": "<script>"})

    for answer in (page, typed):
        assert "<script" not in answer.text
        assert "<img" not in answer.text


def test_a_declined_card_is_explained_and_another_one_pays(api, visitor, session):
    form = Page(visitor.get(session["url"])).form("Pay €")

    declined = send(visitor, form, number="4000 0000 0000 9995")
    assert declined.status_code == 402
    assert 'role="alert"' in declined.text
    assert "Your card has insufficient funds." in declined.text
    assert standing(api, session) == ("open", "unpaid")

    assert send(visitor, form).status_code == 303
    assert standing(api, session) == ("complete", "paid")


@pytest.mark.parametrize(
    "typed", [{"number": "1234"}, {"expiry": "01/20"}, {"expiry": "soon"}, {"cvc": "x"}, {"number": "4242424242424241"}]
)
def test_a_card_that_cannot_be_is_declined(api, visitor, session, typed):
    form = Page(visitor.get(session["url"])).form("Pay €")

    assert send(visitor, form, **typed).status_code == 402
    assert standing(api, session) == ("open", "unpaid")


@pytest.mark.parametrize(
    ("button", "outcome"),
    [("Complete", (303, "complete", "paid")), ("Fail", (402, "open", "unpaid"))],
)
def test_3_d_secure_asks_on_a_page_of_its_own(api, visitor, session, button, outcome):
    asked = send(visitor, Page(visitor.get(session["url"])).form("Pay €"), number="4000000000003220")
    assert asked.status_code == 303

    bank = visitor.get(asked.headers["Location"])
    assert "confirm the payment" in bank.text
    answer = send(visitor, Page(bank).form(button))

    assert (answer.status_code, *standing(api, session)) == outcome


def test_a_bank_debit_comes_back_to_the_shop_unpaid_and_pays_after_three_minutes(payments, api, visitor, session):
    answer = send(visitor, Page(visitor.get(session["url"])).form("bank debit"))

    assert answer.headers["Location"].startswith("http://127.0.0.1:9/paid")
    assert standing(api, session) == ("complete", "unpaid")
    payments.advance(181)
    assert standing(api, session) == ("complete", "paid")


def test_there_is_a_bank_account_whose_debit_fails(payments, api, visitor, session):
    form = Page(visitor.get(session["url"])).form("bank debit")

    send(visitor, form, iban="AT59 1904 3002 3547 3203")
    payments.advance(181)

    assert standing(api, session) == ("complete", "unpaid")
    assert payments.listed("events")[-1]["type"] == "checkout.session.async_payment_failed"


def test_cancelling_leads_back_and_leaves_the_session_open(api, visitor, session):
    answer = send(visitor, Page(visitor.get(session["url"])).form("Cancel and go back"))

    assert (answer.status_code, answer.headers["Location"]) == (303, "http://127.0.0.1:9/cancelled")
    assert standing(api, session) == ("open", "unpaid")


def test_a_second_press_on_pay_leads_where_the_first_one_led_and_charges_once(payments, visitor, session):
    form = Page(visitor.get(session["url"])).form("Pay €")

    first, second = send(visitor, form), send(visitor, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert len(payments.listed("charges")) == 1


def test_a_finished_session_offers_no_way_to_pay(api, visitor, session, order):
    expired = api.post(SESSIONS, data=order).json()
    form = Page(visitor.get(expired["url"])).form("Pay €")
    api.post(f"{SESSIONS}/{expired['id']}/expire")
    send(visitor, Page(visitor.get(session["url"])).form("Pay €"))

    complete, gone, late = visitor.get(session["url"]), visitor.get(expired["url"]), send(visitor, form)

    assert (complete.status_code, gone.status_code, late.status_code) == (200, 410, 410)
    assert Page(complete).forms == Page(gone).forms == Page(late).forms == []
    assert 'href="http://127.0.0.1:9/cancelled"' in gone.text
    assert standing(api, expired) == ("expired", "unpaid")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["", "/authenticate"])
def test_a_page_that_never_was_is_a_404(visitor, method, path):
    assert visitor.request(method, f"/pay/cs_test_no{path}").status_code == 404


def test_authentication_that_nobody_asked_for_pays_nothing(payments, api, visitor, session):
    answer = visitor.post(f"/pay/{session['id']}/authenticate", data={"outcome": "complete"})

    assert answer.status_code == 402
    assert standing(api, session) == ("open", "unpaid")


def test_shipping_a_code_and_the_country_are_chosen_without_a_script(api, visitor, order):
    rate = {"display_name": "Post", "fixed_amount[amount]": 500, "fixed_amount[currency]": "eur"}
    rate = api.post("/v1/shipping_rates", data=rate).json()["id"]
    coupon = api.post("/v1/coupons", data={"percent_off": 50, "duration": "once"}).json()["id"]
    half = {"promotion[type]": "coupon", "promotion[coupon]": coupon, "code": "HALF"}
    api.post("/v1/promotion_codes", data=half).raise_for_status()
    wanted = {"shipping_options[0][shipping_rate]": rate, "automatic_tax[enabled]": "true"}
    session = api.post(SESSIONS, data={**order, **wanted, "allow_promotion_codes": "true"}).json()
    first = visitor.get(session["url"])
    form = Page(first).form("Update the total")

    wrong = send(visitor, form, country="US", code="NOPE")
    right = send(visitor, form, country="US", code="half")
    stale = send(visitor, Page(first).form("Pay €"))
    paid = send(visitor, Page(right).form("Pay €"))

    assert "Pay €20.40" in first.text  # with the tax of where the customer seems to be
    assert (wrong.status_code, "This code is invalid." in wrong.text) == (402, True)
    assert "Pay €11.00" in right.text
    assert (stale.status_code, "total has changed" in stale.text) == (402, True)
    assert paid.status_code == 303
    assert standing(api, session) == ("complete", "paid")


def test_what_costs_nothing_asks_for_no_card(api, visitor, order):
    coupon = api.post("/v1/coupons", data={"percent_off": 100, "duration": "once"}).json()["id"]
    session = api.post(SESSIONS, data={**order, "discounts[0][coupon]": coupon}).json()

    page = visitor.get(session["url"])
    answer = send(visitor, Page(page).form("Complete the order"))

    assert "Card number" not in page.text
    assert answer.status_code == 303
    assert standing(api, session) == ("complete", "no_payment_required")
