"""`kiosk smoke` where it cannot say yes: one line, and an exit status that tells bad from not judged."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpx import HTTPXMock

from app.commands import smoke
from app.commands.programs import smoke as command
from tests.processes import free_port, run_kiosk

pytestmark = pytest.mark.any_database


def run(url: str) -> Result:
    return CliRunner().invoke(command, [url])


@pytest.fixture(autouse=True)
def no_browser_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """But it has to be there."""
    monkeypatch.setenv("KIOSK_BROWSER", "/bin/true")


def test_a_kiosk_that_is_not_there_fails_without_a_browser():
    url = f"http://127.0.0.1:{free_port()}"

    result = run(url)

    assert result.exit_code == 1
    assert result.output.startswith(f"FAIL {url}: it does not answer")
    assert result.output.count("\n") == 1


def test_what_is_no_address_is_not_judged():
    result = run("shop.example")

    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "write it like https://shop.example" in result.output


def test_a_release_has_no_tests_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(smoke, "TESTS", tmp_path / "tests")

    result = run("https://shop.example")

    assert result.exit_code == 2
    assert result.output == ("CANNOT JUDGE: the smoke run is not part of a release: run it from a checkout of Kiosk\n")


def test_a_machine_without_a_browser_says_how_to_get_one():
    env = {**os.environ, "PATH": "", "KIOSK_BROWSER": "", "PLAYWRIGHT_BROWSERS_PATH": "/nonexistent"}

    done = run_kiosk("smoke", "https://shop.example", env=env)

    assert done.returncode == 2
    assert done.stdout.startswith("CANNOT JUDGE: no browser is there: run `make install`")


def test_a_kiosk_that_is_not_ready_fails_with_what_it_says(httpx_mock: HTTPXMock):
    httpx_mock.add_response(url="https://shop.example/readyz", status_code=503, json={"error": "not_ready"})

    result = run("https://shop.example/")

    assert result.exit_code == 1
    assert result.output == 'FAIL https://shop.example: /readyz says 503: {"error":"not_ready"}\n'


def test_an_address_where_another_program_answers_is_told_in_one_line(httpx_mock: HTTPXMock):
    page = "<!doctype html>\n<title>404</title>\n\n<p>Not Found</p>\n"
    httpx_mock.add_response(url="https://shop.example/readyz", status_code=404, text=page)

    result = run("https://shop.example/")

    assert result.exit_code == 1
    assert result.output == (
        "FAIL https://shop.example: /readyz says 404: <!doctype html> <title>404</title> <p>Not Found</p>\n"
    )


BROKEN = """
import pytest

@pytest.mark.smoke
def test_a_purchase(record_property):
    record_property("left", 'order K1001 is left, at "https://shop.example/verify-email?token=of-ada"')
    raise AssertionError('cannot sign in: Page.goto: interrupted by "https://shop.example/oauth/callback?code=of-ada"')
"""


def test_a_verdict_quotes_addresses_without_the_codes_in_them(httpx_mock, monkeypatch, tmp_path):
    httpx_mock.add_response(url="https://shop.example/readyz", json={})
    (tmp_path / "test_smoke.py").write_text(BROKEN)
    monkeypatch.setattr(smoke, "TESTS", tmp_path)

    result = run("https://shop.example")

    assert result.exit_code == 1
    assert 'interrupted by "https://shop.example/oauth/callback?…"' in result.output
    assert 'at "https://shop.example/verify-email?…"' in result.output
    assert "of-ada" not in result.output
