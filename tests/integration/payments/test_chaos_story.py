"""What chaos did to the provider is a scenario, which does the same again."""

from contextlib import suppress
from types import SimpleNamespace

import httpx
import pytest

from simulators.payments.scenario import steps
from tests.chaos.storm import Storm

pytestmark = pytest.mark.any_database
MOST_STEPS = 200


@pytest.fixture
def storm(payments_simulator):
    """A storm over the provider alone: it breaks out where the test says so."""
    fleet = SimpleNamespace(control=payments_simulator, hook=lambda _rng: "http://127.0.0.1:9/", start=lambda: None)
    made = Storm(fleet, seed=7)
    made.over.set()  # it waits for nothing
    return made


def rage(storm, times):
    """As its threads do, but at once and in order. Held webhooks are let go in a thread of their own."""
    for _ in range(times):
        storm.strike_calls()
        with suppress(httpx.HTTPError):  # what it asks for itself meets its faults
            storm.strike_webhooks()


def test_a_storm_is_written_down_and_leaves_the_provider_as_ill_when_it_is_played(storm, payments_simulator, tmp_path):
    session = payments_simulator.open_session()["id"]
    rage(storm, 12)
    storm.control.pay(session)
    before = payments_simulator.state()

    file = storm.write_story(tmp_path / "stories" / "chaos-7.toml")
    payments_simulator.reset()
    payments_simulator.open_session()
    payments_simulator.play(file)

    after = payments_simulator.state()
    assert "Chaos 7" in file.read_text()
    assert len(steps(file.read_text(), "chaos")) < MOST_STEPS
    assert ills(before) <= ills(after)  # some were used up by what the storm asked for itself, to make up its lies
    assert after["webhooks"] == before["webhooks"]
    assert [each["payment_status"] for each in after["sessions"]] == ["paid"]


def ills(state):
    """What is wrong with it, but for how often each fault is still to strike."""
    return {tuple(fault[name] for name in ("kind", "when", "path", "method", "seconds")) for fault in state["faults"]}


def test_when_a_storm_is_over_its_story_ends_with_a_provider_that_is_well(storm, payments_simulator, tmp_path):
    rage(storm, 3)
    storm.start()
    storm.blow_over()

    payments_simulator.play(storm.write_story(tmp_path / "chaos.toml"))

    assert payments_simulator.state()["faults"] == []
