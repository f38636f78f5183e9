"""`make check` finds the words that the project does not use, and leaves plain English alone."""

import sys

import pytest

from tests.processes import ROOT


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """`tree(path, text)` writes a file, and gives what the check says of the tree."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    sys.modules.pop("words", None)
    import words

    monkeypatch.setattr(words, "ROOT", tmp_path)
    monkeypatch.setattr(words, "PLACES", ("app", "docs"))

    def problems(path: str, text: str) -> list[str]:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return [*words.words(), *words.names(), *words.modules()]

    return problems


def test_a_word_that_leaves_open_who_acts_is_named_with_its_line(tree):
    [problem] = tree("docs/page.md", "# Page\n\nNobody may do this.\n")

    assert problem.startswith("docs/page.md:3: 'Nobody': say user")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/mail.py", "def mint_link(): ...\n"),
        ("app/mail.py", "found = []\n"),
        ("app/mail.py", "rows = [found for found in ()]\n"),
        ("app/mail.py", "class Letter: ...\n"),
        ("app/jobs.py", "# Rings for the worker.\n"),
        ("app/vault.py", ""),
        ("app/secrets.py", ""),
        ("app/http/__init__.py", ""),
        ("docs/page.md", "Both go into the trail.\n"),
    ],
)
def test_old_names_and_names_of_the_standard_library_are_refused(tree, path, text):
    assert tree(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/page.md", "`test_nobody_can_tell_why_a_sign_in_failed`: the user is found. `--lifeline`.\n"),
        ("docs/page.md", "Both go into the audit\ntrail.\n"),
        ("app/items.py", '"""Books of 12 letters, found by spring; a string."""\n'),
        ("app/encryption.py", 'INFO = b"kiosk:vault"\n'),
    ],
)
def test_plain_english_names_of_tests_and_names_that_must_stay_are_let_through(tree, path, text):
    assert tree(path, text) == []
