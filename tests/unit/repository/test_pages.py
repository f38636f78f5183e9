"""The server knows which pages the frontend has."""

import re

from app.web.pages import PATHS
from tests.processes import ROOT

ROUTE = re.compile(r'^ +path: "(/[^"]*)"', re.MULTILINE)


def test_the_server_knows_each_route_of_the_frontend_and_no_other():
    """It answers 404 where the frontend shows nothing: add a new page to app/web/pages.py."""
    files = (ROOT / "frontend" / "src").glob("**/routes.ts*")

    assert sorted(PATHS) == sorted({path for file in files for path in ROUTE.findall(file.read_text())})
