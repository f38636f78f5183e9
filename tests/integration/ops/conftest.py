from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.integration.ops.reading import Reading
from tests.integration.payments.conftest import live_shop, own_shop, quick, shop  # noqa: F401  # feature: shop


@pytest.fixture
def read(app, monkeypatch) -> Callable[[], Reading]:
    """`read()` is what the application tells now, and not what the database said a moment ago."""
    gauges = app.extensions["database_gauges"]
    monkeypatch.setattr(gauges.probe, "keep", 0)
    monkeypatch.setattr(gauges.reading, "keep", 0)
    monkeypatch.setattr(gauges, "interval", timedelta(0))
    return lambda: Reading(app.test_client().get("/metrics").text)


@pytest.fixture
def grown(read) -> Iterator[Callable[..., float]]:
    """`grown(name, **labels)`: by how much a count has grown since the test began."""
    before = read()
    return lambda name, **labels: read()(name, **labels) - before(name, **labels)
