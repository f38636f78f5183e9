"""A browser against a running Kiosk. Everything that can be set is in playwright.config.py."""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.mishaps import Mishaps
from tests.e2e.shop import Shop
from tests.processes import Process, free_port, wait_for
from tests.secrecy import watch

CONFIG = Path(__file__).parents[2] / "playwright.config.py"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("playwright_config", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


settings = load(CONFIG)
SHARED = pytest.StashKey[tuple[Process, str]]()
PASSED = pytest.StashKey[bool]()
_numbers = count()
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def pytest_configure(config: pytest.Config) -> None:
    """The settings are pytest-playwright's defaults; its command line options still win."""
    if config.option.screenshot == "off":
        config.option.screenshot = settings.screenshot
    if config.option.output == "test-results":
        config.option.output = settings.output
    expect.set_options(timeout=settings.expect_timeout)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "project" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("projects")
        metafunc.parametrize("project", marker.args if marker else list(settings.projects))


def given_url(config: pytest.Config) -> str | None:
    found: str | None = config.getoption("--base-url") or settings.base_url
    return found


def start_kiosk(*options: str) -> "tuple[Process, str]":
    folder = Path(tempfile.mkdtemp(prefix="kiosk-e2e-"))
    values = {"port": free_port(settings.web_server["ports"]), "data": folder / "data"}
    command = [*(part.format(**values) for part in settings.web_server["command"]), *options]
    return Process(command, folder / "log", env=dict(os.environ)), settings.web_server["url"].format(**values)


def stop_kiosk(server: Process) -> None:
    server.stop()
    shutil.rmtree(server.log.parent)


@contextmanager
def kiosk(*options: str) -> Iterator[str]:
    """The address of a Kiosk that is ready, and ends with the block."""
    server, url = start_kiosk(*options)
    wait_until_ready(url, server.log)
    yield url
    stop_kiosk(server)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Several processes that run tests share one Kiosk; it starts while they do, and ends with the run."""
    if given_url(node.config):
        return
    if SHARED not in node.config.stash:
        node.config.stash[SHARED] = start_kiosk()
    server, url = node.config.stash[SHARED]
    node.workerinput |= {"kiosk": url, "kiosk_log": str(server.log)}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if shared := session.config.stash.get(SHARED, None):
        stop_kiosk(shared[0])
        if leaks := watch.leaks():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            session.config.get_terminal_writer().line("\na secret was logged:\n" + "\n".join(leaks))


@pytest.fixture(scope="session")
def base_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """Where Kiosk is; where none is given, one is started for the tests."""
    shared = getattr(pytestconfig, "workerinput", {})
    if given := given_url(pytestconfig):
        yield given.rstrip("/")
    elif "kiosk" in shared:
        wait_until_ready(shared["kiosk"], shared["kiosk_log"])
        yield shared["kiosk"]
    else:
        with kiosk() as url:
            yield url


def wait_until_ready(url: str, log: object) -> None:
    def ready() -> bool:
        try:
            return (
                httpx.get(url + settings.web_server["ready"], trust_env=False, verify=False).status_code
                == httpx.codes.OK
            )
        except httpx.TransportError:
            return False

    wait_for(ready, f"{url} to be ready; {log} is what it says", settings.web_server["timeout"])


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    headed = browser_type_launch_args.get("headless") is False
    return {**settings.launch(headed=headed), **browser_type_launch_args}


@pytest.fixture
def browser_context_args(
    browser_context_args: dict[str, Any], project: str, address: dict[str, Any], own_url: str
) -> dict[str, Any]:
    own = {"base_url": own_url} if own_url else {}
    return {**browser_context_args, **settings.context, **settings.projects[project], **address, **own}


@pytest.fixture(scope="module")
def own_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of the Kiosk that a module marked `own_kiosk` has for itself; empty without the mark."""
    marker = request.node.get_closest_marker("own_kiosk")
    if marker is None:
        yield ""
        return
    if given_url(request.config):
        pytest.skip("a Kiosk that is given stays as it is")
    with kiosk(*marker.args) as url:
        yield url


@pytest.fixture
def address(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Where the browsers of one test come from, as a Kiosk that was started for the tests believes."""
    if given_url(pytestconfig):
        return {}
    number = next(_numbers)
    return {"extra_http_headers": {"X-Forwarded-For": f"198.{_process}.{number // 250}.{number % 250 + 1}"}}


@pytest.fixture
def mishaps(base_url: str) -> Mishaps:
    """Of all browsers of a test."""
    return Mishaps(base_url)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Iterator[None]:
    """A test fails where something went wrong in a browser, unless it is marked `mishaps` with just that."""
    yield
    mishaps = item.funcargs.get("mishaps")
    if mishaps:
        mishaps.check([part for marker in item.iter_markers("mishaps") for part in marker.args])
    item.stash[PASSED] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Function) -> Iterator[None]:
    """A page of a test that has passed is not drawn: pytest-playwright would draw it, and then delete the picture."""
    option = item.config.option
    before = option.screenshot
    if before == "only-on-failure" and item.stash.get(PASSED, False):
        option.screenshot = "off"
    try:
        yield
    finally:
        option.screenshot = before


@pytest.fixture
def page(context: BrowserContext, mishaps: Mishaps) -> Page:
    return opened(context, mishaps)


@pytest.fixture
def shop(page: Page) -> Shop:
    """Kiosk in the browser of somebody who is not signed in."""
    return Shop(page)


@pytest.fixture
def back_office(new_context: Any, mishaps: Mishaps) -> Shop:
    """Kiosk in a second browser, for staff."""
    return Shop(opened(new_context(), mishaps))


@pytest.fixture
def page_in(
    browser: Browser, browser_context_args: dict[str, Any], mishaps: Mishaps
) -> Iterator[Callable[[str], Page]]:
    """`page_in("de-DE")` is a page in a browser of its own, whose user reads this language."""
    contexts: list[BrowserContext] = []

    def page(locale: str) -> Page:
        contexts.append(browser.new_context(**{**browser_context_args, "locale": locale}))
        return opened(contexts[-1], mishaps)

    yield page
    for each in contexts:
        each.close()


def opened(context: BrowserContext, mishaps: Mishaps) -> Page:
    mishaps.watch(context)
    context.set_default_timeout(settings.action_timeout)
    return context.new_page()
