"""Kiosk's payment simulator against Stripe's official libraries: `make interop`.

The example of the simulators' README runs in a clean environment, where nothing but they is installed. Each library is
in an environment of its own, in `.tools/interop`, in the version that requirements.txt and
package.json here pin. Shown are how many calls work, and what differs between `description.json` and the library;
the exit status is 1 where anything fails or differs.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from simulators.payments import control, drift, versions

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TOOLS = ROOT / ".tools" / "interop"
DESCRIPTION = ROOT / "simulators" / "payments" / "description.json"
README = ROOT / "simulators" / "README.md"
HOOK = "http://127.0.0.1:9/"  # takes nothing: that events are due is enough


def run(*command: str | Path, folder: Path = ROOT) -> str:
    done = subprocess.run(command, check=False, cwd=folder, text=True, capture_output=True, timeout=600)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def python() -> Path:
    """That of an environment with the Python library."""
    environment = TOOLS / "python"
    program = environment / "bin" / "python"
    if not program.exists():
        run(sys.executable, "-m", "venv", environment)
    run(program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt")
    return program


def node() -> tuple[Path, Path]:
    """Node, and the folder with its library and the calls."""
    folder = TOOLS / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "stripe_calls.mjs"):
        (folder / name).write_bytes((HERE / name).read_bytes())
    run("npm", "install", "--silent", "--no-audit", "--no-fund", folder=folder)
    return Path("node"), folder


def tell(title: str, output: str) -> bool:
    """Prints how many calls worked, and which did not; whether all did."""
    results = [json.loads(line) for line in output.splitlines()]
    failed = [result for result in results if result["error"]]
    print(f"{title}: {len(results) - len(failed)} of {len(results)} calls work")
    for result in failed:
        print(f"  {result['call']}: {result['error']}")
    return bool(results) and not failed


def changed(program: Path) -> Iterator[str]:
    """Where the description, and the version that the simulator speaks, differ from the library's."""
    folder = run(program, "-c", "import stripe, os; print(os.path.dirname(stripe.__file__))").strip()
    fresh = run(sys.executable, HERE / "describe.py", folder)
    kept = DESCRIPTION.read_text()
    for line in unified_diff(
        kept.splitlines(), fresh.splitlines(), "description.json", "the library", n=0, lineterm=""
    ):
        yield line[:300]
    if json.loads(fresh)["version"] != versions.CURRENT:
        yield f"the simulator speaks {versions.CURRENT}"


def example() -> bool:
    """Installs the simulators alone into a clean environment, and runs the example of their README there."""
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder)
        run(sys.executable, "-m", "venv", clean / "environment")
        program = clean / "environment" / "bin" / "python"
        run(program, "-m", "pip", "install", "--quiet", ROOT / "simulators", "pytest", "pytest-xdist")
        for name, text in re.findall(r"```python\n# (\S+)\n(.*?)```", README.read_text(), re.DOTALL):
            (clean / name).write_text(text)
        print("example:", run(program, "-m", "pytest", "-q", "-n", "2", folder=clean).splitlines()[-1])
    return True


def recordings() -> bool:
    """Compares the simulator with the real answers that are kept in `recorded`; whether it is as they are."""
    files = sorted((HERE / "recorded").glob("*.json"))
    print(f"recorded answers: {len(files)} files")
    statuses = [drift.main(["--recorded", str(file)]) for file in files]  # all of them, whatever the first says
    return not any(statuses)


def main() -> int:
    program, (node_program, folder) = python(), node()
    differences = list(changed(program))
    print(f"description: {len(differences)} differences from the library", *differences, sep="\n  ")
    with control.started(webhook_url=HOOK) as simulator:
        calls = run(program, HERE / "stripe_calls.py", simulator.url, control.SECRET_KEY)
        works = tell("Python", calls)
        simulator.reset()
        calls = run(node_program, "stripe_calls.mjs", simulator.url, control.SECRET_KEY, folder=folder)
        works = tell("Node", calls) and works
    works = example() and works
    works = recordings() and works
    return 0 if works and not differences else 1


if __name__ == "__main__":
    sys.exit(main())
