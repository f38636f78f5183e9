"""Any one of the shop's programs dies while people buy: nothing that was accepted is lost, and nobody is signed out."""

import pytest

from tests.integration.cluster.cluster import act

SPARE = ("server", "worker", "valkey")
"""What the shop does without."""


@pytest.mark.parametrize("victim", SPARE)
def test_people_go_on_buying_without(victim, cluster):
    kill, start = act(cluster, victim)
    with cluster.customers() as customers:
        customers.buy(4)

        kill()

        customers.buy(8)
        assert cluster.signed_in() == [200] * len(cluster.signed_in())
        start()
        customers.buy(4)

    assert customers.figures.wrong == []
    assert cluster.differences() == []


@pytest.mark.parametrize("victim", ["proxy", "database"])
def test_people_go_on_buying_after(victim, cluster):
    kill, start = act(cluster, victim)
    with cluster.customers() as customers:
        customers.buy(4)

        kill()
        start()

        customers.buy(8)

    assert customers.figures.wrong == []
    assert cluster.signed_in() == [200] * len(cluster.signed_in())
    assert cluster.differences() == []
