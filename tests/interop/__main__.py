"""Kiosk and its simulators against programs of others: `make interop`.

Each program is in an environment of its own, in `.tools/interop`, in the version that requirements and package.json
beside it pin. The exit status is 1 where anything fails.
"""

import sys

from tests.interop import installed
from tests.interop.clients import check as clients
from tests.interop.providers import check as providers
from tests.interop.stripe import check as stripe  # feature: shop

PARTS = (
    providers.check,
    clients.check,
    installed.check,
    stripe.check,  # feature: shop
)

if __name__ == "__main__":
    results = [part() for part in PARTS]  # all of them, whatever the first says
    sys.exit(0 if all(results) else 1)
