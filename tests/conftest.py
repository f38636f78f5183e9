"""What holds for every test: its marker comes from its folder, and the network ends at this machine."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import attacks
from tests.secrecy import watch

pytest_plugins = ["tests.timings"]

LAYERS = (  # in the order in which they run: fast ones first
    *("unit", "integration", "e2e"),
    "rehearsal",  # feature: origin
)
HERE = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "::1", "localhost")

# Settings of whoever runs the tests are none of the tests' business.
for name in [name for name in os.environ if name.startswith("KIOSK_") and name != "KIOSK_BROWSER"]:
    del os.environ[name]
os.environ.pop("DATABASE_URL", None)

# `make test` thinks up the same examples every time; `make fuzz` others each time, and twenty times as many.
same = {"database": None, "deadline": None, "print_blob": True, "suppress_health_check": list(HealthCheck)}
settings.register_profile("ci", max_examples=100, derandomize=True, **same)
settings.register_profile("fuzz", max_examples=2000, derandomize=False, **same)
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default=os.environ.get("TEST_DATABASE", "sqlite"),
        help="what integration tests run on (default: TEST_DATABASE, or sqlite)",
    )
    parser.addoption("--timings", type=Path, help="a file that tests.timings reads: which test took how long")


def pytest_configure() -> None:
    watch.install()


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--database')}"


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(layer_of(item))
    # Calls to simulators and servers of our own are real, also where providers are mocked.
    item.add_marker(pytest.mark.httpx_mock(should_mock=lambda request: request.url.host not in LOOPBACK))


@pytest.hookimpl(trylast=True)  # after pytest-randomly has shuffled
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database") != "sqlite":
        leave_out(config, items, [item for item in items if needs_no_database(item)])
    items[:] = long_ones_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    # Playwright keeps an event loop in the main thread, so that nothing else may run one after it.
    items.sort(key=lambda item: LAYERS.index(layer_of(item)))


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # all that was imported stays to the end: the collector need not go through it again and again
    gc.set_threshold(20_000, 20, 100)


def needs_no_database(item: pytest.Item) -> bool:
    """Of its own, that is: SQLite will do."""
    return bool(item.get_closest_marker("any_database") and not item.get_closest_marker("every_database"))


def leave_out(config: pytest.Config, items: list[pytest.Item], some: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=some)
    gone = set(some)
    items[:] = [item for item in items if item not in gone]


def long_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Each of so many workers, which all begin with a part of the whole, begins with its share of what takes long.

    Tests of one server are a single piece of this: else each worker that gets one of them starts the server anew.
    """
    pieces: dict[str, list[pytest.Item]] = {}
    rest = []
    for item in items:
        if piece := piece_of(item):
            pieces.setdefault(piece, []).append(item)
        else:
            rest.append(item)
    ordered: list[pytest.Item] = []
    for n in range(workers):
        size = (len(items) - len(ordered)) // (workers - n)  # as pytest-xdist cuts them
        first = [item for piece in list(pieces.values())[n::workers] for item in piece]
        more = max(0, size - len(first))
        ordered += first + rest[:more]
        rest = rest[more:]
    return ordered


def piece_of(item: pytest.Item) -> str:
    """Which piece of what takes long it belongs to; empty where to none."""
    fixtures = getattr(item, "fixturenames", ())
    if "one_cluster" in fixtures:  # feature: shop
        return str(item.path.parent)  # feature: shop
    if "postgresql" in fixtures:
        return str(item.path)
    return item.nodeid if item.get_closest_marker("long") else ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    attacks.begin(item)
    yield
    attacks.end(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    yield
    if leaks := watch.leaks():
        pytest.fail("a secret was logged:\n" + "\n".join(leaks), pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("markexpr") == "attack":
        ran = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
        terminalreporter.section("attacks")
        for line in attacks.lines([report for report in ran if report.when == "call"]):
            terminalreporter.write_line(line)


def layer_of(item: pytest.Item) -> str:
    folder = item.path.relative_to(HERE).parts[0]
    if folder not in LAYERS:
        raise pytest.UsageError(f"{item.path} belongs to no layer: tests live in {', '.join(LAYERS)}")
    return folder
