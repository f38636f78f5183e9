"""What the fields of every list and every error are, for the API's description."""

from collections.abc import Mapping

Words = Mapping[str, tuple[str, object]]
"""A sentence and an example for each field: by "name", or by "Schema.name" where that schema says more by it."""

WORDS: Words = {
    "type": ("Always about:blank: `error` tells the kinds apart.", "about:blank"),
    "title": ("The HTTP status in words.", "Unprocessable Entity"),
    "ProblemBody.status": ("The HTTP status.", 422),
    "detail": ("What went wrong, for people. It may be worded anew.", "Some of what was sent is not valid."),
    "error": ("What went wrong, for programs: a code that stays the same.", "invalid_input"),
    "errors": (
        "Each field that is wrong, of invalid input.",
        [{"field": "name", "message": "This is required."}],
    ),
    "field": ("The path to the field that is wrong.", "lines[0].quantity"),
    "message": ("What is wrong with it, for people.", "Give 1 or more."),
    "items": ("What is on this page of the list.", []),
    "total": ("How many there are on all pages. Of more than 10,000: how many there were a minute or two ago.", 42),
    "page": ("Which page of the list, from 1 on.", 1),
    "per_page": ("How many are on a page, 100 at most.", 20),
    "id": ("What it is asked for by. It means nothing beyond that.", 7),
    "created_at": ("When it was made, in UTC.", "2026-05-04T10:00:00Z"),
    "at": ("When it happened, in UTC.", "2026-05-04T10:00:00Z"),
    "name": ("What people call it.", "Ada Lovelace"),
    "deleted": ("That it is gone.", True),
    "done": ("That it was done.", True),
    "Health.status": ("That the server runs.", "ok"),
    "Readiness.status": ("Whether the server takes requests.", "ok"),
    "degraded": ("What else is out of order at the moment; the server works without it.", []),
}
