"""What a server has no use for is not imported: each of these is megabytes of each process, and time of its start."""

import subprocess
import sys

import pytest

from tests.processes import ROOT

SERVED = (
    "import sys; from app import create_app; from tests.settings import settings; "
    "client = create_app(settings('sqlite://')).test_client(); "
    "answers = [client.get(path).status_code for path in ('/healthz', '/readyz', '/api/providers')]; "
)


@pytest.fixture(scope="module")
def imported():
    """The packages that a process has imported once it has served."""
    code = SERVED + "print(*{name.partition('.')[0] for name in sys.modules})"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.split()
    )


@pytest.mark.any_database
@pytest.mark.parametrize(
    "package",
    [
        "alembic",
        "flask_migrate",
        "mako",
        "uvloop",
        "PIL",  # feature: shop
        "markdown_it",  # feature: shop
        "webauthn",  # feature: passkeys
    ],
)
def test_a_server_does_not_import(package, imported):
    assert package not in imported
