"""`simulators drift` asks the simulator and a real sandbox account the same, and prints what differs.

It compares status, whether an answer is a replay, and body; ids, times and addresses count as equal. Exit status 0:
nothing differs; 1: something does; 2: wrong usage, or the provider could not be asked.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from simulators.payments import control, versions
from simulators.payments.comparison import Answers, differences, normal
from simulators.payments.conversation import Unasked, converse
from simulators.server import LOOPBACK

PROVIDER = "https://api.stripe.com"
NOWHERE = "http://127.0.0.1:9/"
"""Takes no webhook: that there are events is enough."""
KEY = "STRIPE_SANDBOX_KEY"


class Usage(Exception):
    """What was asked for cannot be done."""


def main(argv: list[str]) -> int:
    options = _parser().parse_args(argv)
    try:
        kept = _real(options)
        if options.record:
            text = json.dumps({"version": versions.CURRENT, "answers": kept}, indent=1, sort_keys=True)
            options.record.write_text(f"{text}\n", encoding="utf-8")
        return _tell(list(differences(_simulated(options.simulator), kept)), len(kept))
    except (Usage, Unasked) as error:
        sys.stderr.write(f"drift: {error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulators drift", description=__doc__.partition("\n")[0])
    parser.add_argument("--url", default=PROVIDER, help="of the real provider (default: %(default)s)")
    parser.add_argument("--key-file", type=Path, help=f"holds the sandbox account's key (default: ${KEY})")
    parser.add_argument("--simulator", metavar="URL", help="a running one (default: one of its own)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the provider's answers there")
    parser.add_argument("--recorded", type=Path, metavar="FILE", help="compare with these, and ask no provider")
    return parser


def _tell(lines: list[str], count: int) -> int:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{count} answers compared, {len(lines)} differences\n")
    return 1 if lines else 0


def _real(options: argparse.Namespace) -> Answers:
    """Of the provider, or as they were recorded."""
    if options.recorded:
        return recorded(options.recorded)
    key = _key(options.key_file)
    where = urlsplit(options.url)
    here = where.hostname in LOOPBACK
    if where.scheme != "https" and not here:
        raise Usage("--url is https: the key goes there.")
    if os.environ.get("CI") and not here:
        raise Usage("a real account is not asked in CI. Record its answers, and name the file: --recorded.")
    return _ask(options.url, key, "the provider")


def recorded(file: Path) -> Answers:
    """Usage where it is not a file that --record has written, in the version that the simulator speaks."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        version, answers = kept["version"], dict(kept["answers"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Usage(f"{file} holds no recorded answers ({error}). Write it by --record.") from error
    if version != versions.CURRENT:
        raise Usage(f"{file} is of version {version}, and the simulator of {versions.CURRENT}. Record it anew.")
    return answers


def _key(file: Path | None) -> str:
    try:
        key = (file.read_text(encoding="utf-8") if file else os.environ.get(KEY, "")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(f"--key-file {file} cannot be read: {error}") from error
    if key.startswith(("sk_live_", "rk_live_")):
        raise Usage("that is a live key, and this moves money. Use the key of a sandbox account: sk_test_…")
    if not re.fullmatch(r"[sr]k_test_\w+", key, re.ASCII):  # an error about any other would quote it
        raise Usage(f"a sandbox account's key is needed, sk_test_…: in ${KEY}, or in a file by --key-file.")
    return key


def _simulated(url: str | None) -> Answers:
    with ExitStack() as stack:
        if url is None:
            url = stack.enter_context(control.started(webhook_url=NOWHERE)).url
        return _ask(url, control.SECRET_KEY, "the simulator")


def _ask(url: str, key: str, who: str) -> Answers:
    headers = {"Authorization": f"Bearer {key}", "Stripe-Version": versions.CURRENT}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        return {name: normal(answer) for name, answer in _answers(client, who)}


def _answers(client: httpx.Client, who: str) -> Iterator[tuple[str, Any]]:
    try:
        yield from converse(client)
    except httpx.HTTPError as error:
        raise Unasked(f"{who} does not answer: {error!r}") from error
    except Unasked as error:
        raise Unasked(f"{who} {error}") from error
