"""`python -m tests.bench signin`: what a sign-in by password costs, whoever it is that does not get in.

Who could tell an unknown username from a known one by the time that the answer takes would learn who has an account.
Exits with 1 where the medians are more than 10 % apart.
"""

import logging
import statistics
import sys
import time
from itertools import count

from flask import Flask

from app import create_app, db
from app.models import User
from app.users import passwords
from tests.settings import settings

TRIES = 60
APART = 0.10
RIGHT, WRONG = "lantern-tide-77-orchard", "not-the-password-of-anybody"
KINDS = {
    "a wrong password": {},
    "nobody of that name": None,
    "somebody who signs in elsewhere": {"password_hash": None},
    "somebody who is not active": {"active": False},
}


def main() -> None:
    app = create_app(settings("sqlite:///:memory:", ENV="production", public_url="https://shop.example"))
    logging.getLogger("app.access").setLevel(logging.WARNING)
    people(app)
    tries = {kind: [] for kind in KINDS}
    addresses = (f"198.51.{each // 250}.{each % 250}" for each in count())  # one would be told to wait
    first = timed(app, name("nobody of that name", TRIES), next(addresses))
    for number in range(TRIES):  # they take turns: whatever the machine does besides hits all alike
        for kind, seconds in tries.items():
            seconds.append(timed(app, name(kind, number), next(addresses)))
    medians = {kind: statistics.median(seconds) for kind, seconds in tries.items()}
    base = medians["a wrong password"]
    print(f"{f'{TRIES} sign-ins each, medians':44}{'ms':>8}{'ratio':>8}")
    for kind, seconds in medians.items():
        print(f"{kind:44}{seconds * 1e3:8.2f}{seconds / base:8.3f}")
    print(f"{'the first of all, nobody of that name':44}{first * 1e3:8.2f}{first / base:8.3f}")
    sys.exit(any(abs(seconds / base - 1) > APART for seconds in medians.values()))


def name(kind: str, number: int) -> str:
    return f"{kind.replace(' ', '-')}-{number}"


def people(app: Flask) -> None:
    stored = passwords.hashed(RIGHT)
    with app.app_context():
        db.create_all()
        for kind, columns in KINDS.items():
            if columns is not None:
                here = [
                    User(username=name(kind, each), **{"password_hash": stored, **columns}) for each in range(TRIES)
                ]
                db.session.add_all(here)
        db.session.commit()


def timed(app: Flask, username: str, address: str) -> float:
    """Seconds of one sign-in that fails."""
    client = app.test_client(use_cookies=False)
    began = time.perf_counter()
    answer = client.post(
        "/api/login", json={"username": username, "password": WRONG}, environ_overrides={"REMOTE_ADDR": address}
    )
    spent = time.perf_counter() - began
    assert answer.status_code == 401, answer.text
    return spent


if __name__ == "__main__":
    main()
