"""Mails that wait when their user's account is closed."""

from app.models import Outgoing
from tests.integration.conftest import browser, sign_in
from tests.integration.factories import PASSWORD, make_user


def test_what_waits_for_somebody_who_goes_is_not_sent_and_keeps_no_address(office):
    client = browser(office.app)
    body = {"username": "eve", "email": "eve@example.com", "password": PASSWORD}
    client.post("/api/register", json=body)
    assert Outgoing.query.one().payload["email"] == "eve@example.com"
    client.post("/api/session", json={"username": "eve", "password": PASSWORD})

    assert client.delete("/api/profile").status_code == 200

    assert office.row.payload == {}
    office.deliver()
    assert office.mails == []


def test_the_last_mail_goes_out_all_the_same(office):
    assert sign_in(office.app, make_user("ada")).delete("/api/profile").status_code == 200

    office.deliver()

    assert [mail["headers"]["Subject"] for mail in office.mails] == ["Your account is closed"]
    assert office.row.payload == {}
