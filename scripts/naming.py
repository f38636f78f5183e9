"""The name of a product, in each of its forms, in the place of Kiosk's."""

import re
from dataclasses import dataclass

from features import File, Tree
from steps import StepError

TITLE, SLUG = "Kiosk", "kiosk"
KEEPS_NAME = {
    "LICENSE",
    "docs/upgrading.md",
    "scripts/features.py",
    "scripts/naming.py",
    "scripts/start",
    "scripts/start.py",
}
"""Files that speak of Kiosk in a product too."""
RESERVED = {"app", "demo", "deploy", "docs", "frontend", "migrations", "python", "scripts", "simulators", "tests"}
LONGEST = 30


@dataclass(frozen=True)
class Name:
    title: str
    """As people read it, such as `Corner Bakery`."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*(?: [A-Za-z0-9]+)*", self.title) or len(self.title) > LONGEST:
            raise StepError(
                f"{self.title!r} is no name for a product: write up to {LONGEST} letters of a to z, digits and spaces, "
                "with a capital letter first, such as `Corner Bakery`."
            )
        if self.slug in RESERVED or SLUG in self.slug:
            raise StepError(f"{self.slug} is the name of something else here: choose another name.")

    @property
    def slug(self) -> str:
        """Of the command, the package, cookies and metrics; in capitals of settings. One word, as Kiosk's is."""
        return self.title.replace(" ", "").lower()

    def put_into(self, text: str) -> str:
        text = text.replace(SLUG.upper(), self.slug.upper()).replace(SLUG, self.slug)
        # A part of an identifier holds no space.
        word = re.compile(rf"(?<=\w){TITLE}|{TITLE}(?=\w)")
        return word.sub(self.title.replace(" ", ""), text).replace(TITLE, self.title)


def renamed(tree: Tree, name: Name) -> dict[str, File]:
    """Every path and every text with the product's name. A file that KEEPS_NAME stays as it is."""
    done = {}
    for path, file in tree.items():
        text = file.text
        if path in KEEPS_NAME:
            done[path] = file
        else:
            done[name.put_into(path)] = file if text is None else file.with_text(name.put_into(text))
    return done
