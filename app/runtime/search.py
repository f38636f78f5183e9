"""Rows that hold words, found by an index: one interface to what each database has. Migration 0016 makes it.

PostgreSQL has a GIN index of the pieces, of one to three characters, that `search_grams` cuts a row's texts into: an
array has such an index everywhere, while pg_trgm is an extension that not every server has, and knows no word of two
characters. SQLite has a table of FTS5, which triggers keep up to date. Both find what may fit, and LIKE decides.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

MOST = 10_000
"""Of the rows that a search finds no more are counted, sorted and shown."""

MOST_WORDS = 8
LEAST = 3
"""Characters of a word that FTS5 finds."""


def words(text: str) -> list[str]:
    """What a search for `text` looks for: each of them."""
    return text.split()[:MOST_WORDS]


class Searched:
    """A table that is searched: its ids, and the texts as the index has them, in that order."""

    def __init__(self, key: InstrumentedAttribute[int], *texts: Any) -> None:
        self.key, self.texts = key, texts
        self.index = sa.table(f"{key.class_.__tablename__}_search", sa.column("rowid"))

    def holding(
        self, session: Session, words: Sequence[str], first: sa.Select[Any] | None = None
    ) -> sa.ColumnElement[bool]:
        """Each word is in one of the texts, whatever the case of ASCII letters.

        `first` are ids of rows: where no index knows so short a word, no others are looked through.
        """
        holds = [sa.or_(*(text.icontains(word, autoescape=True) for text in self.texts)) for word in words]
        if session.get_bind().dialect.name == "postgresql":
            grams = sa.func.search_grams(*self.texts)
            return sa.and_(*(grams.op("@>")(sa.func.search_grams(word)) for word in words), *holds)
        return sa.and_(*self._among(session, words, first), *holds)

    def _among(
        self, session: Session, words: Sequence[str], first: sa.Select[Any] | None
    ) -> list[sa.ColumnElement[bool]]:
        long = [word for word in words if len(word) >= LEAST]
        if long and is_there(session.connection(), self.index.name):
            phrases = " ".join('"{}"'.format(word.replace('"', '""')) for word in long)
            matches = sa.literal_column(self.index.name).op("MATCH")(phrases)
            return [self.key.in_(sa.select(self.index.c.rowid).where(matches).limit(MOST))]
        return [] if first is None or long else [self.key.in_(first.limit(MOST))]


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
