"""The typed client's types from the API description: `api.py FILE` writes them to FILE."""

import secrets
import sys
from pathlib import Path

from steps import ENV, ROOT, VENV, StepError, run

DESCRIPTION = ROOT / ".tools" / "openapi.json"
CURRENT = ROOT / "frontend" / "src" / "api" / "schema.d.ts"


def generate(target: Path) -> None:
    DESCRIPTION.parent.mkdir(exist_ok=True)
    # The description is the same wherever Kiosk runs, but no Kiosk is made without these.
    made_up = {f"KIOSK_{name}": secrets.token_urlsafe(32) for name in ("SECRET_KEY", "JWT_SECRET_KEY")}
    env = {**ENV, **made_up, "KIOSK_PUBLIC_URL": "http://localhost", "KIOSK_ENV": "test"}
    described = run([VENV / "bin" / "kiosk", "openapi"], "`kiosk openapi` fails: mend what is named above.", env=env)
    DESCRIPTION.write_text(described)
    generator = ROOT / "frontend" / "node_modules" / ".bin" / "openapi-typescript"
    run([generator, DESCRIPTION, "-o", target], "openapi-typescript does not understand what `kiosk openapi` prints.")


def check() -> None:
    fresh = ROOT / ".tools" / "schema.d.ts"
    generate(fresh)
    if not CURRENT.exists() or CURRENT.read_text() != fresh.read_text():
        raise StepError(f"{CURRENT.relative_to(ROOT)} does not match the API any more: run `make api` and commit it.")


if __name__ == "__main__":
    try:
        generate(Path(sys.argv[1]).resolve())
    except StepError as error:
        sys.exit(str(error))
