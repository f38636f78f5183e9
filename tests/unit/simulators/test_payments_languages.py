"""What the payment page says in German: all of it, and nothing else."""

import re
from pathlib import Path

import pytest

import simulators.payments
from simulators.payments.languages import GERMAN, Speaker

FOLDER = Path(simulators.payments.__file__).parent
PLACES = re.compile(r"\{\w+\}")


def test_each_sentence_of_the_pages_has_its_german():
    pages = [each.read_text() for each in (FOLDER / "templates").glob("*.html")]
    said = {text for page in pages for text in re.findall(r'say\("([^"]+)"', page)}
    said |= set(re.findall(r'title="([^"]+)"', (FOLDER / "pages.py").read_text()))

    assert len(said) > 30
    assert said - set(GERMAN) == set()


def test_no_german_is_left_over():
    files = [each for each in FOLDER.rglob("*") if each.suffix in (".py", ".html") and each.name != "languages.py"]
    sources = "\n".join(each.read_text() for each in files)

    assert [text for text in GERMAN if text not in sources] == []


def test_german_has_the_same_places_for_values():
    assert [text for text, german in GERMAN.items() if set(PLACES.findall(text)) != set(PLACES.findall(german))] == []


@pytest.mark.parametrize(
    ("locale", "accepted", "language"),
    [
        (None, ["de-AT", "en"], "de"),
        ("auto", ["fr", "de"], "de"),
        ("de", ["en"], "de"),
        ("en-GB", ["de"], "en"),
        ("fr", ["de"], "en"),
        (None, [], "en"),
    ],
)
def test_the_language_is_the_sessions_or_else_the_browsers(locale, accepted, language):
    assert Speaker({"locale": locale}, accepted).language == language


@pytest.mark.parametrize(
    ("amount", "currency", "english", "german"),
    [
        (123450, "eur", "€1,234.50", "1.234,50 €"),
        (1200, "jpy", "¥1,200", "1.200 ¥"),
        (1200, "chf", "CHF 12.00", "12,00 CHF"),
    ],
)
def test_money_is_written_as_the_language_has_it(amount, currency, english, german):
    for language, written in (("en", english), ("de", german)):
        said = Speaker({}, [language]).money(amount, currency)
        assert said.replace("\N{NO-BREAK SPACE}", " ") == written


def test_a_text_of_elsewhere_stays_as_it_is():
    assert Speaker({}, ["de"])("An error {of} the provider") == "An error {of} the provider"
