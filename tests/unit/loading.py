"""Loads settings as `create_app` does: what comes of them, or what is wrong with them."""

import pytest
from flask import Config

from app import load_settings
from app.runtime.config import ConfigError
from tests.settings import settings

SHOP = "https://shop.example"


def loaded(**changes):
    return load_settings(Config(""), settings("sqlite://", **changes))


def refused(**changes):
    """The problems, as one text."""
    with pytest.raises(ConfigError) as caught:
        loaded(**changes)
    return "\n".join(caught.value.problems)
