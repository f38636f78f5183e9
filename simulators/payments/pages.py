"""The hosted payment page: plain forms, no script.

It shows what is bought, takes a test card or a bank debit, asks for 3-D Secure where the card wants it,
and sends the browser back to the shop.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from urllib.parse import quote, urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from simulators.payments import cards, checkout, intents, schedule, sessions
from simulators.payments.checkout import Given
from simulators.payments.protocol import Refusal, Resource
from simulators.payments.provider import Provider
from simulators.payments.text import money

ACCOUNT = "AT321904300235473204"
EMAIL = "ada@example.com"


def blueprint(provider: Provider) -> Blueprint:
    pages, routes = Pages(provider), Blueprint("pages", __name__, url_prefix="/pay")
    routes.add_url_rule("/<name>", "show", pages.show)
    routes.add_url_rule("/<name>", "pay", pages.pay, methods=["POST"])
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
        return self._form(name)

    def pay(self, name: str) -> Answer:
        return self._act(name, lambda: checkout.pay_by_card(self._provider, name, _given()))

    def debit(self, name: str) -> Answer:
        account = request.form.get("iban") or ACCOUNT
        return self._act(name, lambda: checkout.pay_by_debit(self._provider, name, _given(), account))

    def challenge(self, name: str) -> Answer:
        """The bank's page for 3-D Secure."""
        session = self._provider.store["sessions"].get(name, {})
        intent = self._provider.store["intents"].get(session.get("payment_intent") or "")
        if session.get("status") != "open" or intent is None or intent["status"] != "requires_action":
            return self._form(name)
        return self._render("authenticate.html", session, action=f"/pay/{name}/authenticate")

    def challenge_intent(self, name: str) -> Answer:
        """The same page for an intent that was made without Checkout."""
        intent = self._provider.store["intents"].get(name, {})
        if intent.get("status") != "requires_action":
            return self._render("over.html", {}, 404, title="There is no such payment")
        back = intent["next_action"]["redirect_to_url"]["return_url"]
        shown = {"amount_total": intent["amount"], "currency": intent["currency"], "success_url": back}
        return self._render("authenticate.html", shown, action=f"/pay/intents/{name}")

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

    def _act(self, name: str, action: Callable[[], str | None]) -> Answer:
        """Does it, and goes where the customer then belongs. A second press goes where the first one went."""
        schedule.run_due(self._provider)
        error = None
        with self._provider.store as store:
            session = store["sessions"].get(name)
            if session is not None and session["status"] == "open":
                try:
                    if action() == "secure":
                        return redirect(f"/pay/{name}/authenticate", 303)
                except Refusal as refusal:
                    error = refusal.message
            if session is not None and session["status"] == "complete":
                return redirect(_link(session, "success_url"), 303)
        return self._form(name, error)

    def _form(self, name: str, error: str | None = None) -> Answer:
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
            lines=sessions.lines(self._provider, session),
            given=_given(),
            email=request.form.get("email") or session["customer_email"] or EMAIL,
            offered=cards.SHOWN,
            cards=cards.CARDS,
            accounts=cards.ACCOUNTS,
            account=ACCOUNT,
        )

    def _render(self, template: str, session: Resource, status: int = 200, **values: object) -> Answer:
        links = {name: _link(session, name) for name in ("cancel_url", "success_url")}
        shop = urlsplit(links["success_url"]).netloc
        page = render_template(template, session=session, money=money, shop=shop, **links, **values)
        response: Response = make_response(page, status)
        response.headers["Content-Security-Policy"] = _policy(links.values())
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


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


def _policy(links: Iterable[str]) -> str:
    """No script at all. A browser holds redirects after a form against form-action, so the shop is named."""
    shops = {f"{parts.scheme}://{parts.netloc}" for link in links if (parts := urlsplit(link)).netloc}
    return "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; " + " ".join(
        ["form-action 'self'", *sorted(shops)]
    )
