"""What stands above the description, in Markdown."""

GENERAL = """\
All that the page does it does through this API, and so can other programs.

**Signing in.** A program sends username and password to `POST /api/login`, and shows the access token that it gets as
`Authorization: Bearer …`. A browser on the shop's own page has a cookie instead.

**Lists** come in pages: `items`, `total`, `page`, `per_page`. A query parameter that a route does not know is refused.
Times are in UTC (RFC 3339).

**Errors** are `application/problem+json` (RFC 9457). `error` is a code for programs, which stays the same; `detail` is
for people; `errors` names every field that is wrong. Each answer has an `X-Request-ID`. A 429 or 503 says in
`Retry-After` how many seconds to wait.
"""

# feature: shop {
SHOP = """\
**Money** is an integer in minor units of its currency, of which `currency_digits` stand after the point.

**Once.** What buys or pays back takes an `Idempotency-Key`: a name of your own for one wish. The same key again gives
the first answer, and does nothing twice. docs/api.md walks through a purchase with curl.
"""
# }

INTRODUCTION = (
    GENERAL,
    SHOP,  # feature: shop
)

HEADERS: dict[str, str] = {
    "Idempotency-Key": "A name of your own for this one wish: the same key again does nothing twice.",  # feature: shop
    "If-Match": "The ETag of what was read before: where it has changed since, nothing is written.",  # feature: shop
    "If-None-Match": "`*`: where there is something already, nothing is written.",  # feature: shop
}
"""What the headers are that routes read."""
