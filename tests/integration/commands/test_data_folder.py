"""Commands work on the shop that `kiosk up` keeps in a folder."""

import json
import os
import subprocess
from secrets import token_urlsafe

import pytest

from app.commands import up
from tests.processes import KIOSK, ROOT, Process, free_port, run_kiosk

pytestmark = pytest.mark.any_database

SECRETS = ("secret_key", "jwt_secret_key", "webhook_secret", "payments_key", "client_secret")


@pytest.fixture
def folder(tmp_path):
    """A shop as `kiosk up` leaves it behind, in `var`."""
    made = tmp_path / "var"
    made.mkdir()
    saved = {name: token_urlsafe(32) for name in SECRETS}
    (made / "up.json").write_text(json.dumps({**saved, "port": 8000, "host": "localhost"}))
    return made


@pytest.fixture
def kiosk(tmp_path):
    def run(*args):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("KIOSK_", "DATABASE_URL"))}
        done = run_kiosk(*args, env=clean, folder=tmp_path)
        return done.returncode, done.stdout + done.stderr

    return run


def test_commands_reach_the_shop_of_make_run_and_no_server_starts_on_it_by_itself(kiosk, folder):
    status, said = kiosk("db", "upgrade")
    assert status == 0, said
    assert (folder / "kiosk.db").is_file()

    assert kiosk("seed")[0] == 0
    status, said = kiosk("users", "reset-link", "ada", "--data", str(folder))
    assert (status, said.startswith("http://localhost:8000/")) == (0, True), said
    assert "KIOSK_SECRET_KEY is not set" in kiosk("serve")[1]


def test_a_folder_without_a_shop_is_refused_in_one_line(kiosk, tmp_path):
    status, said = kiosk("doctor", "--data", str(tmp_path / "none"))

    assert status == 1
    assert said.startswith("Error: there is no shop in ")


def test_each_simulator_of_kiosk_up_keeps_what_it_knows_in_the_folder(tmp_path):
    for command in up.simulators(free_port(up.PORTS), tmp_path).values():
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            name = program.stdout.readline().split()[0]
            program.stdin.close()  # which ends it

        assert (tmp_path / "simulators" / name).stat().st_size


@pytest.mark.parametrize("damaged", ['{"port": 80', "[1]", '{"port": "x"}', "\ud800"])
def test_a_file_of_secrets_that_is_damaged_is_one_line_with_the_mend(kiosk, folder, damaged):
    (folder / "up.json").write_bytes(damaged.encode(errors="surrogatepass"))

    for command in (("doctor",), ("up",), ("serve", "--data", str(folder))):
        status, said = kiosk(*command)
        assert (status, said.count("\n")) == (1, 1), said
        assert "is damaged: put it back from a backup" in said


def test_a_secret_that_an_earlier_release_did_not_keep_is_one_line_with_the_mend(kiosk, folder):
    (folder / "up.json").write_text('{"port": 8000}')

    status, said = kiosk("doctor")

    assert (status, said.count("\n")) == (1, 1), said
    assert f"`kiosk up --data {folder}` adds it" in said


def test_a_folder_that_cannot_be_made_is_one_line_with_the_mend(kiosk):
    status, said = kiosk("up", "--data", "/proc/sys/kiosk", "--port", str(free_port(up.PORTS)))

    assert (status, said.count("\n")) == (1, 1), said
    assert said.startswith("Error: /proc/sys/kiosk cannot be written: ")
    assert "--data" in said


def test_what_kiosk_up_keeps_is_for_its_owner_and_for_one_kiosk_up_at_a_time(kiosk, tmp_path):
    ports, kept = free_port(up.PORTS), tmp_path / "kept"
    program = Process([KIOSK, "up", "--port", str(ports), "--data", str(kept)], tmp_path / "log")
    program.wait_until_said("Kiosk is open")

    status, said = kiosk("doctor", "--data", str(kept))
    assert (status, "others on this machine" in said) == (0, False), said
    status, said = kiosk("up", "--data", str(kept))
    assert (status, said.count("\n")) == (1, 1), said
    assert f"is open already, at http://127.0.0.1:{ports}: end that one first" in said

    program.stop()
    assert [oct(each.stat().st_mode & 0o077) for each in (kept, kept / "kiosk.db")] == ["0o0", "0o0"]
