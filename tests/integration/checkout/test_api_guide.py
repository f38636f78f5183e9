"""docs/api.md is tried to the letter: its commands run in a shell, one after the other, against a running shop."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.factories import make_item

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SAID = "----\n"


@pytest.mark.any_database
@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_the_first_five_minutes_go_as_the_guide_says(own_app, live_kiosk, payments_simulator):
    with own_app.app_context():
        make_item("Tea", price=1850, on_hand=3)
    kiosk = live_kiosk(payments=payments_simulator.url)
    first, *commands = FENCED.findall(GUIDE.read_text())
    assert first == "shop=http://127.0.0.1:8000\n"
    script = f"shop={kiosk.url}\n" + f"echo; echo {SAID}".join(commands)

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "NO_PROXY": "*"},
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    items, account, profile, placed, order, wrong, tag = ran.stdout.split(SAID)
    assert '"total":1' in items
    assert '"username":"linus"' in account
    assert '"username":"linus"' in profile
    assert '"checkout_url":"http' in placed
    assert order.count('"status":"pending"') == 2
    assert '"status":"cancelled"' in order
    assert [f'"field":"{name}"' in wrong for name in ("username", "email", "password")] == [True] * 3
    assert tag.lower().startswith("etag:")
