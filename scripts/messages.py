"""What the server says to people: `messages.py` brings app/runtime/messages/ up to date with the code.

A sentence that is new stands there without a translation, and one that is not said any more is gone. The page has its
messages in frontend/src/locales; `make messages` sees to both.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from werkzeug import exceptions

import app
from app.runtime import text
from app.runtime.errors import Problem
from app.runtime.languages import DEFAULT, KNOWN, MESSAGES, Language, Sentence
from app.web import validation

APP = Path(app.__file__).parent
OTHERS = [language for language in KNOWN if language != DEFAULT]
FIELD_CALLS = ("field", "FieldError")
"""Their last argument is for people: `Invalid.field(name, words)`, `FieldError(name, words)`."""

FOR_THE_LOG = ("stripe",)
"""Folders whose errors are no answers, whatever they are called."""

OF_WERKZEUG = (
    *(exceptions.NotFound, exceptions.MethodNotAllowed, exceptions.RequestEntityTooLarge),
    exceptions.RequestedRangeNotSatisfiable,
)
RENAMED = {
    *("Content Too Large", "Request Entity Too Large", "Unprocessable Content", "Unprocessable Entity"),
    *("Range Not Satisfiable", "Requested Range Not Satisfiable"),
}
"""Titles of HTTP statuses, as older and newer releases of Python have them."""


class NotPlain(Exception):
    """Words with values in them that cannot be said in another language."""


def spoken() -> set[str]:
    """Every sentence of the server: those of errors and of their fields, and those with values."""
    kinds = set(_problems(Problem))
    said = {_template(kind.detail) for kind in kinds} | {kind.status.phrase for kind in kinds} | RENAMED
    said |= {words for _, words in validation.WORDS} | {validation.REQUIRED, validation.UNREADABLE, text.UNSEEN}
    said |= {str(each.description) for each in OF_WERKZEUG}
    said |= {HTTPStatus(each.code or 0).phrase for each in OF_WERKZEUG} | {HTTPStatus.INTERNAL_SERVER_ERROR.phrase}
    names = {kind.__name__ for kind in kinds}
    for file in sorted(APP.rglob("*.py")):
        said.update(_in_code(ast.parse(file.read_text()), () if file.parent.name in FOR_THE_LOG else names))
    return said - {""}


def _problems(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for each in kind.__subclasses__():
        if each.__module__.startswith("app."):
            yield from _problems(each)


def _template(words: str) -> str:
    return words.template if isinstance(words, Sentence) else words


def _in_code(tree: ast.AST, problems: Collection[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        words = _words_of(node, problems)
        if isinstance(words, ast.JoinedStr):
            raise NotPlain(f"write a Sentence instead of an f-string: {ast.unparse(node)}")
        if isinstance(words, ast.Constant) and isinstance(words.value, str):
            yield words.value


def _words_of(node: ast.AST, problems: Collection[str]) -> ast.expr | None:
    """The part of a call or an assignment that people read."""
    if isinstance(node, ast.Call) and node.args:
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        if name in FIELD_CALLS or name in problems:
            return node.args[-1]
        return node.args[0] if name == "Sentence" else None
    is_detail = isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", None) == "detail"
    return node.value if is_detail and isinstance(node.value, ast.Constant) else None


def written(language: Language) -> Mapping[str, str]:
    """By the English sentence, also those without a translation."""
    with (MESSAGES / f"{language}.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, locale=language) if each.id}


def bring_up_to_date(language: Language) -> None:
    known = written(language)
    catalogue = Catalog(locale=language, fuzzy=False)
    for sentence in sorted(spoken()):
        catalogue.add(sentence, known.get(sentence, ""))
    made = BytesIO()
    write_po(made, catalogue, width=0, omit_header=True)
    (MESSAGES / f"{language}.po").write_bytes(made.getvalue())


if __name__ == "__main__":
    for each in OTHERS:
        bring_up_to_date(each)
