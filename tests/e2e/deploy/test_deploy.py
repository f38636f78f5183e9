"""Deploying, and going back: the steps of deploy/ on this machine, with nginx, PostgreSQL and a browser."""

import re
import tarfile
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from tests.e2e.deploy.conftest import Place, Watch

FAULT = b'throw new Error("a fault that only a browser can see");'
PATIENT = ("--seconds", "240")  # a slow machine fails no test
SCRIPT = re.compile(r"frontend/dist/assets/index-.*\.js(\.br|\.gz)?")


def with_fault(archive: Path, folder: Path) -> Path:
    """The same release, but for how its page's script begins: every server of it is in perfect health.

    A packed copy of the script is none after that, which a browser cannot see through either.
    """
    broken = folder / archive.name.replace("kiosk-", "kiosk-broken-")
    with tarfile.open(archive) as good, tarfile.open(broken, "w:gz", compresslevel=1) as bad:
        for member in good:
            content = good.extractfile(member)
            data = content.read() if content else b""
            if SCRIPT.fullmatch(member.name):
                data = FAULT + data
                member.size = len(data)
            bad.addfile(member, BytesIO(data) if member.isreg() else None)
    return broken


def script_of(url: str) -> bytes:
    """What the browsers of everybody who opens the shop now will run."""
    page = httpx.get(url, trust_env=False).text
    name = re.search(r"/assets/index-[^\"]*\.js", page)
    assert name
    return httpx.get(url + name[0], trust_env=False).content


@pytest.mark.long
def test_a_release_with_a_fault_that_only_a_browser_sees_is_rolled_back_and_nobody_is_turned_away(
    place: Place, archive: Path, tmp_path: Path
) -> None:
    good = place.must("release", archive)
    place.must("migrate", good)
    place.kiosk(good, "seed")
    place.must("switch", good)
    assert place.must("smoke", place.url, *PATIENT).startswith(f"PASS {place.url}")
    place.must("promote", good)

    with Watch(place.url) as watch:
        shipped = place.step("ship", with_fault(archive, tmp_path), place.url, *PATIENT)

    assert shipped.returncode == 1
    assert f"FAIL {place.url}" in shipped.stdout
    assert "cannot open the shop" in shipped.stdout
    assert shipped.stderr.splitlines()[-1].endswith(f"was not good; {good} serves")
    assert set(place.running()) == {*(f"server@{port}" for port in place.ports), "worker@1"}
    assert set(place.running().values()) == {good}
    assert FAULT not in script_of(place.url)
    assert watch.missed == []
    assert watch.seen > 0
