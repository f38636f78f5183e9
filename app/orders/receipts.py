"""The receipt: the mail to the buyer of a paid order."""

from sqlalchemy.orm import Session, selectinload

from app.mail import moments
from app.mail.message import Message
from app.mail.models import Outgoing
from app.orders.models import Order
from app.runtime.config import settings
from app.runtime.languages import Language
from app.shop import service as shop
from app.stripe.currencies import written
from app.users.models import User
from app.users.service import language_of


def parts(order: Order, language: Language) -> dict[str, str]:
    """What lies between the lines and the total, from the subtotal on. "" for what is nothing."""
    added = {"discount": -order.discount, "shipping": order.shipping, "tax": order.tax_added}
    amounts = {"subtotal": order.subtotal if any(added.values()) else 0, **added}
    return {
        **{name: written(amount, order.currency, language) if amount else "" for name, amount in amounts.items()},
        "tax_inside": written(inside, order.currency, language) if (inside := order.tax - order.tax_added) else "",
    }


def receipt(session: Session, mail: Outgoing) -> Message | None:
    """The payload is `{"order": id}`. None where the order is not paid, or the buyer's account has no address now.

    It goes to an unverified address too: the buyer gave the address in order to hear of the order.
    """
    order = session.get(Order, mail.payload["order"], options=[selectinload(Order.lines)])
    user = session.get(User, order.user_id) if order else None
    if order is None or order.paid_at is None or user is None or not user.active or user.email is None:
        return None
    language = language_of(user)
    lines = [
        {
            "quantity": each.quantity,
            "name": each.name,
            "amount": written(each.quantity * each.unit_price, order.currency, language),
        }
        for each in order.lines
    ]
    values = {
        "username": user.username,
        "number": order.number,
        "lines": lines,
        **parts(order, language),
        "total": written(order.total, order.currency, language),
        "at": moments.written(order.paid_at, language, user.time_zone),
        "delivery": shop.profile(session).delivery.splitlines(),
        "link": f"{settings().public_url}/orders/{order.id}",
    }
    return Message(user.email, "receipt", values, language)
