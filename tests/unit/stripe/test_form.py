"""Bodies as the payment provider wants them."""

from app.stripe.gateway import form


def test_nested_fields_are_written_with_brackets():
    lines = [{"quantity": 2, "price_data": {"unit_amount": 500}}, {"quantity": 1}]

    assert form({"mode": "payment", "line_items": lines}) == (
        "mode=payment&line_items%5B0%5D%5Bquantity%5D=2"
        "&line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=500&line_items%5B1%5D%5Bquantity%5D=1"
    )


def test_names_and_values_cannot_break_out_of_their_field():
    assert form({"a": "1&b=2", "c[d]": "é"}) == "a=1%26b%3D2&c%5Bd%5D=%C3%A9"
