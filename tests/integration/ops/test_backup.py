"""A backup is taken while the shop serves, and a shop is made of it anew."""

import os
import sqlite3
import stat
import threading
from itertools import count

import httpx  # feature: shop
import pytest
import sqlalchemy as sa

from app import create_app, db
from app.models import (
    Chore,
    Installation,  # feature: shop
    Item,  # feature: shop
    Order,  # feature: shop
    Payment,  # feature: shop
    Todo,  # feature: todos
    User,
    UserSession,
)
from app.ops import backup
from app.runtime.config import PaymentsAccount  # feature: shop
from app.runtime.db import utcnow
from app.stripe.gateway import Gateway  # feature: shop
from tests.databases import find_binaries
from tests.integration.accounts import assert_problem, bearer, refresh, tokens_of
from tests.integration.conftest import browser, close, sign_in
from tests.integration.factories import (
    PASSWORD,
    make_user,
    saved,
)
from tests.integration.payments.shop import Shop  # feature: shop
from tests.processes import KIOSK, Process, wait_for
from tests.settings import (
    PAYMENTS_KEY,  # feature: shop
    WEBHOOK_SECRET,  # feature: shop
    environment,
    settings,
)


@pytest.fixture(autouse=True)
def postgresqls_own_programs(databases, monkeypatch):
    """Those of the server that the tests run on."""
    monkeypatch.setenv("PATH", f"{find_binaries()}{os.pathsep}{os.environ['PATH']}")


def kiosk(app, *args):
    return app.test_cli_runner().invoke(args=[str(arg) for arg in args])


def done(app, *args):
    result = kiosk(app, *args)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def empty(databases):
    """An application on another database, with nothing in it."""
    address = databases.new()
    app = create_app(settings(address, TESTING=True))
    done(app, "db", "downgrade", "base")
    with app.app_context():
        db.session.execute(sa.text("DROP TABLE alembic_version"))
        db.session.commit()
    yield app
    close(app)
    databases.drop(address)


# feature: shop {
@pytest.fixture
def shop(own_app, empty, payments_simulator, monkeypatch):
    """One that is backed up; the other application asks the same provider."""
    account = PaymentsAccount(payments_simulator.url, PAYMENTS_KEY, WEBHOOK_SECRET)
    for app in (own_app, empty):
        monkeypatch.setitem(app.extensions, "gateway", Gateway(account))
    payments_simulator.treat_webhooks("lose")
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(transport=httpx.WSGITransport(own_app), base_url="http://localhost", headers=headers) as client:
        yield Shop(own_app, client, payments_simulator)


# }


def rows(app, model):
    with app.app_context():
        return list(db.session.scalars(sa.select(model).order_by(model.id)))


# feature: shop {
def test_what_was_backed_up_is_there_again_and_the_books_are_in_line(shop, empty, tmp_path):
    shop.place()
    shop.pay()
    shop.come_back()
    shop.place("paid after the backup")
    done(shop.app, "backup", tmp_path / "kiosk.backup")
    shop.control.pay(shop.control.listed("sessions", status="open")[0]["id"])

    done(empty, "restore", tmp_path / "kiosk.backup")
    done(empty, "db", "upgrade")
    done(empty, "reconcile")

    assert [order.status for order in rows(empty, Order)] == ["paid", "paid"]
    assert len(rows(empty, Payment)) == 2
    assert len(rows(empty, Todo)) == 2  # feature: todos
    [lamp] = rows(empty, Item)
    assert (lamp.on_hand, lamp.held) == (1, 0)
    assert done(empty, "reconcile") == "all is in line\n"


# }


@pytest.mark.attack
def test_a_token_from_before_a_restore_is_never_good_for_a_user_who_came_after_it(own_app, tmp_path):
    """The database counts up from where the backup was: the ids of those who came meanwhile are given again."""
    done(own_app, "backup", tmp_path / "kiosk.backup")
    with own_app.app_context():
        make_user("mallory", password=PASSWORD)
    before = tokens_of(own_app, username="mallory")
    done(own_app, "restore", "--replace", tmp_path / "kiosk.backup")
    with own_app.app_context():
        make_user("grace", role="staff", password=PASSWORD)
    tokens_of(own_app, username="grace")

    profile = browser(own_app).get("/api/profile", headers=bearer(before["access_token"]))

    assert_problem(profile, 401, "invalid_token")
    assert_problem(refresh(browser(own_app), before["refresh_token"]), 401, "invalid_token")


# feature: shop {
def test_a_restored_shop_knows_the_money_of_orders_that_the_backup_does_not_have(shop, empty, tmp_path):
    done(shop.app, "backup", tmp_path / "kiosk.backup")
    shop.place()
    shop.pay()

    done(empty, "restore", tmp_path / "kiosk.backup")
    found = kiosk(empty, "reconcile")

    assert found.exit_code == 1
    assert "89.00 EUR came in, and no order has it." in found.output
    assert rows(empty, Installation)[0].mark == rows(shop.app, Installation)[0].mark


def test_a_backup_from_before_there_were_marks_has_the_same_one_once_it_is_upgraded(shop, tmp_path):
    shop.place()
    done(shop.app, "db", "downgrade", "0004")
    done(shop.app, "backup", tmp_path / "kiosk.backup")
    done(shop.app, "db", "upgrade")
    [before] = rows(shop.app, Installation)
    shop.place("after the upgrade")
    shop.control.pay(shop.control.listed("sessions")[-1]["id"])

    done(shop.app, "restore", "--replace", tmp_path / "kiosk.backup")
    done(shop.app, "db", "upgrade")

    assert rows(shop.app, Installation)[0].mark == before.mark
    assert "89.00 EUR came in, and no order has it." in kiosk(shop.app, "reconcile").output


# }


def test_a_backup_is_of_one_moment_however_much_is_written_meanwhile(own_app, empty, tmp_path):
    over, numbers = threading.Event(), count()
    with own_app.app_context():
        for name in ("left", "right"):
            saved(Chore(name=name, due_at=utcnow(), reached=1000))

    def move():
        with own_app.app_context(), db.engine.connect() as connection:
            while not over.is_set():
                for name, by in (("left", -1), ("right", 1)):
                    connection.execute(sa.update(Chore).where(Chore.name == name).values(reached=Chore.reached + by))
                connection.commit()
                next(numbers)

    writer = threading.Thread(target=move)
    writer.start()
    wait_for(lambda: repr(numbers) != "count(0)", "something to be written")

    done(own_app, "backup", tmp_path / "kiosk.backup")
    over.set()
    writer.join()

    done(empty, "restore", tmp_path / "kiosk.backup")
    with empty.app_context():
        reached = sa.select(sa.func.sum(Chore.reached)).where(Chore.name.in_(("left", "right")))
        assert db.session.scalar(reached) == 2000


def test_nobody_is_signed_in_in_a_backup(own_app, empty, tmp_path):
    with own_app.app_context():
        sign_in(own_app, make_user("ada"))

    done(own_app, "backup", tmp_path / "kiosk.backup")
    done(empty, "restore", tmp_path / "kiosk.backup")

    assert [user.username for user in rows(empty, User)] == ["ada"]
    assert rows(empty, UserSession) == []
    assert len(rows(own_app, UserSession)) == 1


def test_a_backup_is_its_owners_alone_and_leaves_nothing_beside_it(own_app, tmp_path):
    done(own_app, "backup", tmp_path / "kiosk.backup")

    [file] = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("command", ["db upgrade", "restore {backup}"])
@pytest.mark.any_database
def test_the_database_file_that_a_command_makes_is_its_owners_alone(own_app, tmp_path, command):
    done(own_app, "backup", tmp_path / "kiosk.backup")
    file = tmp_path / "kiosk.db"
    app = create_app(settings(f"sqlite:///{file}", TESTING=True))

    done(app, *command.format(backup=tmp_path / "kiosk.backup").split())
    close(app)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_backup_is_written_over(own_app, tmp_path):
    file = tmp_path / "kiosk.backup"
    file.write_text("precious")

    result = kiosk(own_app, "backup", file)

    assert (result.exit_code, file.read_text()) == (1, "precious")
    assert result.output == f"Error: {file} is there already: give the backup another name.\n"


def test_a_folder_that_is_not_there_is_one_line(own_app, tmp_path):
    result = kiosk(own_app, "backup", tmp_path / "nowhere" / "kiosk.backup")

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1


def test_a_shop_is_given_up_only_when_that_is_said(own_app, tmp_path):
    file = tmp_path / "kiosk.backup"
    done(own_app, "backup", file)
    with own_app.app_context():
        make_user("since then")

    refused = kiosk(own_app, "restore", file)

    assert refused.exit_code == 1
    assert "add --replace" in refused.output
    assert len(rows(own_app, User)) == 1
    done(own_app, "restore", "--replace", file)
    assert rows(own_app, User) == []


def test_a_backup_from_before_an_upgrade_replaces_what_came_of_it(own_app, tmp_path):
    file = tmp_path / "kiosk.backup"
    with own_app.app_context():
        make_user("ada")
        db.session.remove()
    done(own_app, "db", "downgrade", "0002")
    done(own_app, "backup", file)
    done(own_app, "db", "upgrade")

    assert "at revision 0002" in done(own_app, "restore", "--replace", file)
    done(own_app, "db", "upgrade")

    assert [user.username for user in rows(own_app, User)] == ["ada"]
    done(own_app, "db", "check")


def test_a_backup_of_a_later_release_is_restored_for_that_one(own_app, tmp_path):
    file = tmp_path / "kiosk.backup"
    with own_app.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()
    done(own_app, "backup", file)

    said = done(own_app, "restore", "--replace", file)

    assert "at revision 9999. That is of a later release: go on with that release" in said
    assert "db upgrade" not in said


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then nothing", b"something else"])
def test_what_is_no_backup_changes_nothing(own_app, tmp_path, content):
    file = tmp_path / "kiosk.backup"
    file.write_bytes(content)
    with own_app.app_context():
        make_user("ada")

    result = kiosk(own_app, "restore", "--replace", file)

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1
    assert len(rows(own_app, User)) == 1


def test_an_sqlite_file_of_something_else_is_no_backup(own_app, tmp_path):
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()

    assert kiosk(own_app, "restore", "--replace", file).exit_code == 1
    assert own_app.test_client().get("/readyz").status_code == 200


def test_postgresql_without_its_own_programs_is_one_line(own_app, tmp_path, monkeypatch, request):
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("SQLite needs no other program")
    monkeypatch.setenv("PATH", str(tmp_path))

    result = kiosk(own_app, "backup", tmp_path / "kiosk.backup")

    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert result.output.startswith("Error: pg_dump is not here: install")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_stays_in_use_is_one_line(own_app, tmp_path, monkeypatch, request):
    if request.config.getoption("--database") != "sqlite":
        pytest.skip("about SQLite's one lock")
    done(own_app, "backup", tmp_path / "kiosk.backup")
    monkeypatch.setattr(backup, "BUSY_SECONDS", 0.2)
    with own_app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM chores")

        result = kiosk(own_app, "restore", "--replace", tmp_path / "kiosk.backup")

    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "stop whatever uses it" in result.output


def stuck(program, folder):
    """Stands in for one of PostgreSQL's programs: never comes to an end. The file that says that it began."""
    begun = folder / "begun"
    (folder / program).write_text(f"#!/bin/sh\ntouch {begun}\nsleep 600\n")
    (folder / program).chmod(0o755)
    return begun


@pytest.mark.parametrize(
    ("command", "came_to"),
    [("restore kiosk.backup", (1, True)), ("db upgrade", (0, False))],
    ids=["restore", "upgrade"],
)
def test_what_a_restore_left_that_was_killed_is_put_right_by_the_next(
    command, came_to, own_app, tmp_path, request, monkeypatch
):
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("SQLite itself takes back what a killed process had begun")
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "kiosk.backup"
    done(own_app, "backup", file)
    with own_app.app_context():
        make_user("since then")
    begun = stuck("pg_restore", tmp_path)
    env = environment(settings(own_app.config["SQLALCHEMY_DATABASE_URI"]))
    env["PATH"] = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    restoring = Process([KIOSK, "restore", "--replace", file], tmp_path / "log", env=env)
    restoring.wait_for(begun.exists, "the restore to begin")

    restoring.kill()
    next_one = kiosk(own_app, *command.split())

    assert (next_one.exit_code, "add --replace" in next_one.output) == came_to
    assert len(rows(own_app, User)) == 1
    done(own_app, "restore", "--replace", file)
    assert rows(own_app, User) == []


def test_what_stood_aside_goes_where_a_restore_was_killed_at_its_very_end(own_app, tmp_path, request):
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("about PostgreSQL's schemas")
    file = tmp_path / "kiosk.backup"
    done(own_app, "backup", file)
    with own_app.app_context():
        db.session.execute(sa.text("CREATE SCHEMA kiosk_before_restore"))
        db.session.commit()

    done(own_app, "restore", "--replace", file)

    with own_app.app_context():
        assert sa.inspect(db.engine).get_schema_names() == ["information_schema", "public"]


def test_what_stands_aside_is_in_no_backup(own_app, tmp_path, request):
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("about PostgreSQL's schemas")
    with own_app.app_context():
        db.session.execute(sa.text("CREATE SCHEMA kiosk_before_restore CREATE TABLE sessions (secret text)"))
        db.session.commit()
    file = tmp_path / "kiosk.backup"

    done(own_app, "backup", file)

    assert b"kiosk_before_restore" not in file.read_bytes()
