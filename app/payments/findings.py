"""Findings: what needs a person, each with an id, until it is mended or a person closes it with a reason.

A finding ends with its cause. One that was closed is shown again only when its facts change, or when its cause was gone
and comes again; it has another id then. What the audit found are rows; the others are told from our rows as they are.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.payments import derived_findings
from app.payments.derived_findings import DERIVED, Need, digest
from app.payments.give_up import give_up
from app.payments.inbox import Closing, Finding, new_token
from app.runtime.async_bridge import blocking
from app.runtime.db import insert_once
from app.runtime.db import now as at_once
from app.runtime.errors import Invalid, NotFound
from app.stripe.gateway import Gateway
from app.users.models import User
from app.web.paging import Page, Paging, paged

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


def unclosed(session: Session, now: datetime) -> list[FindingOut]:
    """All that needs a person now, the oldest first."""
    every = [*_stored(session).items(), *_derived(session, now).items()]
    found = [
        FindingOut(name, need.kind, need.subject, need.words, need.order_id, need.found_at)
        for name, (need, is_closed) in every
        if not is_closed
    ]
    return sorted(found, key=lambda each: (each.found_at, each.id))


Standing = dict[str, tuple[Need, bool]]
"""Needs by the id outside, and whether they are closed."""


def _stored(session: Session) -> Standing:
    query = sa.select(Finding, IS_CLOSED).execution_options(populate_existing=True)
    return {
        row.token: (Need(row.kind, row.subject, row.words, row.order_id, row.facts, row.found_at), is_closed)
        for row, is_closed in session.execute(query)
    }


def _derived(session: Session, now: datetime) -> Standing:
    """The id follows from the facts, and from how often these very facts were closed and gone before."""
    there = derived_findings.of_rows(session, now)
    facts = [each.facts for each in there]
    closings = sa.select(Closing.facts, Closing.ended_at).where(Closing.kind.in_(DERIVED), Closing.facts.in_(facts))
    ended, closed = dict.fromkeys(facts, 0), set[str | None]()
    for row in session.execute(closings) if facts else ():
        ended[row.facts] += row.ended_at is not None
        if row.ended_at is None:
            closed.add(row.facts)
    return {digest(each.facts, ended[each.facts])[:32]: (each, each.facts in closed) for each in there}


def keep(session: Session, found: Iterable[Need], now: datetime) -> None:
    """Write down what an audit that began `now` has found. What is there besides is mended, or was noted since."""
    there = {(each.kind, each.subject): each for each in found}
    for row in session.scalars(sa.select(Finding)).all():
        still = there.pop((row.kind, row.subject), None)
        if still is not None and (row.facts, row.words) != (still.facts, still.words):
            token = row.token if row.facts in (None, still.facts) else new_token()
            changed = {"facts": still.facts, "words": still.words, "order_id": still.order_id, "token": token}
            session.execute(sa.update(Finding).where(_is_still(row)).values(changed).execution_options(**AS_IT_IS))
        elif still is None and row.found_at <= now:
            session.execute(sa.delete(Finding).where(_is_still(row)).execution_options(**AS_IT_IS))
    for each in there.values():
        add(each)


AS_IT_IS: dict[str, Any] = {"synchronize_session": False}


def _is_still(row: Finding) -> sa.ColumnElement[bool]:
    """The row is as it was read; where it is not, another process was faster."""
    return (Finding.id == row.id) & (Finding.token == row.token)


def add(need: Need) -> None:
    """Unless it is there."""
    if insert_once(Finding, msgspec.structs.asdict(need)) is not None:
        log.error("needs a person: %s: %s", need.kind, need.words)


def open_ones(session: Session, *kinds: str) -> list[Need]:
    """What audits have found and nobody has closed."""
    return [need for need, is_closed in _stored(session).values() if need.kind in kinds and not is_closed]


def end(session: Session, now: datetime) -> None:
    """Note of what was closed that its cause is gone. Committed."""
    there = {each.facts for each in derived_findings.of_rows(session, now)}
    live = sa.select(Closing.id, Closing.facts).where(Closing.kind.in_(DERIVED), Closing.ended_at.is_(None))
    if gone := [row.id for row in session.execute(live) if row.facts not in there]:
        session.execute(sa.update(Closing).where(Closing.id.in_(gone)).values(ended_at=now))
    session.commit()


def dealt_with(session: Session, order_id: int, now: datetime) -> set[tuple[str, str]]:
    """(kind, subject) of what is wrong with an order and was closed."""
    every = _derived(session, now).values()
    return {(need.kind, need.subject) for need, is_closed in every if is_closed and need.order_id == order_id}


def closed(session: Session, paging: Paging) -> Page[ClosedFinding]:
    """What was closed, the latest first."""
    query = sa.select(Closing).options(joinedload(Closing.user)).order_by(Closing.id.desc())
    return paged(session, query, paging).map(ClosedFinding.of)


def closings_of(session: Session, order_id: int) -> list[Closing]:
    query = sa.select(Closing).where(Closing.order_id == order_id).options(joinedload(Closing.user))
    return list(session.scalars(query.order_by(Closing.id)))


async def close(session: Session, gateway: Gateway, token: str, user: User, reason: str) -> ClosedFinding:
    """A person has dealt with it. Committed; twice is once, and the first one's reason stands.

    With an attempt's finding the attempt is given up, which may release its order. Raises NotFound where there is no
    such finding, or its facts are others by now; Invalid without a reason; and as `give_up` does.
    """
    if not reason.strip():
        raise Invalid.field("reason", "Say what was done about it.")
    need = await blocking(_open, session, token, at_once())
    if need is not None:
        note = partial(_note, token, need, user.id, reason.strip(), at_once())
        if need.kind == "attempt":
            await give_up(session, gateway, int(need.subject), note)
        else:
            await blocking(_committed, session, note)
    return await blocking(_closing, session, token)


def _open(session: Session, token: str, now: datetime) -> Need | None:
    """None where it is closed already. Raises NotFound."""
    end(session, now)
    need, is_closed = (_stored(session) | _derived(session, now)).get(token, (None, False))
    if need is None and session.scalar(sa.select(Closing.id).where(Closing.finding == token)) is None:
        raise NotFound("There is no such finding any more. Look at the list again.")
    session.commit()
    return None if is_closed else need


def _note(token: str, need: Need, user_id: int, reason: str, now: datetime) -> None:
    copied = {name: getattr(need, name) for name in ("kind", "subject", "words", "order_id", "facts")}
    insert_once(Closing, {**copied, "finding": token, "reason": reason, "user_id": user_id, "closed_at": now})
    log.info("finding %s %s is closed by user %s", need.kind, need.subject, user_id)


def _committed(session: Session, act: partial[None]) -> None:
    act()
    session.commit()


def _closing(session: Session, token: str) -> ClosedFinding:
    query = sa.select(Closing).where(Closing.finding == token).options(joinedload(Closing.user))
    return ClosedFinding.of(session.scalars(query).one())
