"""The simulators installed by themselves, as their image has them: in a clean environment, with nothing of Kiosk."""

import ast
import json
import os  # feature: shop
import re
import shutil  # feature: shop
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from simulators.__main__ import SIMULATORS
from simulators.payments import control  # feature: shop
from tests.interop.environments import ROOT, run, tell
from tests.processes import Process, free_port

DOCKERFILE = ROOT / "simulators" / "Dockerfile"
README = ROOT / "simulators" / "README.md"  # feature: shop


@contextmanager
def environment() -> Iterator[Path]:
    """The folder with the programs of one that has the simulators, and pytest for the README's example."""
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "venv", folder)
        programs = Path(folder) / "bin"
        packages = (ROOT / "simulators", "pytest", "pytest-xdist", "fastapi", "httpx2")
        run(programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
        yield programs


def of_image(instruction: str) -> list[str]:
    """The words of the entry point or the health check."""
    words = re.findall(rf"^{instruction}.*?(\[.*\])$", DOCKERFILE.read_text(), re.MULTILINE)
    return list(ast.literal_eval(words[-1]))


def served(programs: Path, folder: Path) -> Iterator[str]:
    """Each simulator as a container of the image runs it, but for the port; a line of JSON for each."""
    [program] = of_image("ENTRYPOINT")
    assert of_image("HEALTHCHECK")[0] == program
    for name in SIMULATORS:
        port = free_port(2)
        ports = ["--port", str(port)] + (["--smtp-port", str(port + 1)] if name == "mail" else [])
        process = Process([programs / program, name, "--host", "0.0.0.0", *ports], folder / f"{name}.log")
        health = [programs / program, *of_image("HEALTHCHECK")[1:], "--port", str(port)]
        error = None
        try:
            process.wait_for(partial(succeeds, health), "the health check to succeed")
        except AssertionError as problem:
            error = str(problem)
        process.stop()
        yield json.dumps({"call": name, "error": error})


def succeeds(command: list[str | Path]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


# feature: shop {
def example(programs: Path, folder: Path) -> None:
    """Runs the examples of the README."""
    for name, text in re.findall(r"```(?:python|js)\n(?:#|//) (\S+)\n(.*?)```", README.read_text(), re.DOTALL):
        (folder / name).write_text(text)
    test = [programs / "python", "-m", "pytest", "-q", "-n", "2"]
    print("example:", run(*test, folder=folder).splitlines()[-1])
    with control.started() as simulator:
        shared = run(*test, "-o", f"payments_simulator_url={simulator.url}", folder=folder).splitlines()[-1]
    print("example, both workers at one simulator:", shared)
    if shutil.which("node"):
        example_for_node(programs, folder)


def example_for_node(programs: Path, folder: Path) -> None:
    """Beside a simulator as the README starts it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [programs / "simulators", "payments", "--control", "--port", str(port)]
    process = Process(command, folder / "payments.log", env={**os.environ, "SIMULATORS_WEBHOOK_SECRET": ""})
    try:
        process.wait_for(partial(succeeds, [programs / "simulators", "health", "--port", str(port)]), "it to listen")
        told = run("env", f"SIMULATOR={url}", "node", "--test", "shop.test.mjs", folder=folder)
    finally:
        process.stop()
    print("example, from Node:", next(line for line in told.splitlines() if line.startswith(("# pass", "ℹ pass"))))


# }


def check() -> bool:
    """Prints how each did; whether all did well."""
    with environment() as programs, tempfile.TemporaryDirectory() as folder:
        # feature: shop {
        example(programs, Path(folder))
        # }
        return tell("the simulators alone, as their image starts them", served(programs, Path(folder)))
