"""Somebody who asks for everything that the API's description tells of, in ways that fit it and ways that do not."""

from contextlib import suppress
from itertools import count

import schemathesis
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import db
from app.auth import tokens
from app.auth.devices import Device
from app.models import Todo  # feature: todos
from app.runtime.db import utcnow
from tests.integration.accounts import bearer
from tests.integration.factories import (
    make_item,  # feature: shop
    make_order,  # feature: shop
    make_user,
    saved,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DEVICE = Device("a program that asks everything", None, "")
EXAMPLES = settings(
    max_examples=settings().max_examples // 100,
    phases=[Phase.generate],  # a failure is told as it was met: to make it smaller takes long
)


def described(app):
    return [each.ok() for each in schemathesis.openapi.from_wsgi("/api/openapi.json", app).get_all_operations()]


class Asker:
    """Somebody of this role, who asks for everything there is in every way that comes to mind."""

    def __init__(self, app, role):
        self.app, self.role = app, role
        self.wrong = []
        self.numbers = count(1)
        self.number = 0

    def ask_in_every_way(self, operation):
        for mode in GenerationMode:
            self._ask(operation, mode)

    def _ask(self, operation, mode):
        cases = operation.as_strategy(mode)

        @EXAMPLES
        @given(st.data())
        def ask(data):
            case = data.draw(cases)
            user = make_user(role=self.role)
            if data.draw(st.booleans()):
                case.path_parameters |= ids(user, case.path_parameters)
                with_real_items(case.body)  # feature: shop
            case.validate_response(self.answer(case, user), checks=CHECKS)

        try:
            with suppress(Unsatisfiable):  # there is no wrong way to ask for what takes no input
                ask()
        except FailureGroup as failures:  # all of them are told at the end
            self.wrong += [f"{operation.label}: {each}" for each in failures.exceptions]

    def answer(self, case, user):
        self.number = next(self.numbers)
        pair = tokens.sign_in(db.session(), self.app.extensions["settings"], user, DEVICE, utcnow())
        db.session.commit()
        client = self.app.test_client()
        request = case.as_transport_kwargs(headers=bearer(pair.access_token))
        # From an address of its own, so that no limit is reached.
        client.environ_base["REMOTE_ADDR"] = f"192.0.{self.number >> 8}.{self.number & 255}"
        return client.open(**request, buffered=True)


def ids(user, asked):
    """Of something that is there, and the user's where it is anybody's."""
    there = {
        "user_id": lambda: make_user().id,
        "item_id": lambda: make_item().id,  # feature: shop
        "order_id": lambda: make_order(user, make_item()).id,  # feature: shop
        "todo_id": lambda: saved(Todo(user_id=user.id, title="Tea")).id,  # feature: todos
    }
    return {name: there[name]() for name in asked if name in there}


# feature: shop {
def with_real_items(body):
    lines = body.get("lines") if isinstance(body, dict) else None
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, dict):
            line["item_id"] = make_item().id


# }
