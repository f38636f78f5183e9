"""Who can have what GitHub runs with secrets run: nobody but who may push to main of this very repository."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.processes import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {file.name: yaml.load(file.read_text(), yaml.BaseLoader) for file in FOLDER.glob("*.yml")}
US, STRANGER = "shop/kiosk", "stranger/kiosk"
FROM_OUTSIDE = {"pull_request", "pull_request_target", "issues", "issue_comment", "discussion", "fork", "watch"}
"""Events that people without any right here can cause: https://docs.github.com/actions/reference/events"""


def test_what_strangers_can_cause_sees_no_secret():
    for name, workflow in WORKFLOWS.items():
        if FROM_OUTSIDE & set(workflow["on"]):
            assert "secrets" not in (FOLDER / name).read_text(), name


def test_what_runs_with_secrets_checks_out_no_branch_of_a_pull_request():
    """`ship.yml` checks out the commit that `pack` has judged, and nothing that an event names."""
    steps = WORKFLOWS["ship.yml"]["jobs"]["ship"]["steps"]

    assert [step["with"]["ref"] for step in steps if "checkout" in step.get("uses", "")] == ["${{ inputs.commit }}"]
    assert "github.event" not in (FOLDER / "ship.yml").read_text()
    for name in ("staging", "production"):
        job = WORKFLOWS["deploy.yml"]["jobs"][name]
        assert "pack" in job["needs"]
        assert "if" not in job
        assert job["with"]["commit"] == "${{ needs.pack.outputs.commit }}"


def run_of_check(**given: Any) -> dict[str, Any]:
    """The context of a deployment that follows a run of the checks."""
    run = {"conclusion": "success", "event": "push", "head_branch": "main", "head_repository": {"full_name": US}}
    event = {"workflow_run": {**run, **given}}
    return {"event_name": "workflow_run", "ref": "refs/heads/main", "repository": US, "run_id": "77", "event": event}


def by_hand(ref: str) -> dict[str, Any]:
    return {"event_name": "workflow_dispatch", "ref": ref, "repository": US, "run_id": "77", "event": {}}


OURS = [run_of_check(), by_hand("refs/heads/main")]
REFUSED = {
    "a fork's pull request from its main": run_of_check(event="pull_request", head_repository={"full_name": STRANGER}),
    "a fork that says it was a push": run_of_check(head_repository={"full_name": STRANGER}),
    "a pull request of this repository": run_of_check(event="pull_request"),
    "another branch": run_of_check(head_branch="next"),
    "checks that failed": run_of_check(conclusion="failure"),
    "checks that were broken off": run_of_check(conclusion="cancelled"),
    "a fork that is gone": run_of_check(event="pull_request", head_repository=None),
    "another branch by hand": by_hand("refs/heads/next"),
}


@pytest.mark.parametrize("github", OURS, ids=["a push to main", "main by hand"])
def test_what_was_pushed_to_main_is_deployed(github):
    assert value_of(WORKFLOWS["deploy.yml"]["jobs"]["pack"]["if"], github) is True


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_else_is_deployed(case):
    assert value_of(WORKFLOWS["deploy.yml"]["jobs"]["pack"]["if"], REFUSED[case]) is False


def test_a_run_that_a_stranger_caused_takes_no_place_in_the_queue_of_deployments():
    group = WORKFLOWS["deploy.yml"]["concurrency"]["group"]
    expression = re.fullmatch(r"\$\{\{ (.*) \}\}", group)
    assert expression

    assert [value_of(expression[1], github) for github in OURS] == ["deploy"] * 2
    assert value_of(expression[1], REFUSED["a fork's pull request from its main"]) == "77"


def value_of(expression: str, github: Mapping[str, Any]) -> object:
    """What GitHub makes of it, as far as these use: `==`, `&&`, `||`, brackets, texts, and names that may lead nowhere.

    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
    """

    def looked_up(name: re.Match[str]) -> str:
        found: Any = github
        for part in name[1].split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return repr(found)

    python = re.sub(r"\bgithub\.([\w.]+)", looked_up, expression.replace("&&", " and ").replace("||", " or "))
    found: object = eval(" ".join(python.split()), {"__builtins__": {}})
    return found
