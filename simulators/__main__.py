"""`python -m simulators identity …` runs one of SIMULATORS."""

import argparse
import importlib
import sys

SIMULATORS = (
    "identity",
    "mail",
    "payments",  # feature: shop
)


def main(argv: list[str]) -> int:
    """Runs the chosen simulator with the remaining arguments; only that one is imported."""
    parser = argparse.ArgumentParser(prog="python -m simulators", description=__doc__)
    parser.add_argument("simulator", choices=SIMULATORS, help="--help after the name lists its options")
    parser.add_argument("options", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args(argv)
    return int(importlib.import_module(f"simulators.{chosen.simulator}").main(chosen.options))


def command() -> int:
    """The command `simulators`, where they are installed."""
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(command())
