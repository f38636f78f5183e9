"""The page where a person chooses who to be, and the way back to the client."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import redirect, request
from flask.typing import ResponseReturnValue

from simulators.identity.asks import Ask, RefusalError, UntrustedError, extended, once, recognise
from simulators.identity.clients import Client
from simulators.identity.pages import choice_page, error_page
from simulators.identity.state import state
from simulators.identity.web import issuer

Reader = Callable[[Mapping[str, str], frozenset[str], Client, str], Ask]


def attend(read: Reader, *, names_issuer: bool) -> ResponseReturnValue:
    """Answers an authorization request, and the choice that its page sends to the same address."""
    # The page posts the choice beside the request in the query, so that nothing has to be remembered in between.
    # Without a query it is the request itself that is posted, as OpenID Connect Core 3.1.2.1 allows.
    given, twice = once(request.args or request.form)
    try:
        client, redirect_uri = recognise(given, twice, state().clients)
    except UntrustedError as problem:
        advice = "You were not sent on, because the address to send you to could not be trusted."
        return error_page(str(problem), advice), 400
    common = {"state": given["state"]} if "state" in given and "state" not in twice else {}
    if names_issuer:
        common["iss"] = issuer()
    try:
        ask = read(given, twice, client, redirect_uri)
        if request.args and request.method == "POST":
            return _decide(ask, common)
    except RefusalError as refusal:
        outcome = {"error": refusal.error, "error_description": refusal.reason}
        return _back(redirect_uri, {**outcome, **common})
    return choice_page(ask, list(state().people.values()), action=f"{request.path}?{urlencode(given)}")


def _decide(ask: Ask, common: Mapping[str, str]) -> ResponseReturnValue:
    """Raises RefusalError where the person denies."""
    if "deny" in request.form:
        raise RefusalError("access_denied", "The person said no.")
    simulator = state()
    with simulator.lock:
        person = simulator.named(request.form.get("person", ""))
        if person is None:
            return error_page(
                "There is no person of that name here (any more).", "Go back and choose another person."
            ), 400
        grant = ask.granted_to(person, simulator.now(), simulator.ids.hexadecimal())
        code = simulator.grants.issue_code(grant, simulator.now())
    return _back(ask.redirect_uri, {"code": code, **common})


def _back(redirect_uri: str, parameters: Mapping[str, str]) -> ResponseReturnValue:
    fault = state().strike("callback")
    pairs = [(key, str(value)) for key, value in fault.bend(parameters).items()]
    return redirect(extended(redirect_uri, [*pairs, *fault.add.items()]), 303)
