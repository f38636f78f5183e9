"""Demo data, from `demo/`."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.commands.demo_items import add_items  # feature: shop
from app.commands.demo_people import add_people
from app.runtime.config import Settings

SEEDS: Mapping[str, Callable[[Session, Settings, datetime], int]] = {
    "items": add_items,  # feature: shop
    "people": add_people,
}
"""By what each adds. Each gives the number, and leaves what is there already as it is."""


def add_demo(session: Session, settings: Settings, now: datetime) -> str:
    """What was added, in words. Not committed."""
    added = [f"{seed(session, settings, now)} {what}" for what, seed in SEEDS.items()]
    return f"{' and '.join(added)} added"
