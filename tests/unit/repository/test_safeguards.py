"""The list of safeguards keeps up with the sources; `make safeguards` takes them out for real."""

import pytest

from tests.processes import ROOT
from tests.safeguards.edits import SAFEGUARDS


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda each: each.name)
def test_what_takes_a_safeguard_out_fits_the_sources_exactly_once(safeguard):
    wrong = [f"{each.file}: {each.old!r}" for each in safeguard.edits if not each.fits(ROOT)]

    assert wrong == []


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda each: each.name)
def test_the_tests_that_ought_to_notice_are_there(safeguard):
    for test in safeguard.tests:
        file, _, name = test.partition("::")

        assert f"def {name.partition('[')[0]}" in (ROOT / file).read_text()


def test_no_two_safeguards_have_the_same_name():
    names = [each.name for each in SAFEGUARDS]

    assert sorted(set(names)) == sorted(names)
