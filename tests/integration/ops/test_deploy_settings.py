"""`deploy/settings`: what it writes is what Kiosk starts with."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from flask import Config

from app import load_settings
from app.runtime.config import ConfigError, Settings
from tests.processes import ROOT

pytestmark = pytest.mark.any_database


def write(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [ROOT / "deploy" / "settings", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def loaded(file: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for line in file.read_text().splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not name.startswith("#"):
            monkeypatch.setenv(name, value)
    return load_settings(Config(""))


def test_a_staging_shop_starts_with_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copy(ROOT / "compose.yaml", tmp_path)

    assert write(tmp_path, "--staging", ".").returncode == 0

    found = loaded(tmp_path / "kiosk.env", monkeypatch)
    assert (found.env, found.public_url) == ("staging", "http://kiosk.localhost:8080")
    password = (tmp_path / ".env").read_text().partition("DATABASE_PASSWORD=")[2].partition("\n")[0]
    assert f":{password}@postgres/" in found.sqlalchemy_database_uri


# feature: shop {
def test_a_shop_in_production_lacks_nothing_but_what_others_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert write(tmp_path, ".", "https://shop.example").returncode == 0

    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path / "kiosk.env", monkeypatch)
    assert [problem.split()[0] for problem in refused.value.problems] == [
        "KIOSK_PAYMENTS__SECRET_KEY",
    ]


# }


def test_secrets_are_readable_to_nobody_else_and_never_overwritten(tmp_path: Path):
    write(tmp_path, ".", "https://shop.example")
    file = tmp_path / "kiosk.env"
    before = file.read_bytes()

    again = write(tmp_path, ".", "https://shop.example")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "is there already" in again.stderr
    assert file.read_bytes() == before
