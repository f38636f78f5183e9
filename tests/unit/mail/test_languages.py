"""Mails in each language: one template beside the other, with the same values in them."""

import re

import jinja2
import pytest
from jinja2 import meta

from app.mail.beside import OPEN
from app.mail.message import TEMPLATES, Message, rendered
from app.runtime.languages import DEFAULT, KNOWN
from tests.unit.mail.test_message import AT, configured

ENGLISH = sorted(file for file in TEMPLATES.rglob("*.txt") if "." not in file.stem)
OTHERS = [language for language in KNOWN if language != DEFAULT]


def values_of(file):
    return meta.find_undeclared_variables(jinja2.Environment(autoescape=False).parse(file.read_text()))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", ENGLISH, ids=lambda file: file.stem)
def test_a_mail_is_there_in_each_language_with_the_same_values(file, language):
    other = file.with_name(f"{file.stem}.{language}.txt")

    assert values_of(other) == values_of(file)
    assert re.match(r"Subject: \S", other.read_text())


@pytest.mark.parametrize("language", OTHERS)
def test_no_mail_is_kept_in_a_language_that_is_not_there_in_english(language):
    translated = TEMPLATES.rglob(f"*.{language}.txt")

    assert [
        file.name for file in translated if file.with_name(f"{file.name.partition('.')[0]}.txt") not in ENGLISH
    ] == []


@pytest.mark.parametrize("language", KNOWN)
def test_a_mail_has_a_button_in_its_language(language):
    values = {"link": "https://shop.example/verify-email?token=a"}

    mail = rendered(configured(), Message("ada@example.com", "verify_email", values, language), "key", AT)

    page = mail.get_body(("html",)).get_content()
    assert f'lang="{language}"' in page
    assert OPEN[language] in page
