from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items.models import Item
from app.runtime.config import ROOT, Settings

FILE = ROOT / "demo" / "items.json"


class DemoItem(msgspec.Struct, frozen=True):
    name: str
    description: str
    price: int | None
    on_hand: int | None
    image_url: str | None
    category: str | None = None


def add_items(session: Session, _: Settings, now: datetime) -> int:
    """Add the items whose names are not there yet."""
    items = msgspec.json.decode(FILE.read_bytes(), type=list[DemoItem])
    names = set(session.scalars(sa.select(Item.name)))
    new = [Item(**msgspec.structs.asdict(each), created_at=now) for each in items if each.name not in names]
    session.add_all(new)
    return len(new)
