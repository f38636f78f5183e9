"""An owner's colour is taken where text on it can be read."""

import pytest

from app.shop import colours
from app.shop.models import PRIMARY


def test_contrast_is_as_wcag_has_it():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert colours.contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("colour", [PRIMARY, "#000000", "#7a1f5c", "#0000ff"])
def test_a_dark_one_is_taken(colour):
    assert colours.fault(colour) == ""


@pytest.mark.parametrize("colour", [PRIMARY, "#777777", "#6f6f6f", "#0b7a75", "#c2410c"])
def test_white_can_be_read_on_each_colour_that_is_taken(colour):
    assert colours.fault(colour) or colours.contrast(colour, "#ffffff") >= colours.LEAST_CONTRAST


@pytest.mark.parametrize("colour", ["#ffffff", "#ffd35c", "#f2603f", "#888888"])
def test_of_a_light_one_it_says_what_to_do(colour):
    assert "take a darker one" in colours.fault(colour)
