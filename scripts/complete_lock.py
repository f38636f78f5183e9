"""Adds to package-lock.json the optional packages of other platforms that npm left out.

npm leaves out what a mirror does not have, and then `npm ci` refuses the lock file everywhere.
Name, version, system and processor are enough for it.
"""

import json
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "frontend" / "package-lock.json"
SYSTEMS = {"aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"}
PROCESSORS = {"arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"}


def entry(name: str, version: str, *, dev: bool) -> dict[str, Any]:
    """From a name such as `@biomejs/cli-linux-x64-musl`."""
    parts = name.rpartition("/")[2].split("-")
    made: dict[str, Any] = {"version": version, "cpu": [part for part in parts if part in PROCESSORS]}
    if dev:
        made["dev"] = True
    if "musl" in parts:
        made["libc"] = ["musl"]
    return {**made, "optional": True, "os": [part for part in parts if part in SYSTEMS]}


def main() -> None:
    lock = json.loads(LOCK.read_text())
    packages: dict[str, dict[str, Any]] = lock["packages"]
    for path, package in list(packages.items()):
        for name, version in package.get("optionalDependencies", {}).items():
            new = entry(name, version, dev="dev" in package)
            if new["os"] and f"node_modules/{name}" not in packages and f"{path}/node_modules/{name}" not in packages:
                packages[f"node_modules/{name}"] = new
    lock["packages"] = dict(sorted(packages.items()))
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
