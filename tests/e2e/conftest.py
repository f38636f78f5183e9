"""A browser against a running Kiosk. Everything that can be set is in playwright.config.py."""

import importlib.util
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.shop import Shop
from tests.processes import Process, free_port

CONFIG = Path(__file__).parents[2] / "playwright.config.py"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("playwright_config", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


settings = load(CONFIG)
_numbers = count()


def pytest_configure(config: pytest.Config) -> None:
    """The settings are pytest-playwright's defaults; its command line options still win."""
    kept = {"screenshot": settings.screenshot}
    if not config.getoption("--base-url"):  # a trace slows a run down, and a deployment waits for this one
        kept["tracing"] = settings.trace
    for option, value in kept.items():
        if getattr(config.option, option) == "off":
            setattr(config.option, option, value)
    config.option.output = settings.output
    expect.set_options(timeout=settings.expect_timeout)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "project" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("projects")
        metafunc.parametrize("project", marker.args if marker else list(settings.projects))


def given_url(config: pytest.Config) -> str | None:
    found: str | None = config.getoption("--base-url") or settings.base_url
    return found


@pytest.fixture(scope="session")
def base_url(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Kiosk is; where none is given, one is started for the tests."""
    if given := given_url(pytestconfig):
        yield given.rstrip("/")
        return
    folder = tmp_path_factory.mktemp("kiosk")
    values = {"port": free_port(settings.web_server["ports"]), "data": folder / "data"}
    command = [part.format(**values) for part in settings.web_server["command"]]
    url = settings.web_server["url"].format(**values)
    server = Process(command, folder / "log", env=dict(os.environ))

    def ready() -> bool:
        try:
            return (
                httpx.get(url + settings.web_server["ready"], trust_env=False, verify=False).status_code
                == httpx.codes.OK
            )
        except httpx.TransportError:
            return False

    server.wait_for(ready, f"{url} to be ready", settings.web_server["timeout"])
    yield url
    server.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**settings.launch(), **browser_type_launch_args}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], project: str, address: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, **settings.context, **settings.projects[project], **address}


@pytest.fixture
def address(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Where the browsers of one test come from, as a Kiosk that was started for the tests believes."""
    if given_url(pytestconfig):
        return {}
    number = next(_numbers)
    return {"extra_http_headers": {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}"}}


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return opened(context)


@pytest.fixture
def shop(page: Page) -> Shop:
    """Kiosk in the browser of somebody who is not signed in."""
    return Shop(page)


@pytest.fixture
def back_office(new_context: Any) -> Shop:
    """Kiosk in a second browser, for staff."""
    return Shop(opened(new_context()))


def opened(context: BrowserContext) -> Page:
    context.set_default_timeout(settings.action_timeout)
    return context.new_page()
