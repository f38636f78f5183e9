"""Shows an OperatorError as one line, as click shows errors of its own; and what mends an error of the database."""

import re
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


def mend(reason: str) -> str:
    """What an operator does about what the database says."""
    if re.search(r"is full|disk I/O error|No space left", reason):
        return "Make room on its disk."
    if re.search(r"unable to open|readonly|read-only", reason):
        return "May this user write its file and the folder of that?"
    return "Is it there, and is `kiosk db upgrade` done?"
