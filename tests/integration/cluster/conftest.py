"""Two servers behind nginx, two workers, PostgreSQL and Valkey, once for all tests here, each of which breaks some."""

from collections.abc import Iterator

import pytest

from tests.databases import PostgresqlServer
from tests.fleet import Fleet
from tests.integration.cluster.cluster import Cluster
from tests.integration.conftest import close, migrate
from tests.nginx import MISSING, find_nginx


@pytest.fixture(scope="package")
def one_cluster(request, tmp_path_factory) -> Iterator[Cluster]:
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("several servers share a PostgreSQL")
    if find_nginx() is None:
        pytest.skip(MISSING)
    database = PostgresqlServer(durable=True)
    migrate(database.address)
    fleet = Fleet(database.address, tmp_path_factory.mktemp("cluster"), processes=(1, 1), redis=True, proxy=True)
    try:
        fleet.start()
        found = Cluster(fleet, database)
        yield found
        close(found.app)
    finally:
        fleet.stop()
        database.close()


@pytest.fixture
def cluster(one_cluster: Cluster) -> Cluster:
    """All of it at work, whatever the last test did to it."""
    one_cluster.recover()
    return one_cluster
