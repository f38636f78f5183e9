"""Environments of their own for programs of others, below `.tools/interop`: one for each, made once."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TOOLS = ROOT / ".tools" / "interop"


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """What it says. SystemExit with that where it fails."""
    done = subprocess.run(command, check=False, cwd=folder, text=True, capture_output=True, timeout=600)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def python(name: str, requirements: Path) -> Path:
    """The Python of an environment with these packages."""
    environment = TOOLS / name
    program = environment / "bin" / "python"
    if not program.exists():
        run(sys.executable, "-m", "venv", environment)
    run(program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
    return program


def node(name: str, source: Path) -> Path:
    """A folder with the packages of `source`, and its programs for Node."""
    folder = TOOLS / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in (source / "package.json", *source.glob("*.mjs")):
        (folder / file.name).write_bytes(file.read_bytes())
    run("npm", "install", "--silent", "--no-audit", "--no-fund", folder=folder)
    return folder


def tell(title: str, lines: Iterable[str]) -> bool:
    """Prints how many calls worked, and which did not; whether all did. A line is JSON with `call` and `error`."""
    results = [json.loads(line) for line in lines]
    failed = [result for result in results if result["error"]]
    print(f"{title}: {len(results) - len(failed)} of {len(results)} calls work")
    for result in failed:
        print(f"  {result['call']}: {result['error']}")
    return bool(results) and not failed
