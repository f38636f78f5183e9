"""Which language an answer is in, and sentences with values in another language."""

import pytest
from werkzeug.test import EnvironBuilder

from app.runtime import languages
from app.runtime.languages import COOKIE, Sentence, Verbatim, retold, said


def asked(path="/", accept="", cookie=""):
    headers = {"Accept-Language": accept, "Cookie": cookie and f"{COOKIE}={cookie}"}
    return languages.of(EnvironBuilder(path, headers=headers).get_request())


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,de;q=0.5", "en"),
        ("fr,de;q=0.5", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("de;q=0,en", "en"),
        (";;;=,,q", "en"),
        ("de," * 5000, "de"),
    ],
)
def test_the_language_is_the_first_of_those_that_the_client_accepts(accept, language):
    assert asked(accept=accept) == language


def test_a_page_is_in_the_language_that_its_switch_was_set_to():
    assert asked(accept="en", cookie="de") == "de"
    assert asked(accept="de", cookie="tlh") == "de"


def test_the_api_answers_by_the_header_alone():
    assert asked("/api/items", accept="en", cookie="de") == "en"


def test_outside_of_a_request_it_is_english():
    assert languages.asked() == "en"


def test_a_sentence_with_values_is_said_in_german():
    assert said(Sentence("Use at least {number} characters.", number=8), "de") == "Verwenden Sie mindestens 8 Zeichen."


def test_a_value_is_no_message():
    sentence = Sentence("Use one of these: {known}.", known="Sign in first.")

    assert said(sentence, "de") == "Wählen Sie eines von diesen: Sign in first.."


def test_in_english_a_sentence_is_what_it_is():
    assert said(Sentence("Use at least {number} characters.", number=8), "en") == "Use at least 8 characters."


# ---------------------------------------------------------------- sentences that rows keep


# feature: shop {
def test_a_sentence_that_a_row_keeps_is_told_in_german_with_its_values():
    kept = str(Sentence("It failed: {reason}.", reason=Sentence("the provider gives no reason")))

    assert retold(kept, "de") == "Sie ist gescheitert: der Anbieter nennt keinen Grund."
    assert retold(kept, "en") == kept


def test_the_words_of_a_sentence_may_stand_in_its_values_too():
    kept = str(Sentence("{held} of {item} are held, and orders hold {total}.", held=3, item="'Box of tea'", total=2))

    assert retold(kept, "de") == "3 von 'Box of tea' sind zurückgelegt, und Bestellungen halten 2."


def test_an_amount_in_it_is_written_as_germans_do():
    assert retold("12.50 EUR came in, and no order has it.", "de").startswith("12,50 EUR ")


# }
@pytest.mark.parametrize(
    "text",
    [
        *("", "No such host at example.com.", "{0} {nothing}", "100% (or more)", "In\ntwo at lines"),
        "Refund of 1.00 EUR: " * 1000 + "a provider may write what it likes.",
    ],
    ids=lambda text: text[:30],
)
def test_text_that_is_no_sentence_of_ours_stays_as_it_is(text):
    assert retold(text, "de") == text


def test_what_a_person_wrote_is_told_as_it_is():
    assert retold(Verbatim("Paid."), "de") == "Paid."
