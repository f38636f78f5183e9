import pytest

from simulators.payments.cards import check_details, look_up
from simulators.payments.protocol import Fields, Refusal, parse_form
from simulators.payments.store import Store
from simulators.payments.text import money
from simulators.payments.webhooks import encode, sign, spoil


def test_brackets_become_objects_and_numbers_become_lists():
    form = "line_items[0][price_data][currency]=eur&line_items[1][quantity]=2&expand[]=a&expand[]=b&mode=payment"

    assert parse_form(form) == {
        "line_items": [{"price_data": {"currency": "eur"}}, {"quantity": "2"}],
        "expand": ["a", "b"],
        "mode": "payment",
    }


@pytest.mark.parametrize(
    "form",
    [
        "a=1&a[b]=2",
        "a[b]=2&a=1",
        "a[b=1",
        "a]=1",
        "[a]=1",
        "a=%FF",
        "a=%00",
        "a" + "[b]" * 11 + "=1",
        "&".join("a=1" for _ in range(2001)),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(form):
    with pytest.raises(Refusal) as refused:
        parse_form(form)

    assert refused.value.status == 400


@pytest.mark.parametrize("value", ["1.5", "1e3", "-1", "", " 1", "٣", "9" * 30])
def test_an_amount_is_a_whole_number_of_minor_units(value):
    fields = Fields({"amount": value or [value]})

    with pytest.raises(Refusal) as refused:
        fields.integer("amount")

    assert refused.value.param == "amount"


def test_a_missing_parameter_is_named_with_its_path():
    fields = Fields({}, "line_items[0][price_data]")

    with pytest.raises(Refusal) as refused:
        fields.required("currency")

    assert refused.value.body()["error"] == {
        "type": "invalid_request_error",
        "code": "parameter_missing",
        "doc_url": "https://stripe.com/docs/error-codes/parameter-missing",
        "message": "Missing required param: line_items[0][price_data][currency].",
        "param": "line_items[0][price_data][currency]",
    }


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1200, "eur", "€12.00"),
        (5, "usd", "$0.05"),
        (123456789, "gbp", "£1,234,567.89"),
        (500, "jpy", "¥500"),
        (1200, "chf", "CHF\N{NO-BREAK SPACE}12.00"),
        (1234, "kwd", "KWD\N{NO-BREAK SPACE}1.234"),
    ],
)
def test_money_is_shown_in_the_currency_s_own_way(amount, currency, text):
    assert money(amount, currency) == text


@pytest.mark.parametrize(
    ("number", "code"),
    [("4242424242424241", "incorrect_number"), ("42", "incorrect_number"), ("4012888888881881", "card_declined")],
)
def test_only_test_cards_are_charged(number, code):
    with pytest.raises(Refusal) as refused:
        look_up(number)

    assert (refused.value.status, refused.value.code) == (402, code)


@pytest.mark.parametrize(
    ("expiry", "cvc", "code"),
    [("13/34", "123", "invalid_expiry_month"), ("11/26", "123", "invalid_expiry_year"), ("12/34", "12", "invalid_cvc")],
)
def test_a_card_needs_a_date_to_come_and_a_cvc(expiry, cvc, code):
    with pytest.raises(Refusal) as refused:
        check_details(expiry, cvc, year=2026, month=12)

    assert refused.value.code == code


def test_a_signature_is_the_hmac_of_time_and_body_under_each_secret():
    # Computed with: printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_a
    header = sign(b"{}", ["whsec_a", "whsec_b"], 1700000000)

    time, first, second = header.split(",")
    assert time == "t=1700000000"
    assert first == "v1=04339dc4f01d6541e8d3b7e4bd93cd2d4f680ccb28592270900b08e49cc09e57"
    assert second.startswith("v1=")
    assert first != second


@pytest.mark.parametrize("how", ["secret", "body", "header", "scheme", "reserialised"])
def test_a_forged_delivery_does_not_match_its_signature(how):
    body = encode({"data": {"object": {"amount_total": 1200}}})

    sent, header = spoil(body, ("whsec_a",), 1700000000, how)

    assert header != sign(sent, ["whsec_a"], 1700000000)


def test_a_journal_line_that_a_crash_cut_short_is_as_if_it_had_never_been(tmp_path):
    file = tmp_path / "state"
    with Store(file) as store:
        store.put("sessions", "a", {"id": "a"})
    with file.open("ab") as journal:
        journal.write(b'{"sessions":{"b":{"id"')

    again = Store(file)

    assert again["sessions"] == {"a": {"id": "a"}}
    with again:
        again.put("sessions", "c", {"id": "c"})
        again.remove("sessions", "a")
    assert Store(file)["sessions"] == {"c": {"id": "c"}}


def test_a_file_that_is_no_journal_is_refused_by_name(tmp_path):
    file = tmp_path / "state"
    file.write_text("hello\nworld\n")

    with pytest.raises(ValueError, match="line 1 is not a journal line"):
        Store(file)
