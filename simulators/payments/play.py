"""`simulators play FILE… --url URL` plays scenarios against a running simulator of payments."""

import argparse
import sys

from simulators.payments.control import Control
from simulators.payments.scenario import Wrong, play


def main(argv: list[str]) -> int:
    """0: played; 1: a file or a step is wrong, which is said in one line; 2: wrong usage."""
    parser = argparse.ArgumentParser(prog="simulators play", description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE", help="scenarios, played one after the other")
    parser.add_argument("--url", default="http://127.0.0.1:8002", help="of the simulator (default: %(default)s)")
    key = "with which it is called (default: that of the namespace in --url, and elsewhere that of tests)"
    parser.add_argument("--secret-key", help=key)
    options = parser.parse_args(argv)
    with Control(options.url.rstrip("/"), secret_key=options.secret_key) as control:
        for file in options.files:
            try:
                play(control, file, tell=lambda line: sys.stdout.write(f"{line}\n"))
            except Wrong as error:
                sys.stderr.write(f"{error}\n")
                return 1
    return 0
