"""Users by what they are called: staff look for accounts, and for the orders of a buyer."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.runtime.search import Searched
from app.users.models import User, key

_searched = Searched(User.id, User.username_key, User.username, User.name, User.email)


def is_called(session: Session, word: str) -> sa.ColumnElement[bool]:
    """`word` is in the username, the name or the email, as it is written or as usernames are compared."""
    return _searched.holding_any(session, list(dict.fromkeys((word, key(word)))))
