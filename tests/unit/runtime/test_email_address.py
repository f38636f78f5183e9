"""Email addresses: what is one, which two are the same, and what mail servers call them."""

import pytest

from app.runtime.email_address import NoMailbox, ascii_form, key


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada@EXAMPLE.com", "Ada@EXAMPLE.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),  # IDNA 2003 would write to strasse.example
        ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"),
        ("ada@نامه\u200cای.example", "ada@xn--mgba3gch31f060k.example"),
        ("ada@a--b.example", "ada@a--b.example"),
    ],
)
def test_a_domain_is_told_as_mail_servers_know_it(written, told):
    assert ascii_form(written) == told


@pytest.mark.parametrize(
    "other",
    [
        "ADA@bücher.example",
        "ada@BÜCHER.EXAMPLE",
        "ada@bu\u0308cher.example",
        "ada@XN--BCHER-KVA.example",
        " ada@bücher.example ",
    ],
)
def test_all_spellings_of_one_address_are_one(other):
    assert key(other) == key("ada@bücher.example") == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(("one", "other"), [("ada@straße.example", "ada@strasse.example"), ("a.da@b.c", "ada@b.c")])
def test_two_addresses_stay_two(one, other):
    assert key(one) != key(other)


def test_an_address_from_before_these_rules_has_a_key_too():
    assert key("Zoë@Shop.example") == "zoë@shop.example"


@pytest.mark.parametrize(
    "given",
    [
        *("\N{KELVIN SIGN}ay@shop.example", "ａｄａ@shop.example"),  # no mail server takes them for k and a
        *("", "ada", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a@b c"),
        *("a..b@shop.example", ".a@shop.example", "a.@shop.example", "a" * 65 + "@b", "zoë@shop.example"),
        *(
            "ada@shop.example.",
            "ada@.example",
            "ada@a..b",
            "ada@-a.example",
            "ada@a_b.example",
            "ada@" + "x" * 64 + ".example",
        ),
        *("ada@exam\u200bple.com", "ada@exam\u00adple.com", "ada@\u202eexample.com", "ada@example.com\ufe0f"),
        *("ada@xn--zz--.example", "ada@☃.example", "ada@xn--n3h.example", "ada@[127.0.0.1]", "ada@a.b:25"),
        *(
            "Ada <ada@b>",
            "ada@b,eve@b",
            "ada@b;eve@b",
            '"a"@b',
            "ada(eve)@b",
            "g:ada@b",
            "a\\@b",
            "a@" + "b." * 130 + "c",
        ),
    ],
)
def test_what_no_mail_can_be_sent_to_is_no_address(given):
    with pytest.raises(NoMailbox):
        ascii_form(given)
