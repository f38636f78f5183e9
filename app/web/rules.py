"""The application's routes, made without what few of them need."""

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule


class QuickRule(Rule):
    """A rule that builds addresses for `url_for` when it is first asked for one.

    werkzeug compiles two functions for this with every rule, which is most of what it takes to make an application.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_builder = super()._compile_builder

        @cache
        def compiled() -> Callable[..., tuple[str, str]]:
            return compile_builder(append_unknown)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build
