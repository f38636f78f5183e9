"""Mails about an order besides the receipt: to its buyer, and to staff. `receipts.py` has the receipt."""

from sqlalchemy.orm import Session, selectinload

from app import mail
from app.mail import Kind, moments
from app.mail.message import Message
from app.mail.models import Outgoing
from app.orders.models import Order
from app.runtime.config import settings
from app.runtime.languages import Language
from app.stripe.currencies import written
from app.users.models import User
from app.users.service import language_of, reads_at


def to_buyer(session: Session, outgoing: Outgoing) -> Message | None:
    """The payload is `{"order": id}`, with the `amount` of a refund. None where the buyer has no address now.

    An order that was not paid is no news for an address that is not verified: a stranger may have given it.
    """
    order = session.get(Order, outgoing.payload["order"])
    buyer = session.get(User, order.user_id) if order else None
    if order is None or buyer is None or not buyer.active or buyer.email is None:
        return None
    if order.paid_at is None and not buyer.email_verified:
        return None
    language = language_of(buyer)
    values = {**_values(order, language), "username": buyer.username}
    if "amount" in outgoing.payload:
        values["amount"] = written(outgoing.payload["amount"], outgoing.payload["currency"], language)
    return Message(buyer.email, outgoing.kind, values, language)


def to_staff(session: Session, outgoing: Outgoing) -> Message | None:
    """A paid order: who bought what, and where it goes. The payload is `{"order": id}`."""
    order = session.get(Order, outgoing.payload["order"], options=[selectinload(Order.lines)])
    if order is None or not settings().staff_mail:
        return None
    reader = reads_at(session, settings().staff_mail)
    language = language_of(reader)
    buyer, address = order.buyer, order.shipping_address or {}
    more = {
        "buyer": buyer.name or buyer.username,
        "email": buyer.email or "",
        "lines": [{"quantity": each.quantity, "name": each.name} for each in order.lines],
        "note": order.note or "",
        "phone": order.phone or "",
        "address": ", ".join(each for each in address.values() if each),
        "at": moments.written(order.paid_at or outgoing.created_at, language, reader.time_zone if reader else None),
    }
    return Message(settings().staff_mail, "order_to_hand_over", {**_values(order, language), **more}, language)


def _values(order: Order, language: Language) -> dict[str, object]:
    link = f"{settings().public_url}/orders/{order.id}"
    return {"number": order.number, "total": written(order.total, order.currency, language), "link": link}


def tell_buyer(session: Session, order: Order, kind: Kind, once: str = "", **more: object) -> None:
    """Queue a mail to the buyer, in the transaction that it tells of."""
    mail.queue(session, kind, {"order": order.id, **more}, once=once)


def tell_staff(session: Session, order: Order, reference: str) -> None:
    """Queue a mail to staff, where they want one. `reference` is the payment's own."""
    if settings().staff_mail:
        mail.queue(session, "order_to_hand_over", {"order": order.id}, once=f"to-hand-over:{reference}")
