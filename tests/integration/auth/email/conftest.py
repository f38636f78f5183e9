"""Mails about an address are tried in an application that mails."""

from tests.integration.mail.conftest import office

__all__ = ["office"]
