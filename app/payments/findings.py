"""Findings: what staff have to look at, each with an id, until it is mended or a member of staff closes it.

A finding ends with its cause. A closed one is shown again only when its facts change, or when its cause was gone and
comes again; it has another id then. The audit's findings are rows; the others are told from our rows as they are.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments import derived_findings
from app.payments.derived_findings import DERIVED, Observation, digest
from app.payments.give_up import give_up
from app.payments.models import Closing, FindingRow, new_token
from app.payments.schemas import ClosedFinding, Finding
from app.runtime.async_bridge import blocking
from app.runtime.db import insert_once, utcnow
from app.runtime.errors import Invalid, NotFound
from app.stripe.gateway import Gateway
from app.users.signed_in import SignedInUser
from app.web.long_lists import SortOrder
from app.web.paging import Page, Paging, paged_by_id

log = logging.getLogger(__name__)

IS_CLOSED = sa.exists().where(Closing.finding == FindingRow.token)


def unclosed(session: Session, now: datetime) -> list[Finding]:
    """All that staff have to look at now, the oldest first."""
    every = [*_stored(session).items(), *_derived(session, now).items()]
    open_ones = [
        Finding(token, each.kind, each.subject, each.words, each.order_id, each.found_at)
        for token, (each, is_closed) in every
        if not is_closed
    ]
    return sorted(open_ones, key=lambda each: (each.found_at, each.id))


ByToken = dict[str, tuple[Observation, bool]]
"""Observations by their id in the API, and whether they are closed."""


def _stored(session: Session) -> ByToken:
    query = sa.select(FindingRow, IS_CLOSED).execution_options(populate_existing=True)
    return {
        row.token: (Observation(row.kind, row.subject, row.words, row.order_id, row.facts, row.found_at), is_closed)
        for row, is_closed in session.execute(query)
    }


def _derived(session: Session, now: datetime) -> ByToken:
    """The id follows from the facts, and from how often the same facts were closed and gone before."""
    observations = derived_findings.of_rows(session, now)
    facts = [each.facts for each in observations]
    closings = sa.select(Closing.facts, Closing.ended_at).where(Closing.kind.in_(DERIVED), Closing.facts.in_(facts))
    ended, closed_facts = dict.fromkeys(facts, 0), set[str | None]()
    for row in session.execute(closings) if facts else ():
        ended[row.facts] += row.ended_at is not None
        if row.ended_at is None:
            closed_facts.add(row.facts)
    return {digest(each.facts, ended[each.facts])[:32]: (each, each.facts in closed_facts) for each in observations}


def keep(session: Session, observed: Iterable[Observation], now: datetime) -> None:
    """Store what an audit that began `now` has observed, and delete the older rows of what it did not observe."""
    left = {(each.kind, each.subject): each for each in observed}
    for row in session.scalars(sa.select(FindingRow)).all():
        still = left.pop((row.kind, row.subject), None)
        if still is not None and (row.facts, row.words) != (still.facts, still.words):
            token = row.token if row.facts in (None, still.facts) else new_token()
            changed = {"facts": still.facts, "words": still.words, "order_id": still.order_id, "token": token}
            session.execute(
                sa.update(FindingRow).where(_is_unchanged(row)).values(changed).execution_options(**AS_IT_IS)
            )
        elif still is None and row.found_at <= now:
            session.execute(sa.delete(FindingRow).where(_is_unchanged(row)).execution_options(**AS_IT_IS))
    for each in left.values():
        add(session, each)


AS_IT_IS: dict[str, Any] = {"synchronize_session": False}


def _is_unchanged(row: FindingRow) -> sa.ColumnElement[bool]:
    """The row is as it was read; otherwise another process was faster."""
    return (FindingRow.id == row.id) & (FindingRow.token == row.token)


def add(session: Session, observation: Observation) -> None:
    """Store it unless it is stored already. Not committed."""
    if insert_once(session, FindingRow, msgspec.structs.asdict(observation)) is not None:
        log.error("needs a person: %s: %s", observation.kind, observation.words)


def open_ones(session: Session, *kinds: str) -> list[Observation]:
    """Findings of audits that are not closed."""
    return [each for each, is_closed in _stored(session).values() if each.kind in kinds and not is_closed]


def end(session: Session, now: datetime) -> None:
    """Note on closed findings that their cause is gone, where it is. Committed."""
    facts = {each.facts for each in derived_findings.of_rows(session, now)}
    live = sa.select(Closing.id, Closing.facts).where(Closing.kind.in_(DERIVED), Closing.ended_at.is_(None))
    if gone := [row.id for row in session.execute(live) if row.facts not in facts]:
        session.execute(sa.update(Closing).where(Closing.id.in_(gone)).values(ended_at=now))
    session.commit()


def dealt_with(session: Session, order_id: int, now: datetime) -> set[tuple[str, str]]:
    """(kind, subject) of what is wrong with an order and closed."""
    every = _derived(session, now).values()
    return {(each.kind, each.subject) for each, is_closed in every if is_closed and each.order_id == order_id}


def closed(session: Session, paging: Paging) -> Page[ClosedFinding]:
    """Closed findings, the latest first. Raises TooManyRequests."""
    query, ids, latest_first = sa.select(Closing), sa.select(Closing.id), SortOrder((), is_descending=True)
    return paged_by_id(session, query, ids, paging, latest_first, has_landmarks=True).map(ClosedFinding.of)


def closings_of(session: Session, order_id: int) -> list[Closing]:
    return list(session.scalars(sa.select(Closing).where(Closing.order_id == order_id).order_by(Closing.id)))


async def close(session: Session, gateway: Gateway, token: str, user: SignedInUser, reason: str) -> ClosedFinding:
    """Note that a member of staff has dealt with it. Committed. Closed twice, the first reason stands.

    To close the finding of an attempt gives the attempt up, which may release its order. Raises NotFound where there
    is no such finding, or its facts have changed; Invalid without a reason; and what `give_up` raises.
    """
    if not reason.strip():
        raise Invalid.field("reason", "Say what was done about it.")
    observation = await blocking(_unclosed, session, token, utcnow())
    if observation is not None:
        note = partial(_note, session, token, observation, user.id, reason.strip(), utcnow())
        if observation.kind == "attempt":
            await give_up(session, gateway, int(observation.subject), note)
        else:
            await blocking(_committed, session, note)
    return await blocking(_closing, session, token)


def _unclosed(session: Session, token: str, now: datetime) -> Observation | None:
    """None where it is closed already. Raises NotFound."""
    end(session, now)
    observation, is_closed = (_stored(session) | _derived(session, now)).get(token, (None, False))
    if observation is None and session.scalar(sa.select(Closing.id).where(Closing.finding == token)) is None:
        raise NotFound("There is no such finding any more. Look at the list again.")
    session.commit()
    return None if is_closed else observation


def _note(session: Session, token: str, observation: Observation, user_id: int, reason: str, now: datetime) -> None:
    copied = {name: getattr(observation, name) for name in ("kind", "subject", "words", "order_id", "facts")}
    insert_once(session, Closing, {**copied, "finding": token, "reason": reason, "user_id": user_id, "closed_at": now})
    log.info("finding %s %s is closed by user %s", observation.kind, observation.subject, user_id)


def _committed(session: Session, act: partial[None]) -> None:
    act()
    session.commit()


def _closing(session: Session, token: str) -> ClosedFinding:
    return ClosedFinding.of(session.scalars(sa.select(Closing).where(Closing.finding == token)).one())
