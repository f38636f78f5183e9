"""Codes of an authenticator app, against https://www.rfc-editor.org/rfc/rfc6238#appendix-B."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from app.auth.totp import codes

KEY = b"12345678901234567890"
VECTORS = {  # seconds since 1970, and the last six of the eight digits
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(seconds, code):
    assert codes.code_at(KEY, codes.step_at(at(seconds))) == code
    assert codes.step_of(KEY, code, at(seconds)) == seconds // 30


@pytest.mark.parametrize(("steps_off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(steps_off, taken):
    now = at(1111111111)
    code = codes.code_at(KEY, codes.step_at(now) + steps_off)

    assert codes.step_of(KEY, code, now) == (codes.step_at(now) + steps_off if taken else None)


@pytest.mark.parametrize("code", ["", "28708", "2870822", "28708２", "nocode", "28708\x00"])
def test_what_is_no_code_of_the_app_matches_no_step(code):
    assert codes.step_of(KEY, code, at(59)) is None


def test_the_address_for_apps_carries_key_account_and_shop():
    uri = urlsplit(codes.uri(KEY, "ada & co", "Kiosk"))

    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Kiosk:ada%20%26%20co")
    assert parse_qs(uri.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Kiosk"]}


def test_the_picture_is_an_svg_without_a_script_or_an_address_of_anybodys():
    picture = codes.picture(codes.uri(KEY, "ada", "Kiosk"))

    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox=')
    assert picture.count("http") == 1


def test_every_key_is_another_one_of_160_bits():
    assert {len(codes.generate_key()) for _ in range(3)} == {20}
    assert codes.generate_key() != codes.generate_key()
