"""Shows an OperatorError as one line, as click shows errors of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from app.runtime.errors import OperatorError


@contextmanager
def shown() -> Iterator[None]:
    """Around a command, as a decorator or in a `with`."""
    try:
        yield
    except OperatorError as error:
        raise click.ClickException(str(error)) from error


class Group(click.Group):
    """A group whose commands may raise OperatorError."""

    def invoke(self, ctx: click.Context) -> Any:
        with shown():
            return super().invoke(ctx)
