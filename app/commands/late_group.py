"""A group of commands whose import takes long: other commands, such as `kiosk serve`, do not wait for it."""

from collections.abc import Callable, Iterable

import click

from app.commands.operator_errors import Group

Change = Callable[[click.Command], object]


class LateGroup(Group):
    """`find` imports the commands, once one of them, or the list of them, is asked for."""

    def __init__(self, name: str, words: str, find: Callable[[], Iterable[click.Command]]) -> None:
        super().__init__(name, help=words)
        self._find = find
        self.changes: list[Change] = []
        """What is done to each command then."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        self._fill()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._fill()
        return super().list_commands(ctx)

    def _fill(self) -> None:
        if self.commands:
            return
        for command in self._find():
            for change in self.changes:
                change(command)
            self.add_command(command)
