"""Buying over the API, and the provider as pytest-httpx plays it."""

import json
import re
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl

import httpx
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.models import Item
from app.runtime.db import utcnow
from app.stripe.signature import sign
from tests.settings import PAYMENTS, WEBHOOK_SECRET

SESSIONS = f"{PAYMENTS}/v1/checkout/sessions"
ONE_SESSION = re.compile(re.escape(SESSIONS) + "/.+")


def order(client: FlaskClient, *items: Item, key: str = "", **quantities: int) -> TestResponse:
    """One of each item, unless a quantity is given by the item's name."""
    lines = [{"item_id": item.id, "quantity": quantities.get(item.name, 1)} for item in items]
    return client.post("/api/orders", json={"lines": lines}, headers={"Idempotency-Key": key or token_hex(8)})


def opened(request: httpx.Request, **changes: Any) -> httpx.Response:
    """The open session that a POST makes."""
    asked = dict(parse_qsl(request.content.decode()))
    return httpx.Response(200, json=session(asked, **changes))


def session(asked: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Fields as in https://docs.stripe.com/api/checkout/sessions/object"""
    number = f"cs_test_{token_hex(8)}"
    numbers = {int(name.split("[")[1].rstrip("]")) for name in asked if name.startswith("line_items")}
    total = sum(
        int(asked[f"line_items[{each}][price_data][unit_amount]"]) * int(asked[f"line_items[{each}][quantity]"])
        for each in numbers
    )
    return {
        "id": number,
        "object": "checkout.session",
        "status": "open",
        "payment_status": "unpaid",
        "amount_total": total,
        "currency": asked["line_items[0][price_data][currency]"],
        "livemode": False,
        "client_reference_id": asked["client_reference_id"],
        "payment_intent": None,
        "url": f"{PAYMENTS}/pay/{number}",
        "metadata": {"attempt": asked["metadata[attempt]"]},
        **changes,
    }


def send_event(client: FlaskClient, event: dict[str, Any], secret: str = WEBHOOK_SECRET) -> TestResponse:
    """As the provider's webhook does, signed."""
    body = json.dumps(event).encode()
    header = sign(body, secret, int(utcnow().timestamp()))
    return client.post(
        "/api/payments/webhook", data=body, content_type="application/json", headers={"Stripe-Signature": header}
    )


def completed(session_id: str, **more: Any) -> dict[str, Any]:
    """The message that a session is complete."""
    data = {"object": {"id": session_id, "object": "checkout.session", **more}}
    return {"id": f"evt_{token_hex(8)}", "type": "checkout.session.completed", "data": data}


def available(client: FlaskClient, item: Item) -> int:
    found: int = client.get(f"/api/items/{item.id}").get_json()["available"]
    return found
