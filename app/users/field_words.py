"""What the fields of accounts are, for the API's description."""

from app.web.field_words import Words

WORDS: Words = {
    "username": ("What a user signs in with. It is unique, whatever the case of its letters.", "ada"),
    "email": ("An email address. It counts as the user's own only once it is verified.", "ada@example.com"),
    "email_verified": ("Whether the user has opened the link that was mailed to the address.", True),
    "avatar_url": ("A picture of the user, at the provider that they sign in with.", "https://id.example.com/ada.png"),
    "language": (
        "The language of the page and of mails; null where the browser, or the client, says which.",
        "de",
    ),
    "UserOut.time_zone": (
        "In which mails tell the time: where the user's browser was last; null for the shop's.",
        "Europe/Berlin",
    ),
    "ProfileChange.time_zone": (
        "Where the user is: a name of the IANA database. Mails tell the time in it; null for the shop's.",
        "Europe/Berlin",
    ),
    "role": ("`customer`, or `staff` for those who run the shop.", "customer"),
    "active": ("Whether the user may sign in.", True),
    "identities": ("The accounts at providers that the user can sign in with.", []),
    "provider": ("The name of the provider, as in its sign-in address.", "acme"),
    "password": ("At least as long as `GET /api/password/rule` says.", "a walk in the quiet harbour"),
    "UserSearch.q": ("Words that username, name or email hold.", "ada"),
    "signed_out": ("That the user is signed in nowhere any more.", True),
    "action": ("What was done.", "email_changed"),
    "actor": (
        "Who did it; null for the command line or a stranger.",
        {"id": 7, "username": "ada"},
    ),
    "address": ("The client's address on the network.", "192.0.2.7"),
    "details": ("More about it; which fields there are depends on the action.", {"provider": "acme"}),
    # of one's own account
    "current_password": ("The password so far. An account that has none leaves it out.", "a walk in the quiet harbour"),
    "new_password": ("The password from now on. All other sessions end.", "a quiet walk by the harbour"),
    "has_password": ("Whether the account has a password.", True),
    "kind": ("`browser` for a cookie, `api` for tokens.", "browser"),
    "device": ("The browser or program, as far as it tells of itself.", "Firefox on Linux"),
    "used_at": ("When it was last used, in UTC, right to the hour.", "2026-05-04T10:00:00Z"),
    "current": ("Whether it is the session of this request.", True),
    "SessionOut.id": ("What the session is ended by.", "hN2tqz1vWw"),
    "ended": ("How many sessions were ended.", 2),
}
