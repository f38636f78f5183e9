"""A disk on which there is no room left: the shop serves on, and what cannot be written is told."""

import subprocess
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import create_app, db
from tests.integration.accounts import assert_problem
from tests.integration.conftest import browser, close
from tests.integration.factories import PASSWORD
from tests.integration.live import LiveKiosk
from tests.settings import environment, settings


@pytest.fixture
def disk():
    """A folder that is a disk of its own, with room for a megabyte. Only root may make one."""
    folder = Path(tempfile.mkdtemp(prefix="kiosk-disk-"))  # which PostgreSQL's user can reach, unlike pytest's
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=1777", "kiosk-test", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        pytest.skip("a disk that is small enough to be filled takes rights that this user has not")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
    folder.rmdir()


def fill(disk: Path) -> Path:
    """What takes all the room that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return ballast


def register(client, number):
    body = {"username": f"user-{number}", "email": f"user-{number}@example.com", "password": PASSWORD}
    return client.post("/api/register", json=body)


@pytest.fixture
def kiosk(own_database, tmp_path, disk):
    """Its log, and what its processes count, are on the small disk."""
    found = LiveKiosk(tmp_path / "kiosk.log", workers=1)
    found.http.headers["Sec-Fetch-Site"] = "same-origin"
    mine = settings(own_database, public_url=found.url, LOG_FILE=str(disk / "kiosk-log"))
    found.settings = {**environment(mine), "TMPDIR": str(disk)}
    yield found
    found.http.close()
    found.stop()


@pytest.mark.parametrize("room", ["8m", "1m"])
def test_a_server_whose_log_and_counts_have_no_room_serves_on(kiosk, disk, room):
    """Whether there was room for its counts when it began, or none."""
    subprocess.run(["mount", "-o", f"remount,size={room}", disk], check=True)
    kiosk.start(kiosk.settings)
    fill(disk)

    looks = [kiosk.http.get(f"/api/{name}") for name in ("providers", "profile", "openapi.json", "docs", "none")]
    looks += [kiosk.http.delete("/api/session"), register(kiosk.http, 1), kiosk.http.get("/api/profile")]

    assert [look.status_code for look in looks] == [200, 401, 200, 200, 404, 200, 201, 401]
    assert 'route="/api/register"' in kiosk.http.get("/metrics").text
    assert ("counts for itself" in kiosk.said()) == (room == "1m")


def test_a_full_disk_of_postgresql_is_told_and_what_is_there_can_still_be_read(postgresql, disk):
    """On which one table is: all of PostgreSQL's would take a larger one."""
    app = create_app(settings(postgresql.address, TESTING=True))
    with app.app_context():
        home = disk / "table"
        home.mkdir()
        subprocess.run(["chown", postgresql.user or "root", home], check=True)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"CREATE TABLESPACE small LOCATION '{home}'"))
            connection.execute(sa.text("ALTER TABLE users SET TABLESPACE small"))
    ballast = fill(disk)
    client = browser(app)

    refused = next(
        answer for answer in (register(client, number) for number in range(200)) if answer.status_code != 201
    )

    assert_problem(refused, 503, "database_unavailable")
    assert refused.headers["Retry-After"]
    assert client.get("/readyz").status_code == 200
    assert client.post("/api/session", json={"username": "user-0", "password": "another one"}).status_code == 401
    ballast.unlink()
    assert register(client, "last").status_code == 201
    with app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ALTER TABLE users SET TABLESPACE pg_default"))
        connection.execute(sa.text("DROP TABLESPACE small"))
    close(app)
