"""`simulators identity …` runs one of the simulators, or one of the tools beside them."""

import argparse
import importlib
import sys

SIMULATORS = (
    "identity",
    "mail",
    "payments",  # feature: shop
)
TOOLS = {
    "health": "health",
    "play": "payments.play",  # feature: shop
    "drift": "payments.drift",  # feature: shop
}


def main(argv: list[str]) -> int:
    """Runs the chosen simulator or tool with the remaining arguments; only that one is imported."""
    parser = argparse.ArgumentParser(prog="simulators", description=__doc__)
    parser.add_argument("simulator", choices=[*SIMULATORS, *TOOLS], help="--help after the name lists its options")
    parser.add_argument("options", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args(argv)
    module = TOOLS.get(chosen.simulator, chosen.simulator)
    return int(importlib.import_module(f"simulators.{module}").main(chosen.options))


def command() -> int:
    """The command `simulators`, where they are installed."""
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(command())
