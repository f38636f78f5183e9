"""The hosted payment page: plain forms, no script.

It shows what is bought, takes a test card or a bank debit, asks for 3-D Secure where the card wants it,
and sends the browser back to the shop.
"""

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from urllib.parse import quote, urlencode, urlsplit

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from simulators.headers import secure
from simulators.payments import branding, cards, checkout, intents, schedule, sessions
from simulators.payments.checkout import Choices, Given
from simulators.payments.languages import Speaker
from simulators.payments.protocol import Refusal, Resource
from simulators.payments.provider import Provider

ACCOUNT = "AT321904300235473204"
EMAIL = "ada@example.com"


def blueprint(provider: Provider) -> Blueprint:
    pages, routes = Pages(provider), Blueprint("pages", __name__, url_prefix="/pay")
    routes.add_url_rule("/<name>", "show", pages.show)
    routes.add_url_rule("/<name>", "pay", pages.pay, methods=["POST"])
    routes.add_url_rule("/<name>/choose", "choose", pages.choose, methods=["POST"])
    routes.add_url_rule("/<name>/debit", "debit", pages.debit, methods=["POST"])
    routes.add_url_rule("/<name>/cancel", "cancel", pages.cancel, methods=["POST"])
    routes.add_url_rule("/<name>/authenticate", "challenge", pages.challenge)
    routes.add_url_rule("/intents/<name>", "challenge intent", pages.challenge_intent)
    routes.add_url_rule("/intents/<name>", "authenticate intent", pages.authenticate_intent, methods=["POST"])
    routes.add_url_rule("/<name>/authenticate", "authenticate", pages.authenticate, methods=["POST"])
    return routes


class Pages:
    """The views; each takes the session's id from the path."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def show(self, name: str) -> Answer:
        """The form while the session is open, a word about what became of it afterwards."""
        schedule.run_due(self._provider)
        with self._provider.store as store:
            if name in store["sessions"]:
                checkout.locate(self._provider, name)
        return self._form(name)

    def choose(self, name: str) -> Answer:
        """Shipping, country and code: the same page, with what it comes to then."""
        typed = request.form

        def act() -> None:
            checkout.locate(self._provider, name)
            choices = Choices(typed.get("shipping_rate"), typed.get("code"), typed.get("country"))
            checkout.choose(self._provider, name, choices)

        return self._act(name, act, "choices")

    def pay(self, name: str) -> Answer:
        def act() -> str:
            self._check_total(name)
            return checkout.pay_by_card(self._provider, name, _given())

        return self._act(name, act)

    def debit(self, name: str) -> Answer:
        def act() -> None:
            self._check_total(name)
            checkout.pay_by_debit(self._provider, name, _given(), request.form.get("iban") or ACCOUNT)

        return self._act(name, act)

    def _check_total(self, name: str) -> None:
        """Refusal where the customer saw another total: it was changed in another tab."""
        seen, session = request.form.get("total"), checkout.locate(self._provider, name)
        if seen is not None and seen != str(session["amount_total"]):
            raise Refusal(400, "The total has changed meanwhile.")

    def challenge(self, name: str) -> Answer:
        """The bank's page for 3-D Secure."""
        session = self._provider.store["sessions"].get(name, {})
        intent = self._provider.store["intents"].get(session.get("payment_intent") or "")
        if session.get("status") != "open" or intent is None or intent["status"] != "requires_action":
            return self._form(name)
        return self._render("authenticate.html", session, action=f"{request.script_root}/pay/{name}/authenticate")

    def challenge_intent(self, name: str) -> Answer:
        """The same page for an intent that was made without Checkout."""
        intent = self._provider.store["intents"].get(name, {})
        if intent.get("status") != "requires_action":
            return self._render("over.html", {}, 404, title="There is no such payment")
        back = intent["next_action"]["redirect_to_url"]["return_url"]
        shown = {"amount_total": intent["amount"], "currency": intent["currency"], "success_url": back}
        return self._render("authenticate.html", shown, action=f"{request.script_root}/pay/intents/{name}")

    def authenticate_intent(self, name: str) -> Answer:
        """The bank's answer; the browser goes where the program wanted it, which asks how the intent is."""
        with self._provider.store as store:
            intent = store["intents"].get(name, {})
            if intent.get("status") != "requires_action":
                return self.challenge_intent(name)
            back = intent["next_action"]["redirect_to_url"]["return_url"]
            with suppress(Refusal):
                intents.authenticate(self._provider, name, succeed=request.form.get("outcome") == "complete")
        told = urlencode(
            {"payment_intent": name, "redirect_status": "failed" if intent["last_payment_error"] else "succeeded"}
        )
        return redirect(f"{back}{'&' if '?' in back else '?'}{told}", 303)

    def authenticate(self, name: str) -> Answer:
        succeed = request.form.get("outcome") == "complete"
        return self._act(name, lambda: checkout.authenticate(self._provider, name, succeed=succeed))

    def cancel(self, name: str) -> Answer:
        """Goes back to the shop; the session stays open, as it does at Stripe."""
        session = self._provider.store["sessions"].get(name)
        if session is None or not session["cancel_url"]:
            return self._form(name)
        return redirect(_link(session, "cancel_url"), 303)

    def _act(self, name: str, action: Callable[[], str | None], about: str = "card") -> Answer:
        """Does it, and goes where the customer then belongs. A second press goes where the first one went.

        `about` says at which form a refusal is shown.
        """
        schedule.run_due(self._provider)
        error = None
        with self._provider.store as store:
            session = store["sessions"].get(name)
            if session is not None and session["status"] == "open":
                try:
                    if action() == "secure":
                        return redirect(f"{request.script_root}/pay/{name}/authenticate", 303)
                except Refusal as refusal:
                    error = refusal.message
            if session is not None and session["status"] == "complete":
                return redirect(_link(session, "success_url"), 303)
        return self._form(name, error, about)

    def _form(self, name: str, error: str | None = None, about: str = "card") -> Answer:
        session = self._provider.store["sessions"].get(name)
        if session is None:
            return self._render("over.html", {}, 404, title="There is no such payment")
        if session["status"] == "expired":
            return self._render("over.html", session, 410, title="This payment page has expired")
        if session["status"] == "complete":
            return self._render("over.html", session, title="This payment is complete")
        return self._render(
            "pay.html",
            session,
            402 if error else 200,
            error=error,
            about=about,
            lines=sessions.lines(self._provider, session),
            **self._choices(session),
            given=_given(),
            email=request.form.get("email") or session["customer_email"] or EMAIL,
            offered=cards.SHOWN,
            cards=cards.CARDS,
            accounts=cards.ACCOUNTS,
            account=ACCOUNT,
        )

    def _choices(self, session: Resource) -> dict[str, object]:
        """What the customer may choose, and what is chosen."""
        store, told = self._provider.store, session["total_details"]
        codes = [store["promotion_codes"].get(each["promotion_code"] or "") for each in session["discounts"] or ()]
        added = session["amount_total"] - (
            session["amount_subtotal"] - told["amount_discount"] + told["amount_shipping"]
        )
        wants_place = session["automatic_tax"]["enabled"] or session["shipping_address_collection"]
        return {
            "rates": [store["shipping_rates"][each["shipping_rate"]] for each in session["shipping_options"]],
            "amounts": {each["shipping_rate"]: each["shipping_amount"] for each in session["shipping_options"]},
            "rate": (session["shipping_cost"] or {}).get("shipping_rate"),
            "countries": checkout.countries(self._provider, session) if wants_place else [],
            "country": self._provider.note(session["id"]).get("country"),
            "typed": request.form.get("code"),
            "code": next((each["code"] for each in codes if each), ""),
            "tax_added": added,
            "tax_included": told["amount_tax"] - added,
        }

    def _render(self, template: str, session: Resource, status: int = 200, **values: object) -> Answer:
        links = {name: _link(session, name) for name in ("cancel_url", "success_url")}
        look = session.get("branding_settings") or {}
        shop = look.get("display_name") or urlsplit(links["success_url"]).netloc
        logo, nonce = branding.picture(look), secrets.token_urlsafe(16)
        seen: dict[str, object] = {"logo": logo, "styles": branding.styles(look), "nonce": nonce}
        say = Speaker(session, request.accept_languages.values())
        seen |= {"say": say, "money": say.money}
        page = render_template(template, session=session, shop=shop, **links, **seen, **values)
        return secure(make_response(page, status), _policy(links.values(), logo, nonce))


def _given() -> Given:
    """What was typed, or what the form shows at first."""
    first, typed = Given(), request.form
    return Given(
        number=typed.get("number") or first.number,
        expiry=typed.get("expiry") or first.expiry,
        cvc=typed.get("cvc") or first.cvc,
        name=typed.get("holder") or None,
        email=typed.get("email") or None,
    )


def _link(session: Resource, name: str) -> str:
    """The way back to the shop, with the session's id where the shop wants it."""
    return str(session.get(name) or "").replace("{CHECKOUT_SESSION_ID}", quote(session.get("id", "")))


def _policy(links: Iterable[str], picture: str, nonce: str) -> str:
    """No script at all. A browser holds redirects after a form against form-action, so the shop is named."""
    images, shops = ({place for link in each if (place := _place(link))} for each in ([picture], links))
    return (
        f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; {' '.join(['img-src data:', *images])}; "
        "base-uri 'none'; frame-ancestors 'none'; " + " ".join(["form-action 'self'", *sorted(shops)])
    )


def _place(link: str) -> str:
    """Scheme and host."""
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
