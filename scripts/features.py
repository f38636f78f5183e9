"""Which files and lines belong to an optional feature, and the tree without them.

A feature says in its own folder, in `feature.toml` or `….feature.toml`, which files belong to it. A line of a list
that belongs to it ends in a comment, `feature: NAME`; a line that several features need, in `feature: NAME or NAME`.
A block begins with a line that ends in `feature: NAME {`, and ends with one that ends in a comment of `}`.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from steps import StepError

COMMENT = r"(?:#|//|<!--|/\*)\s*"
END = r"\s*(?:-->|\*/\}?)?\s*$"
MARK = re.compile(rf"{COMMENT}feature: (?P<names>[a-z]+(?: or [a-z]+)*)(?P<opens> \{{)?{END}")
CLOSE = re.compile(rf"{COMMENT}\}}{END}")
ORIGIN = "origin"
"""The feature of what Kiosk alone has, such as the rehearsals of a start: every product leaves it out."""


@dataclass(frozen=True)
class File:
    content: bytes
    mode: int = 0o644

    @property
    def text(self) -> str | None:
        """None for a picture and its like."""
        try:
            return None if b"\0" in self.content else self.content.decode()
        except UnicodeDecodeError:
            return None

    def with_text(self, text: str) -> "File":
        return File(text.encode(), self.mode)


Tree = Mapping[str, File]
"""By path below the root of the checkout, with slashes."""


@dataclass(frozen=True)
class Feature:
    name: str
    title: str
    needs: tuple[str, ...]
    """A feature that needs one that is left out is left out too."""
    paths: tuple[str, ...]
    """Folders, files and patterns of files."""

    def has(self, path: str) -> bool:
        return any(path == each or path.startswith(f"{each}/") or fnmatch(path, each) for each in self.paths)


def read(tree: Tree) -> dict[str, Feature]:
    """By name. Raises StepError where a feature.toml says what is not so."""
    features = {}
    for path, file in tree.items():
        if not re.search(r"(^|[/.])feature\.toml$", path):
            continue
        told = tomllib.loads(file.text or "")
        paths = (path, *(each for layer in told["paths"].values() for each in layer))
        feature = Feature(told["name"], told["title"], tuple(told.get("needs", ())), paths)
        features[feature.name] = feature
    for feature in features.values():
        if unknown := set(feature.needs) - set(features):
            raise StepError(f"The feature {feature.name} needs {', '.join(sorted(unknown))}, which is no feature.")
        nothing = [each for each in feature.paths if not any(Feature("", "", (), (each,)).has(path) for path in tree)]
        if nothing:
            raise StepError(f"The feature {feature.name} names {', '.join(nothing)}, where there is no file.")
    return features


def with_dependents(features: Mapping[str, Feature], chosen: Iterable[str]) -> set[str]:
    """`chosen`, and each feature that needs one of them."""
    left_out = set(chosen)
    while more := {each.name for each in features.values() if left_out.intersection(each.needs)} - left_out:
        left_out |= more
    return left_out


def without(tree: Tree, features: Mapping[str, Feature], left_out: Collection[str]) -> dict[str, File]:
    """The tree without the files and the marked lines of `left_out`. Raises StepError for a mark that is wrong."""
    gone = [features[name] for name in left_out]
    kept = {}
    for path, file in tree.items():
        if any(feature.has(path) for feature in gone):
            continue
        text = file.text
        if text is not None and "feature: " in text:
            try:
                file = file.with_text(unmarked(text, features, left_out))  # noqa: PLW2901 -- the same one, shorter
            except ValueError as error:
                raise StepError(f"{path}: {error}") from error
        kept[path] = file
    return kept


def unmarked(text: str, known: Collection[str], left_out: Collection[str]) -> str:
    """Without lines, blocks and names in marks of `left_out`. Raises ValueError for a mark that is wrong."""
    kept: list[str] = []
    cut = False
    for line, goes in judged(text.splitlines(keepends=True), known, left_out):
        doubled = cut and not line.strip() and not (kept and kept[-1].strip())
        if not goes and not doubled:  # one gap is left where there were two
            kept.append(_without_names(line, left_out))
        cut = goes or doubled
    while cut and kept and not kept[-1].strip():
        kept.pop()
    return "".join(kept)


def _without_names(line: str, left_out: Collection[str]) -> str:
    """A mark of several features names those that are left: a product knows no others."""
    mark = MARK.search(line)
    if not mark:
        return line
    names = " or ".join(name for name in mark["names"].split(" or ") if name not in left_out)
    return line[: mark.start("names")] + names + line[mark.end("names") :]


def judged(lines: Iterable[str], known: Collection[str], left_out: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it goes. Raises ValueError for a mark that is wrong."""
    blocks: list[bool] = []
    """Of each block that is open, whether it goes."""
    for number, line in enumerate(lines, 1):
        goes = any(blocks)
        if mark := MARK.search(line):
            names = set(mark["names"].split(" or "))
            if unknown := names.difference(known):
                raise ValueError(f"line {number} names {', '.join(sorted(unknown))}, which is no feature")
            goes = goes or names.issubset(left_out)
            if mark["opens"]:
                blocks.append(goes)
        elif blocks and CLOSE.search(line):
            blocks.pop()
        yield line, goes
    if blocks:
        raise ValueError("a block of a feature is not closed")
