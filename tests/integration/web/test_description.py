"""The API keeps to its description: whatever fits it, or nearly does, nothing breaks and no answer is unheard of."""

import pytest

from app.web.api import Access
from tests.secrecy import watch


@pytest.fixture(autouse=True)
def nothing_is_secret(monkeypatch):
    """What is made up here is a password at one route and the name of a provider, which is logged, at another."""
    monkeypatch.setattr(watch, "learn", lambda _: None)


# feature: shop {
@pytest.fixture(autouse=True)
def paid_at_the_simulator(simulated):
    """No provider is asked but ours."""


# }


@pytest.mark.hypothesis
@pytest.mark.long
@pytest.mark.parametrize(("role", "least"), [("customer", 40), ("staff", 8)])
def test_whatever_is_asked_nothing_breaks_and_every_answer_is_described(app, acme, role, least):
    """Staff ask for what is theirs. That a customer may not is in test_api.py, and costs no examples here."""
    from tests.integration.web.asker import Asker, described  # schemathesis is slow to import, and needed here alone

    asker = Asker(app, role)

    for operation in described(app):
        if (role == "staff") == (operation.definition.raw["x-access"] == Access.STAFF.value):
            asker.ask_in_every_way(operation)

    assert asker.number > least, "requests that are made at least"
    assert not asker.wrong, "\n\n".join(asker.wrong)
