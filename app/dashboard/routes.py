from app.dashboard import service
from app.dashboard.schemas import Dashboard
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.web.api import Access, Api

routes = Api("dashboard")


@routes.get("/api/dashboard", access=Access.STAFF)
def show_dashboard() -> Dashboard:
    """The shop at a glance: orders by state, money per day, stock that runs out, what needs a person."""
    return service.of(db.session(), settings().currency, utcnow())
