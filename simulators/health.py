"""`simulators health` asks whether a simulator on this machine answers: for a container's health check."""

import argparse
import http.client
import sys

PORTS = (8001, 8002, 8003)
"""Where simulators listen if they are not told otherwise."""


def main(argv: list[str]) -> int:
    """0: one of the ports answers `/healthz`; 1: none does."""
    parser = argparse.ArgumentParser(prog="simulators health", description=__doc__)
    parser.add_argument("--port", type=int, action="append", help=f"may be repeated (default: {PORTS})")
    ports = parser.parse_args(argv).port or PORTS
    if any(map(_answers, ports)):
        return 0
    sys.stderr.write(f"no simulator answers on {', '.join(map(str, ports))}\n")
    return 1


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
