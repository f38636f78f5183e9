"""What the docs lead to is there: tests that they name as proof, files that they link to."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.processes import ROOT

TESTS = ROOT / "tests"
ROOT = TESTS.parent
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def proof_in(*pages: Path) -> set[str]:
    return {name for page in pages for name in re.findall(r"`(test_\w+)`", page.read_text())}


@pytest.mark.parametrize("folder", [ROOT / "docs", DECISIONS], ids=["docs", "decisions"])
def test_every_test_that_is_named_as_proof_is_there(folder):
    defined = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
    there = {name for file in TESTS.rglob("test_*.py") for name in defined.findall(file.read_text())}

    named = proof_in(*folder.glob("*.md"))

    assert named
    assert named - there == set()


def test_the_page_on_security_names_tests():
    assert proof_in(ROOT / "docs" / "security.md")


def test_every_link_from_one_page_to_another_leads_somewhere():
    links = [
        (page, link) for page in PAGES for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text())
    ]

    assert links
    assert [f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_every_module_that_a_page_names_is_there():
    modules = [
        f"/{file.relative_to(ROOT)}"
        for place in ("app", "tests", "simulators", "scripts")
        for file in (ROOT / place).rglob("*.py")
    ]
    named = {name for page in PAGES for name in re.findall(r"`((?:\w+/)+\w+\.py)`", page.read_text())}

    assert named
    assert {name for name in named if not any(module.endswith(f"/{name}") for module in modules)} == set()


def test_the_architecture_shows_the_folders_of_app_in_the_order_in_which_they_import():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [layer.strip("()") for layer in contracts[0]["layers"] if layer != "(__main__)"]
    folders = {file.stem for file in (ROOT / "app").glob("[!_]*") if file.suffix in ("", ".py")}

    shown = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)

    assert shown == layers
    assert set(shown) == folders


def test_every_decision_has_its_page_its_row_and_the_same_four_headings():
    pages = sorted(DECISIONS.glob("0*.md"))
    rows = re.findall(r"^\| \[(\d+)\]\((\S+\.md)\) \|", (DECISIONS / "README.md").read_text(), re.MULTILINE)

    numbers = [int(page.name[:4]) for page in pages]
    assert len(set(numbers)) == len(numbers)
    assert rows == [(str(number), page.name) for number, page in zip(numbers, pages, strict=True)]
    for number, page in zip(numbers, pages, strict=True):
        text = page.read_text()
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "What was measured",
            "What would change it",
        ]
