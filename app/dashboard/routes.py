from msgspec import structs

from app.dashboard import service
from app.dashboard.schemas import Dashboard
from app.runtime import languages
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.shop import service as shop
from app.web.api import Access, Answer, Api

routes = Api("dashboard")


@routes.get("/api/dashboard", access=Access.STAFF)
def show_dashboard() -> Answer[Dashboard]:
    """The shop at a glance: orders by state, money per day, stock that runs out, what needs a person."""
    shown = service.of(db.session(), settings().currency, shop.time_zone(), utcnow())
    told = [each.told(languages.asked()) for each in shown.findings]
    return Answer(structs.replace(shown, findings=told), headers=languages.VARY)
