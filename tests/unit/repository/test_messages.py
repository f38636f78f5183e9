"""What the server says to people is there in every language, and no file holds what it does not say."""

import re
import sys

import pytest

from tests.processes import ROOT

sys.path.append(str(ROOT / "scripts"))
from messages import OTHERS, spoken, written


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_server_is_there_in_each_language(language):
    known = written(language)

    assert sorted(text for text in spoken() if not known.get(text)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_kept_that_the_server_does_not_say(language):
    assert sorted(set(written(language)) - spoken()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_and_its_translation_have_the_same_values(language):
    def values(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    assert [text for text, words in written(language).items() if values(text) != values(words)] == []
