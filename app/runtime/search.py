"""Rows that hold words, found by an index: one interface to what each database has. Migration 0016 makes it.

PostgreSQL has a GIN index of the pieces, of one to three characters, that `search_grams` cuts a row's texts into, and a
function for each table that asks it. An array has such an index everywhere, while pg_trgm is an extension that not
every server has, and finds no word of two characters. SQLite has a table of FTS5, which triggers keep up to date. Both
find what may fit, and LIKE decides.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

MOST = 10_000
"""Of the rows that a search finds no more are counted, sorted and shown."""

MOST_WORDS = 8
LEAST = 3
"""Characters of a word that FTS5 finds."""


def words(text: str) -> list[str]:
    """The words of `text`, each of which a result has to hold."""
    return text.split()[:MOST_WORDS]


class Searched:
    """A table that is searched: its ids, and its texts."""

    def __init__(self, key: InstrumentedAttribute[int], *texts: Any) -> None:
        self.key, self.texts = key, texts
        self.index = f"{key.class_.__tablename__}_search"

    def holding(
        self, session: Session, words: Sequence[str], first: sa.Select[Any] | None = None
    ) -> sa.ColumnElement[bool]:
        """Each word is in one of the texts, whatever the case of ASCII letters. Of no more than MOST rows.

        `first` are ids of rows: where no index knows so short a word, only the first MOST of them are looked through.
        """
        ids = self._found(session, words, first)
        return self._hold(words) if ids is None else self.key.in_(ids) & self._hold(words)

    def holding_any(self, session: Session, words: Sequence[str]) -> sa.ColumnElement[bool]:
        """One of the words is in one of the texts."""
        holds = sa.or_(*(self._hold([word]) for word in words))
        by_index = [ids for word in words if (ids := self._found(session, [word], None)) is not None]
        return holds if len(by_index) < len(words) else self.key.in_(sa.union_all(*by_index)) & holds

    def _hold(self, words: Sequence[str]) -> sa.ColumnElement[bool]:
        return sa.and_(*(sa.or_(*(text.icontains(word, autoescape=True) for text in self.texts)) for word in words))

    def _found(self, session: Session, words: Sequence[str], first: sa.Select[Any] | None) -> sa.Select[Any] | None:
        if session.get_bind().dialect.name == "postgresql":
            return sa.select(getattr(sa.func, self.index)(sa.literal(list(words), ARRAY(sa.Text)), MOST))
        if not is_there(session.connection(), self.index):
            return None
        if long := [word for word in words if len(word) >= LEAST]:
            phrases = " ".join('"{}"'.format(word.replace('"', '""')) for word in long)
            matches = sa.literal_column(self.index).op("MATCH")(phrases)
            return sa.select(sa.column("rowid")).select_from(sa.table(self.index)).where(matches).limit(MOST)
        return None if first is None else first.limit(MOST)


@cache
def knows_trigrams() -> bool:
    """Whether this SQLite has FTS5 with trigrams, which came with 3.34. Without it each search reads the table."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE trial USING fts5(words, tokenize='trigram')")
        except sqlite3.OperationalError:
            return False
    return True


def is_there(connection: sa.Connection, table: str) -> bool:
    """Whether the migration made this table of FTS5, and it can be read."""
    cursor = connection.connection.cursor()  # which counts for none of the statements that a route may need
    try:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,))
        return knows_trigrams() and cursor.fetchone() is not None
    finally:
        cursor.close()
