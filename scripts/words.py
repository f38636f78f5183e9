"""Words that the project does not use, and what it says instead. docs/glossary.md has the words that it does use.

Each is an old name of ours where the field has a word, or leaves open who acts. The lists name what is never right
here: `books` of a shop, or `letters` of a name, are plain English.
"""

import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from steps import ROOT, StepError

DOCS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
PLACES = ("app", "simulators", "frontend/src", "docs", "deploy", "scripts", ".github", *DOCS)
SUFFIXES = {".py", ".ts", ".tsx", ".css", ".html", ".txt", ".md", ".yml", ".json", ".template", ""}
LEFT_OUT = {"scripts/words.py", "frontend/src/api/schema.d.ts"}  # this list; what is generated from the docstrings

WORDS = {
    "whoever|somebody|anybody|everybody": "user, buyer, staff, operator, caller or client",
    # But for the words that a finding's id is made of.
    "nobody(?! knows for a day)": "user, buyer, staff, operator, caller or client",
    "doorbells?|bells?": "queue, enqueue or handler",
    "shelters?": "circuit breaker",
    "bury|buries|buried|burying": "mark dead, or give up",
    "mint|mints|minted|minting": "generate",
    "sow|sows|sowed|sown|sowing": "seed",
    "(?<!--)lifelines?": "parent watch",  # but for the option `--lifeline`
    "(?<!:)vaults?": "encryption",  # but for the text that keys were derived with ever since
    "watchers?": "metrics token",
    "rekey|rekeys|rekeyed|rekeying": "key rotation",
    "doers?": "actor",
}
WORDS_OF_PYTHON = {"ring|rings|rang|rung|ringing": "enqueue"}
WORDS_OF_DOCS = {r"(?<!audit[ _\n])trails?": "audit trail"}

NAMES = {
    "found": "what it holds: user, order, rows, settings",
    "Arrival": "what came: a callback, an event",
    "Books": "DatabaseGauges",
    "Kept": "Cached",
    "Letter": "Message",
    "Meters": "Counters",
    "Needed": "Finding",
    "Post": "Delivery",
    "Wanted": "OrderLineRequest",
    "at_home": "the request thread",
}
CODE = ("app", "simulators", "scripts")

MODULES = {
    "address": "client_address",
    "books": "database_gauges",
    "confirm": "recent_auth",
    "doorbell": "jobs",
    "folder": "multiprocess_dir",
    "holds": "stock",
    "letters": "message",
    "lifeline": "parent_watch",
    "meters": "counters",
    "post": "delivery",
    "rekeying": "key_rotation",
    "scope": "log_context",
    "shelter": "circuit_breaker",
    "spans": "tracing",
    "vault": "encryption",
    "watcher": "metrics_token",
    "ways": "sign_in_methods",
    "wire": "smtp, or protocol",
}
STANDARD_LIBRARY = sys.stdlib_module_names - {"email"}  # `auth/email/` is a feature beside passkeys and TOTP
"""A module named like one of these makes readers, and programs with another `sys.path`, take one for the other."""


def check() -> None:
    """Print each place with such a word. Raises StepError where there is one."""
    problems = [*words(), *names(), *modules()]
    if problems:
        print("\n".join(problems), file=sys.stderr)
        raise StepError("Words that the project does not use: say what is named above.")


def words() -> Iterator[str]:
    for file in files(PLACES, SUFFIXES):
        lists = [WORDS]
        lists += [WORDS_OF_PYTHON] if file.suffix == ".py" else []
        lists += [WORDS_OF_DOCS] if file.suffix == ".md" else []
        text = file.read_text()
        for listed in lists:
            for pattern, instead in listed.items():
                for at, word in uses(pattern, text):
                    yield f"{place(file, text.count(chr(10), 0, at) + 1)}: {word!r}: say {instead}"


def uses(pattern: str, text: str) -> Iterator[tuple[int, str]]:
    """Where the words are in the text, also as a part of a name. Names of tests are quoted as they are."""
    searched = re.sub(r"\btest_\w+", lambda name: " " * len(name[0]), text)
    for match in re.finditer(rf"(?<![A-Za-z])(?i:{pattern})(?![a-z])", searched):
        yield match.start(), match[0]


def names() -> Iterator[str]:
    """Names in Python code; strings and comments may have the word."""
    for file in files(CODE, {".py"}):
        with tokenize.open(file) as source:
            for token in tokenize.generate_tokens(source.readline):
                if token.type == tokenize.NAME and token.string in NAMES:
                    yield f"{place(file, token.start[0])}: a name {token.string!r}: say {NAMES[token.string]}"


def modules() -> Iterator[str]:
    for file in files(CODE, {".py"}):
        name = file.parent.name if file.stem == "__init__" else file.stem
        if name in MODULES:
            yield f"{place(file)}: a module named {name!r}: say {MODULES[name]}"
        if name in STANDARD_LIBRARY:
            yield f"{place(file)}: a module named like one of the standard library's, {name!r}"


def files(places: tuple[str, ...], suffixes: set[str]) -> Iterator[Path]:
    for each in places:
        start = ROOT / each
        for file in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if file.suffix in suffixes and file.is_file() and place(file) not in LEFT_OUT:
                yield file


def place(file: Path, line: int | None = None) -> str:
    return f"{file.relative_to(ROOT)}{f':{line}' if line else ''}"
