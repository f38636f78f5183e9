"""Mails, read as a person would: an address is verified, a forgotten password replaced."""

import pytest

from tests.e2e.mailbox import Mailbox
from tests.e2e.shop import Shop

OLD, NEW = "seven lanterns at dusk", "nine lanterns at dawn"


@pytest.fixture
def mailbox(back_office: Shop, base_url: str) -> Mailbox:
    """In a second browser."""
    return Mailbox(back_office.page, base_url)


@pytest.mark.projects("phone")
def test_an_address_is_verified_and_a_forgotten_password_replaced(shop: Shop, mailbox: Mailbox, project: str) -> None:
    name = f"mary-{project}"
    shop.register(name, OLD)
    shop.see_signed_in(name)

    shop.go_to(mailbox.link_in("Confirm your email address", name))
    shop.verify_address()
    shop.sign_out()

    shop.forget_password(f"{name}@example.com")
    shop.go_to(mailbox.link_in("Set a new password", name))
    shop.set_password(NEW)
    shop.sign_in_with_password(name, NEW)
    shop.see_signed_in(name)
    mailbox.open_mail("Your password was changed", name)
