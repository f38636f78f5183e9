"""Where the simulator is wired together."""

from collections.abc import Mapping
from pathlib import Path

from flask import Flask

from simulators.identity import (
    after,
    github,  # feature: github
    levers,
    openid,
    pages,
    web,
)
from simulators.identity.clients import Client
from simulators.identity.people import Person
from simulators.identity.state import State

LARGEST_BODY = 1 << 20
BLUEPRINTS = (
    openid.blueprint,
    after.blueprint,
    github.blueprint,  # feature: github
    pages.blueprint,
)


def create_app(
    people: Mapping[str, Person],
    clients: Mapping[str, Client],
    *,
    control: bool = False,
    file: Path | None = None,
    seed: int | None = None,
) -> Flask:
    """The simulator as a WSGI application. Without `control` there is nothing below `/_control`.

    What it remembers is kept in `file`, or in memory alone.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, the declared type not
    app.extensions["identity"] = State(people, clients, file=file, seed=seed)
    web.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if control:
        app.register_blueprint(levers.blueprint)
    return app
