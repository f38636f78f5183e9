"""What is on the wire: nothing in a header that is not ours, and links that stay whole."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from flask import Config

from app import load_settings
from app.mail import Kind
from app.mail.message import Message, Site, Undeliverable, address, rendered, sender
from simulators.mail.pages import with_links
from tests.attacks import came_of
from tests.settings import settings

NEWS: tuple[Kind, ...] = (
    "codes_guessed",  # feature: totp
    "identity_linked",
    "new_sign_in",
    "passkey_added",  # feature: passkeys
    "passkey_removed",  # feature: passkeys
    "password_changed",
    "totp_added",  # feature: totp
    "totp_removed",  # feature: totp
)
AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def configured(**changes):
    return load_settings(Config(""), settings("sqlite://", **{"public_url": "https://shop.example", **changes}))


def made(to="ada@example.com", key="key", name="verify_email", **values):
    values = {"username": "ada", "link": "https://shop.example/verify-email?token=a=b", **values}
    return rendered(configured(), Message(to, name, values), key, AT)


def test_a_mail_says_whom_it_is_from_and_that_no_machine_is_to_answer_it():
    mail = made()

    assert mail["From"] == "Kiosk <kiosk@shop.example>"
    assert mail["To"] == "ada@example.com"
    assert mail["Subject"] == "Confirm your email address"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == AT


@pytest.mark.parametrize("kind", NEWS)
def test_all_news_of_an_account_can_be_written_and_lead_to_where_it_is_mended(kind):
    values = {"username": "ada", "at": "2026-05-04 10:00 UTC", "device": None, "address": None, "name": "Acme"}

    mail = rendered(
        configured(), Message("ada@example.com", kind, {**values, "methods": ["a passkey"], "removed": True}), "key", AT
    )

    assert mail["Subject"]
    assert "https://shop.example/forgot-password" in mail.get_body(("plain",)).get_content()


def test_a_mail_that_is_made_again_is_the_same_and_another_is_another():
    assert bytes(made()) == bytes(made())
    assert made()["Message-ID"] != made(key="other")["Message-ID"]
    assert made()["Message-ID"].endswith("@shop.example>")


def test_a_link_stays_on_one_line_and_as_it_is():
    link = "https://shop.example/verify-email?token=" + "a1_-" * 60

    assert f"\n{link}\n" in bytes(made(link=link)).decode()


def test_a_mail_that_is_not_plain_english_comes_through():
    mail = message_from_bytes(bytes(made(name="reset_password", username="Zoë")), policy=default)

    assert "Hello Zoë," in mail.get_body(("plain",)).get_content()


def test_line_breaks_in_what_somebody_calls_themselves_are_gone():
    text = made(name="reset_password", username="ada\r\n\r\nBcc: eve").get_body(("plain",)).get_content()

    assert "Hello ada    Bcc: eve," in text


HOSTS = re.compile(r"[a-z]+://\S+|\w+@\w\S*|(?:[\w-]+[.。．｡])+[^\W\d]\w*")
"""What mail readers make links of."""


@pytest.mark.attack
@pytest.mark.parametrize(
    "name",
    [
        *("evil.example", "www.evil.example.com", "https://evil.example/a?b=c", "http://1.2.3.4/", "//evil.example"),
        *("ada@evil.example", "mailto:ada@evil.example", "evil。example", "ftp://evil.example", "a evil.co b"),
    ],
)
@pytest.mark.parametrize("kind", NEWS)
def test_nothing_that_a_person_chose_becomes_a_link_in_a_mail(kind, name):
    values = dict.fromkeys(("username", "at", "device", "address", "name"), name)

    text = (
        rendered(
            configured(), Message("ada@example.com", kind, {**values, "methods": [name], "removed": True}), "key", AT
        )
        .get_body(("plain",))
        .get_content()
    )

    came_of(str([each for each in HOSTS.findall(text) if not each.startswith("https://shop.example")]), "[]")
    assert name in text.replace("\N{ZERO WIDTH SPACE}", "")


def test_figures_dates_and_names_that_lead_nowhere_are_as_they_were():
    text = (
        made(name="reset_password", username="12.50 EUR, 19:03, v2.0, Dr. No, a:b").get_body(("plain",)).get_content()
    )

    assert "12.50 EUR, 19:03, v2.0, Dr. No, a:b" in text


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ada",
        "Ada <ada@example.com>",
        "ada@example.com\nBcc: eve@example.com",
        "a@b,c@d",
        "a@b>c",
        'a"@b',
        "a@b\x00",
    ],
)
def test_what_could_be_more_than_an_address_is_no_address(to):
    with pytest.raises(Undeliverable):
        made(to=to)


@pytest.mark.parametrize("to", ["a..b@shop.example", ".a@shop.example", "ada@shop.example.", "zoë@shop.example"])
def test_what_no_header_may_hold_is_no_address(to):
    with pytest.raises(Undeliverable):
        address(to)


def test_a_domain_of_another_alphabet_is_written_as_mail_servers_know_it():
    assert address("ada@bücher.example") == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize("domain", ["a..b", "." * 3, "x" * 64 + ".example"])
def test_a_domain_that_cannot_be_is_no_address(domain):
    with pytest.raises(Undeliverable):
        address(f"ada@{domain}".replace("x" * 64, "ü" * 64))


def test_the_sender_is_of_the_shops_host_unless_another_is_set():
    assert sender(configured()) == "kiosk@shop.example"
    assert sender(configured(public_url="http://127.0.0.1:8000")) == "kiosk@localhost"
    assert sender(configured(MAIL_FROM="My shop <hello@mail.example>")) == "hello@mail.example"


def test_a_mail_is_shown_as_text_with_its_links_to_be_clicked_on():
    shown = with_links('<script>alert(1)</script> see https://shop.example/a?b=c&d=<x>. "quoted"')

    assert shown == (
        "&lt;script&gt;alert(1)&lt;/script&gt; see "
        '<a href="https://shop.example/a?b=c&amp;d=">https://shop.example/a?b=c&amp;d=</a>&lt;x&gt;. &#34;quoted&#34;'
    )


def test_beside_the_text_are_the_same_words_as_html_and_only_the_shops_address_is_a_link():
    link = "https://shop.example/verify-email?token=a1"
    mail = made(link=link, name="reset_password", username="<b>evil.example</b>")

    page = mail.get_body(("html",)).get_content()

    assert f'<a href="{link}"' in page
    assert page.count("<a ") == 1
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def parts_of(mail):
    return [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]


def test_a_mail_names_who_writes_in_its_text_and_below_it_how_to_reach_them():
    site = Site("Tea & Co", "#0d4a4a", "1 Quay\ntea@shop.example")
    values = {"username": "ada", "link": "https://shop.example/reset-password?token=a"}

    text, page = parts_of(rendered(configured(), Message("ada@example.com", "reset_password", values), "key", AT, site))

    assert "for your account at Tea & Co." in text
    assert text.endswith("\n\nTea & Co\nhttps://shop.example\n1 Quay\ntea@shop.example\n")
    assert "Tea &amp; Co<br>\nhttps://shop.example<br>\n1 Quay<br>\ntea@shop.example" in page
    assert "background:#0d4a4a;color:#fff" in page


def test_a_shop_without_a_contact_is_named_with_its_address():
    text, _ = parts_of(made())

    assert text.endswith("\n\nKiosk\nhttps://shop.example\n")


def test_nothing_of_the_contact_is_a_button_an_element_or_a_line_too_long_to_be_sent():
    site = Site(contact=f"<b>https://shop.example/imprint</b>\r\nhttps://shop.example/imprint\n{'x' * 1000}\x85Bye")
    values = {"username": "ada", "link": "https://shop.example/reset-password?token=a"}

    mail = rendered(configured(), Message("ada@example.com", "reset_password", values), "key", AT, site)
    text, page = parts_of(mail)

    assert text.endswith(f"\nhttps://shop.example/imprint\n{'x' * 1000}\nBye\n")
    assert page.count("<a ") == 1
    assert "<b>" not in page
    assert max(map(len, bytes(mail).splitlines())) <= 998


def test_the_name_of_a_shop_is_no_link_in_the_text():
    text, _ = parts_of(
        rendered(
            configured(),
            Message("ada@example.com", "reset_password", {"username": "ada", "link": "https://shop.example/a"}),
            "key",
            AT,
            Site("evil.example"),
        )
    )

    assert "account at evil.\N{ZERO WIDTH SPACE}example." in text
