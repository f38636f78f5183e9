"""Findings: what needs a person, each a row with an id, until it is mended or a person closes it with a reason.

A finding ends with its cause. One that was closed is shown again only when its facts change, under another id.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.bridge import blocking
from app.db import Page, Paging, insert_once
from app.db import now as at_once
from app.errors import Invalid, NotFound
from app.orders import needs
from app.orders.giving_up import give_up
from app.orders.inbox import Closing, Finding, new_token
from app.orders.needs import DERIVED, Need
from app.payments.gateway import Gateway
from app.users.models import User

log = logging.getLogger(__name__)


class FindingOut(msgspec.Struct, frozen=True):
    """Something that needs a person, in words. `id` stands for these very facts, and is never used again."""

    id: str
    kind: str
    subject: str
    words: str
    order_id: int | None
    found_at: datetime


class ClosedFinding(msgspec.Struct, frozen=True):
    """What a person has dealt with. `closed_by` is a member of staff's username."""

    id: str
    kind: str
    subject: str
    words: str
    order_id: int | None
    reason: str
    closed_by: str
    closed_at: datetime

    @classmethod
    def of(cls, closing: Closing) -> "ClosedFinding":
        return cls(
            closing.finding,
            closing.kind,
            closing.subject,
            closing.words,
            closing.order_id,
            closing.reason,
            closing.user.username,
            closing.closed_at,
        )


IS_CLOSED = sa.exists().where(Closing.finding == Finding.token)


def keep(session: Session, kinds: Iterable[str], found: Iterable[Need], now: datetime) -> None:
    """From now on the findings of these kinds are those that were found, and no others."""
    there = {(each.kind, each.subject): each for each in found}
    for row in session.scalars(sa.select(Finding).where(Finding.kind.in_(tuple(kinds)))).all():
        still = there.pop((row.kind, row.subject), None)
        if still is None:
            session.execute(sa.delete(Finding).where(_is_still(row)).execution_options(**AS_IT_IS))
        elif (row.facts, row.words) != (still.facts, still.words) or row.token is None:
            token = row.token if row.token and row.facts == still.facts else new_token()
            changed = {"facts": still.facts, "words": still.words, "order_id": still.order_id, "token": token}
            session.execute(sa.update(Finding).where(_is_still(row)).values(changed).execution_options(**AS_IT_IS))
    for each in there.values():
        add(each, now)


AS_IT_IS: dict[str, Any] = {"synchronize_session": False}


def _is_still(row: Finding) -> sa.ColumnElement[bool]:
    """The row is as it was read; where it is not, another process was faster and has done the same."""
    return (Finding.id == row.id) & Finding.token.is_not_distinct_from(row.token)


def add(need: Need, now: datetime) -> None:
    """Unless it is there."""
    if insert_once(Finding, {**msgspec.structs.asdict(need), "found_at": now}) is not None:
        log.error("needs a person: %s: %s", need.kind, need.words)


def refresh(session: Session, now: datetime) -> None:
    """Bring the findings that our own rows tell of up to date. Committed."""
    keep(session, DERIVED, needs.of_rows(session, now), now)
    session.commit()


def unclosed(session: Session, now: datetime) -> list[Need]:
    """All that needs a person now; reads only."""
    rows = session.execute(
        sa.select(Finding.kind, Finding.subject, Finding.words, Finding.order_id, Finding.facts, IS_CLOSED)
    )
    stored, closed = [], set()
    for kind, subject, words, order_id, facts, is_closed in rows:
        if is_closed:
            closed.add((kind, subject, facts))
        elif kind not in DERIVED:
            stored.append(Need(kind, subject, words, order_id, facts))
    derived = needs.of_rows(session, now)
    return stored + [each for each in derived if (each.kind, each.subject, each.facts) not in closed]


def listed(session: Session, now: datetime) -> list[FindingOut]:
    """The open ones, the oldest first. Committed."""
    refresh(session, now)
    query = sa.select(Finding).where(~IS_CLOSED).order_by(Finding.found_at, Finding.id)
    found = [
        FindingOut(row.token or "", row.kind, row.subject, row.words, row.order_id, row.found_at)
        for row in session.scalars(query.execution_options(populate_existing=True))
    ]
    session.commit()
    return found


def closed(session: Session, paging: Paging) -> Page[ClosedFinding]:
    """What was closed, the latest first."""
    total = session.scalar(sa.select(sa.func.count()).select_from(Closing)) or 0
    query = sa.select(Closing).options(joinedload(Closing.user)).order_by(Closing.id.desc())
    page = session.scalars(query.limit(paging.per_page).offset((paging.page - 1) * paging.per_page))
    return Page([ClosedFinding.of(each) for each in page], total, paging.page, paging.per_page)


def closings_of(session: Session, order_id: int) -> list[Closing]:
    query = sa.select(Closing).where(Closing.order_id == order_id).options(joinedload(Closing.user))
    return list(session.scalars(query.order_by(Closing.id)))


def closed_subjects(session: Session, order_id: int) -> set[tuple[str, str]]:
    """(kind, subject) of what is wrong with an order and was dealt with."""
    query = sa.select(Finding.kind, Finding.subject).where(Finding.order_id == order_id, IS_CLOSED)
    return {(row.kind, row.subject) for row in session.execute(query)}


def open_ones(session: Session, *kinds: str) -> list[Finding]:
    query = sa.select(Finding).where(Finding.kind.in_(kinds), ~IS_CLOSED)
    return list(session.scalars(query.execution_options(populate_existing=True)))


async def close(session: Session, gateway: Gateway, token: str, user: User, reason: str) -> ClosedFinding:
    """A person has dealt with it. Committed; twice is once, and the first one's reason stands.

    With an attempt's finding the attempt is given up, which may release its order. Raises NotFound where there is no
    such finding, or its facts are others by now; Invalid without a reason; and as `give_up` does.
    """
    if not reason.strip():
        raise Invalid.field("reason", "Say what was done about it.")
    finding = await blocking(_open, session, token, at_once())
    if finding is not None:
        note = partial(_note, finding, user.id, reason.strip(), at_once())
        if finding.kind == "attempt":
            await give_up(session, gateway, int(finding.subject), note)
        else:
            await blocking(_committed, session, note)
    return await blocking(_closing, session, token)


def _open(session: Session, token: str, now: datetime) -> Finding | None:
    """None where it is closed already. Raises NotFound."""
    refresh(session, now)
    query = sa.select(Finding, IS_CLOSED).where(Finding.token == token)
    found = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if found is None and session.scalar(sa.select(Closing.id).where(Closing.finding == token)) is None:
        raise NotFound("There is no such finding any more. Look at the list again.")
    session.commit()
    return None if found is None or found[1] else found[0]


def _note(finding: Finding, user_id: int, reason: str, now: datetime) -> None:
    copied = {name: getattr(finding, name) for name in ("kind", "subject", "words", "order_id")}
    insert_once(Closing, {**copied, "finding": finding.token, "reason": reason, "user_id": user_id, "closed_at": now})
    log.info("finding %s %s is closed by user %s", finding.kind, finding.subject, user_id)


def _committed(session: Session, act: partial[None]) -> None:
    act()
    session.commit()


def _closing(session: Session, token: str) -> ClosedFinding:
    query = sa.select(Closing).where(Closing.finding == token).options(joinedload(Closing.user))
    return ClosedFinding.of(session.scalars(query).one())
