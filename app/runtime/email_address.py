"""Email addresses: which are valid, and which two are the same.

An address has a local part in ASCII, since few mail servers take another, and a domain of any script, which mail
servers know in its ASCII form (IDNA 2008, https://www.rfc-editor.org/rfc/rfc5891).
"""

import re

import idna

from app.runtime.text import SPACES, is_seen

LOCAL = re.compile(r"(?=.{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@")
"""A dot-atom of https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3: no quotes, no comments."""

HOST = re.compile(r"(?!.*\.$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.|$))+")

LONGEST = 254
"""https://www.rfc-editor.org/errata/eid1690"""

JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Invisible, and part of names in some scripts: IDNA says where."""


class NoMailbox(ValueError):
    """No mail can be sent to this address."""


DEVIATIONS = frozenset("\u00df\u03c2" + JOINERS)
"""IDNA 2008 keeps them, and IDNA 2003 made another domain of them: https://www.unicode.org/reports/tr46/#Deviations"""


def checked(given: str) -> str:
    """`given` as its owner writes it, without spaces around it. Raises NoMailbox.

    Its domain has to be one of the Internet: `ada@gmail` is a slip, and no domain ends in digits. The sender of the
    shop's mails may be in a local domain. https://www.rfc-editor.org/rfc/rfc5321#section-2.3.5
    """
    text = given.strip(SPACES)
    *above, top = ascii_form(text).rpartition("@")[2].split(".")
    if not above or top.isdigit():
        raise NoMailbox
    return text


def ascii_form(given: str) -> str:
    """`given` as mail servers know it: `ada@bücher.example` is `ada@xn--bcher-kva.example`. Raises NoMailbox."""
    local = LOCAL.match(given)
    if local is None:
        raise NoMailbox
    domain = given[local.end() :]
    address = local[0] + _host(domain)
    if len(address) > LONGEST:
        raise NoMailbox
    return address


def _host(domain: str) -> str:
    host = domain
    if not domain.isascii() or "xn--" in domain.lower():
        if not all(is_seen(each) or each in JOINERS for each in domain):
            raise NoMailbox
        try:
            # What another keyboard types first: full-width letters, and the full stop of Japanese.
            host = idna.encode(idna.uts46_remap(domain, std3_rules=True)).decode()
        except (idna.IDNAError, UnicodeError) as error:
            raise NoMailbox from error
    if not HOST.fullmatch(host.lower()):
        raise NoMailbox
    return host


def is_plain(given: str) -> bool:
    """Whether it is the same mailbox by every release of IDNA."""
    return DEVIATIONS.isdisjoint(given)


def key(given: str) -> str:
    """What all spellings of one address have in common. An address from before these rules is its lower case."""
    try:
        return ascii_form(given.strip(SPACES)).lower()
    except NoMailbox:
        return given.lower()


def is_verified(email: str | None, verified: str | None) -> bool:
    """Whether `verified`, the key of an address, is the key of `email`."""
    return email is not None and verified == key(email)
