"""A command that changes the database: one transaction, committed once at the end."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from flask.cli import with_appcontext

from app.runtime.db import db, writing
from app.runtime.errors import Problem

P = ParamSpec("P")
T = TypeVar("T")


def transaction(command: Callable[P, T]) -> Callable[P, T]:
    """Commits what the command did. A Problem rolls it back, and is shown as one line."""

    @with_appcontext
    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with writing():
                result = command(*args, **kwargs)
                db.session.commit()
        except Problem as problem:
            raise click.ClickException(problem.detail) from problem
        return result

    return run
