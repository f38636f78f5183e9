"""deploy/observe: rules and dashboard ask for what Kiosk tells, and each alert says what to do.

`deploy/observe/check` has Prometheus' own promtool look at the same files, where there is one.
"""

import json
import re

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.ops import counters
from tests.processes import ROOT

pytestmark = pytest.mark.any_database

OBSERVE = ROOT / "deploy" / "observe"
RULES = [rule for group in yaml.safe_load((OBSERVE / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
DASHBOARDS = [json.loads(file.read_text()) for file in sorted((OBSERVE / "grafana" / "dashboards").glob("*.json"))]
SHOWN = [panel for dashboard in DASHBOARDS for panel in dashboard["panels"]]
PANELS = {panel["title"]: [target["expr"] for target in panel["targets"]] for panel in SHOWN}
ASKED = {rule["alert"]: [rule["expr"]] for rule in RULES} | PANELS
PARTS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


@pytest.fixture
def told(app):
    """The names of all series that /metrics may hold."""
    families = text_string_to_metric_families(app.test_client().get("/metrics").text)
    return {family.name + part for family in families for part in PARTS[family.type]}


@pytest.mark.parametrize("asking", ASKED)
def test_what_is_asked_for_is_told(told, asking):
    for expression in ASKED[asking]:
        promql_parser.parse(expression)

        named = set(re.findall(r"\bkiosk_\w+", expression))
        assert named <= told
        assert named or "up{" in expression


def test_what_is_told_is_asked_for(told):
    """A figure that nobody looks at is one too many."""
    named = set(re.findall(r"\bkiosk_\w+", " ".join(expression for each in ASKED.values() for expression in each)))

    families = {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in told}
    assert {family for family in families if not any(name.startswith(family) for name in named)} == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_what_is_wrong_and_what_to_do(rule):
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    page, _, section = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    assert section in [heading.lower() for heading in headings]


def test_every_state_that_a_rule_names_is_one(app):
    ways = {*counters.SIGN_INS.values()}
    text = " ".join(expression for each in ASKED.values() for expression in each)

    assert set(re.findall(r'method="(\w+)"', text)) <= ways
    assert set(re.findall(r'kind="(\w+)"', text)) <= {"attempt", "event", "refund", "mail"}
    assert set(re.findall(r'to="(\w+)"', text)) <= {"payments"}


def test_panels_have_names_and_numbers_of_their_own():
    assert len(PANELS) == len(SHOWN)
    assert len({panel["id"] for panel in SHOWN}) == len(SHOWN)
    assert len({dashboard["uid"] for dashboard in DASHBOARDS}) == len(DASHBOARDS)
    for panel in SHOWN:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"prometheus"}


def test_prometheus_asks_servers_and_workers_with_the_token():
    found = yaml.safe_load((OBSERVE / "prometheus.yml").read_text())

    assert found["rule_files"] == ["alerts.yml"]
    assert {job["job_name"] for job in found["scrape_configs"]} == {"kiosk", "kiosk-worker"}
    assert all(job["authorization"]["credentials_file"] for job in found["scrape_configs"])
