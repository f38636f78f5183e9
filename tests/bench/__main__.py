"""`make bench`: Kiosk beside a plain Flask application; each request as a ratio to a bare view; limits and sign-ins.

These machines are noisy: the cases take turns, the best of many rounds counts, and ratios outlive the day.
"""

import os
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from app import create_app, db
from app.auth import opaque_tokens, sessions
from app.models import (
    Item,  # feature: shop
    User,
)
from app.ops.multiprocess_dir import shared
from app.runtime.async_bridge import blocking, bridge
from app.runtime.db import utcnow
from tests.bench import compare, limits, signin
from tests.settings import settings

ROUNDS, REQUESTS = 15, 100
Case = Callable[[], object]
ROWS: tuple[Callable[[], list[object]], ...] = (
    lambda: [Item(name=f"Item {number:03}", price=100, on_hand=5) for number in range(100)],  # feature: shop
)


def main() -> None:
    with shared():  # counts go where those of a server go
        parts = {"compare": compare.main, "requests": requests, "limits": limits.main, "signin": signin.main}
        for name in sys.argv[1:] or parts:
            parts[name]()


def requests() -> None:
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):  # the logs, which are written all the same
        cases = {"a bare Flask view": bare(), **bare_async(), **kiosk()}
        best = dict.fromkeys(cases, float("inf"))
        for _ in range(ROUNDS):
            for name, case in cases.items():
                best[name] = min(best[name], timed(case))
    base = best["a bare Flask view"]
    print(f"{'':44}{'µs':>8}{'ratio':>8}")
    for name, seconds in best.items():
        print(f"{name:44}{seconds * 1e6:8.0f}{seconds / base:8.1f}")


def timed(case: Case) -> float:
    """Seconds per request."""
    began = time.perf_counter()
    for _ in range(REQUESTS):
        case()
    return (time.perf_counter() - began) / REQUESTS


def bare() -> Case:
    app = Flask("bare")
    app.add_url_rule("/", "view", lambda: {"status": "ok"})
    return caller(app, "/")


class Bridged(Flask):
    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        return lambda *args, **kwargs: bridge.run(func(*args, **kwargs))


def bare_async() -> dict[str, Case]:
    async def view() -> dict[str, str]:
        return {"status": "ok"}

    apps = {"  async, Flask's own way": Flask("async"), "  async, over the bridge": Bridged("bridged")}
    for app in apps.values():
        app.add_url_rule("/", "view", view)
    return {name: caller(app, "/") for name, app in apps.items()}


def kiosk() -> dict[str, Case]:
    app = create_app(settings("sqlite:///:memory:", ENV="production", public_url="https://shop.example"))
    app.logger.parent = None

    async def view() -> dict[str, str]:
        return {"status": "ok"}

    async def view_with_blocking() -> dict[str, str]:
        await blocking(lambda: None)
        return {"status": "ok"}

    app.add_url_rule("/async", "async", view)
    app.add_url_rule("/blocking", "blocking", view_with_blocking)
    with app.app_context():
        upgrade()  # the catalogue is kept by triggers, which only migrations make
        for rows in ROWS:
            db.session.add_all(rows())
        user = User(username="ada", email="ada@example.com")
        db.session.add(user)
        db.session.commit()
        token = opaque_tokens.generate()
        sessions.begin(db.session(), user, utcnow(), None, token)
        db.session.commit()
    return {
        "Kiosk: an async view": caller(app, "/async"),
        "  with one blocking call sent home": caller(app, "/blocking"),
        "GET /healthz": caller(app, "/healthz"),
        "  not counted": caller(uncounted(), "/healthz"),
        "GET /api/items, 20 of 100": caller(app, "/api/items"),  # feature: shop
        "GET /api/items, 100 of 100": caller(app, "/api/items?per_page=100"),  # feature: shop
        "GET /api/items/1": caller(app, "/api/items/1"),  # feature: shop
        "GET /api/profile, by cookie": caller(app, "/api/profile", token),
        "GET /api/orders, none": caller(app, "/api/orders", token),  # feature: shop
    }


def uncounted() -> Flask:
    """Kiosk without its meters: what they cost is the difference."""
    app = create_app(settings("sqlite:///:memory:", ENV="production", public_url="https://shop.example"))
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        hooks[None] = [hook for hook in hooks[None] if hook.__module__ != "app.ops.counters"]
    return app


def caller(app: Flask, path: str, token: str = "") -> Case:
    client = app.test_client(use_cookies=False)
    headers = {"Cookie": f"__Host-kiosk={token}"} if token else {}

    def call() -> None:
        assert client.get(path, headers=headers).status_code == 200

    return call


if __name__ == "__main__":
    main()
