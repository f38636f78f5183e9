"""Makes this checkout of Kiosk a product of its own: gives it a name, and takes out what it does without.

What it does to a tree depends on the tree, the name and the features alone: the same again changes nothing, and a later
Kiosk, started in the same way, can be merged (docs/upgrading.md). Needs the standard library and git.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from features import ORIGIN, Feature, File, Tree, read, with_dependents, without
from naming import TITLE, Name, renamed
from steps import ROOT, StepError, say

CHOICE = "product.toml"
FIRST_VERSION = "0.1.0"


@dataclass(frozen=True)
class Product:
    name: Name
    left_out: frozenset[str]
    day: str
    """When it was started, as in 2026-11-28."""

    @classmethod
    def told(cls, text: str) -> "Product":
        """As a product.toml keeps it."""
        kept = tomllib.loads(text)
        return cls(Name(kept["name"]), frozenset(kept["without"]), str(kept["started"]))

    def worded(self, origin: str) -> str:
        listed = ", ".join(f'"{each}"' for each in sorted(self.left_out))
        return (
            f"# What scripts/start was told: `scripts/start --from {CHOICE}` does the same to a later {TITLE}.\n"
            f'name = "{self.name.title}"\nwithout = [{listed}]\n'
            f'started_from = "{origin}"\nstarted = "{self.day}"\n'
        )


def main(arguments: Sequence[str]) -> None:
    options = parse(arguments)
    tree = read_tree(ROOT)
    features = read(tree)
    kept = tree.get(CHOICE)
    before = Product.told(kept.text or "") if kept else None
    wanted = chosen(options, features, before)
    if before and before.name != wanted.name:
        raise StepError(f"This is {before.name.title} already: begin with a checkout of {TITLE} for another name.")
    if before and (back := before.left_out - wanted.left_out):
        raise StepError(
            f"Left out already: {', '.join(sorted(back))}. Name it too, or begin with a checkout of {TITLE}."
        )
    after = started(tree, wanted, begun=before is not None)
    report(tree, after)
    if tree == after:
        say(f"This is {wanted.name.title} already, and nothing is left to do.")
    elif options.dry_run:
        say("Nothing was changed: leave --dry-run out to do it.")
    elif git("status", "--porcelain"):
        raise StepError("There are changes that no commit has, so that no undoing would be safe: commit them first.")
    else:
        write_tree(ROOT, tree, after)
        say(f"\nThis is {wanted.name.title} now; nothing is committed. To undo it: git restore . && git clean -fd")
        say("Next: make install fmt lock api messages, then make check test, then commit; docs/upgrading.md has more.")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/start", description=f"Makes this checkout of {TITLE} a product.")
    parser.add_argument("name", nargs="?", help="as people read it, such as Bakery")
    parser.add_argument("--without", default="", metavar="FEATURE,…", help="what it does without")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help=f"the {CHOICE} of the product")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    options = parser.parse_args(arguments)
    if (options.name is None) == (options.source is None):
        parser.error("either the name of the product, or --from with its choice, is needed")
    return options


def chosen(options: argparse.Namespace, features: Mapping[str, Feature], before: Product | None) -> Product:
    if options.source:
        try:
            return Product.told(options.source.read_text())
        except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
            raise StepError(f"{options.source} is no choice that scripts/start has written: {error!r}.") from error
    left_out = {each.strip() for each in options.without.split(",") if each.strip()}
    optional = set(features) - {ORIGIN}
    if unknown := left_out - optional - (before.left_out if before else set()):
        raise StepError(f"There is no feature {', '.join(sorted(unknown))}. There are: {', '.join(sorted(optional))}.")
    day = before.day if before else f"{datetime.now(UTC):%Y-%m-%d}"
    return Product(Name(options.name), frozenset(left_out), day)


# ---------------------------------------------------------------- the product's tree


def started(tree: Tree, product: Product, *, begun: bool) -> dict[str, File]:
    """The tree of the product. `begun`: it has its name already."""
    features = read(tree)
    gone = {each for each in product.left_out | {ORIGIN} if each in features}
    after = without(tree, features, with_dependents(features, gone))
    after = without_proofs(after, tests_in(tree) - tests_in(after))
    if begun:
        origin = tomllib.loads(tree[CHOICE].text or "")["started_from"]
    else:
        origin = f"{TITLE} {version(tree)}"
        after = renamed(after, product.name)
        after["CHANGELOG.md"] = File(changelog(product).encode())
        for path, pattern, by in places(product.name):
            after[path] = replaced(after, path, pattern, by)
    after[CHOICE] = File(product.worded(origin).encode())
    return after


def changelog(product: Product) -> str:
    return f"# Changelog\n\n## Unreleased\n\n## {FIRST_VERSION} - {product.day}\n\n- Started from {TITLE}.\n"


def tests_in(tree: Tree) -> set[str]:
    files = (file.text or "" for path, file in tree.items() if path.startswith("tests/") and path.endswith(".py"))
    return {name for text in files for name in re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE)}


def without_proofs(tree: Tree, gone: set[str]) -> dict[str, File]:
    """The docs name tests as proof; those that went with a feature are named no more."""
    if not gone:
        return dict(tree)
    name = f"`(?:{'|'.join(sorted(gone))})`"
    proof = re.compile(rf"{name},\s|,\s{name}|{name}")
    return {
        path: file.with_text(proof.sub("", file.text or "")) if path.endswith(".md") else file
        for path, file in tree.items()
    }


def places(name: Name) -> Sequence[tuple[str, str, str]]:
    """What else differs: a product counts its versions itself, and its lines are longer by what its name is longer."""
    columns = 120 + 3 * max(0, len(name.title) - len(TITLE))
    return (
        ("pyproject.toml", r'(?m)^version = ".*"$', f'version = "{FIRST_VERSION}"'),
        ("Dockerfile", r'(image\.version=)"[^"]*"', rf'\g<1>"{FIRST_VERSION}"'),
        ("pyproject.toml", r"(?m)^max-line-length = \d+", f"max-line-length = {columns}"),
    )


def replaced(tree: Tree, path: str, pattern: str, by: str) -> File:
    text, count = re.subn(pattern, by, tree[path].text or "")
    if count != 1:
        raise StepError(f"{path} has {count} places like {pattern}, and should have one.")
    return tree[path].with_text(text)


def version(tree: Tree) -> str:
    return str(tomllib.loads(tree["pyproject.toml"].text or "")["project"]["version"])


# ---------------------------------------------------------------- the checkout


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise StepError(f"`git {arguments[0]}` failed: {done.stderr.strip()}")
    return done.stdout


def read_tree(root: Path) -> dict[str, File]:
    """What is committed or could be."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    files = {path: root / path for path in sorted(set(listed)) if path}
    return {
        path: File(file.read_bytes(), file.stat().st_mode & 0o777) for path, file in files.items() if file.is_file()
    }


def write_tree(root: Path, before: Tree, after: Tree) -> None:
    for path in before.keys() - after.keys():
        (root / path).unlink()
        for folder in (root / path).parents:
            if folder == root or any(folder.iterdir()):
                break
            folder.rmdir()
    for path, file in after.items():
        if before.get(path) != file:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(file.content)
            (root / path).chmod(file.mode)


def report(before: Tree, after: Tree) -> None:
    changes = {
        "removed": sorted(before.keys() - after.keys()),
        "added": sorted(after.keys() - before.keys()),
        "changed": sorted(path for path in before.keys() & after.keys() if before[path] != after[path]),
    }
    for word, paths in changes.items():
        for path in paths:
            say(f"{word:8} {path}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except StepError as error:
        sys.exit(str(error))
