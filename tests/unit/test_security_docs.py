"""docs/security.md names tests as proof: each of them is there."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "security.md"


def test_every_test_that_is_named_as_proof_is_there():
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text()))
    defined = re.compile(r"^def (test_\w+)", re.MULTILINE)
    there = {name for file in TESTS.rglob("test_*.py") for name in defined.findall(file.read_text())}

    assert named
    assert named - there == set()
