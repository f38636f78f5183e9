"""Async views: one loop for all requests, warm connections, and a database that may block."""

import asyncio
import os
import threading
import wsgiref.simple_server
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest
import sqlalchemy as sa
import werkzeug.serving
from flask import Flask, g, request

from app import db
from app.models import User
from app.runtime import outbound
from app.runtime.async_bridge import BlockingCall, Bridge, blocking, bridge
from app.runtime.jobs import jobs
from app.runtime.turns import Turns, taken
from tests.integration.factories import make_user
from tests.integration.runtime.upstream import upstream
from tests.processes import wait_for


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def views(own_app: Flask) -> Flask:
    """An application to which a test adds views of its own."""
    return own_app


def get(app: Flask, path: str = "/try") -> str:
    response = app.test_client().get(path)
    assert response.status_code == 200, response.text
    return response.text


def test_a_hundred_calls_one_after_another_use_one_connection(views):
    with upstream() as server:

        @views.get("/try")
        async def call():
            return (await outbound.client().get(server.url)).text

        answers = [get(views) for _ in range(100)]

    assert answers == ["ok"] * 100
    assert (server.requests, server.connections) == (100, 1)


def test_a_hundred_calls_at_once_share_the_pool(views):
    with upstream() as server:
        server.gate.clear()

        @views.get("/try")
        async def call():
            async with asyncio.timeout(30):
                return (await httpx.AsyncClient(transport=outbound.pool(), timeout=30).get(server.url)).text

        with ThreadPoolExecutor(100) as threads:
            waiting = [threads.submit(get, views) for _ in range(100)]
            wait_for(lambda: server.requests == outbound.MAX_CONNECTIONS, "the pool to be full")
            server.gate.set()
            answers = [each.result(30) for each in waiting]

    assert answers == ["ok"] * 100
    assert server.connections == outbound.MAX_CONNECTIONS


def test_a_client_of_ones_own_may_be_shared_between_requests(views):
    client = httpx.AsyncClient(trust_env=False)
    with upstream() as server:

        @views.get("/try")
        async def call():
            return (await client.get(server.url)).text

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: get(views), range(40)))
        bridge.run(client.aclose())

    assert answers == ["ok"] * 40
    assert server.connections <= 8


@pytest.mark.parametrize(
    "serve",
    [
        pytest.param(
            lambda app: wsgiref.simple_server.make_server("127.0.0.1", 0, app, handler_class=Quiet), id="wsgiref"
        ),
        pytest.param(lambda app: werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True), id="threads"),
    ],
)
def test_async_views_work_under_other_servers_too(views, serve):
    with upstream() as server:

        @views.get("/try")
        async def call():
            return (await outbound.client().get(server.url)).text

        running = serve(views)
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{running.server_port}/try"
        ask = partial(httpx.get, address, trust_env=False, verify=False, timeout=30)
        with ThreadPoolExecutor(4) as threads:
            answers = [each.result().text for each in [threads.submit(ask) for _ in range(12)]]
        running.shutdown()
        thread.join(10)
        running.server_close()

    assert answers == ["ok"] * 12
    assert server.connections <= 4


def test_request_g_and_session_are_the_same_inside_and_after(views):
    @views.before_request
    def mark():
        g.mark = request.args.get("name")

    @views.after_request
    def tell(response):
        response.headers["X-Seen"] = g.seen
        return response

    @views.get("/try")
    async def call():
        await asyncio.sleep(0)
        g.seen = f"{g.mark} {request.path} {id(db.session())}"
        return str(id(db.session()))

    response = views.test_client().get("/try?name=ada")

    assert response.headers["X-Seen"] == f"ada /try {response.text}"


def test_a_blocking_function_reads_lazily_loads_and_writes_rows_for_a_coroutine(views):
    with views.app_context():
        make_user("ada")

    def count_identities(name):
        user = db.session.scalar(sa.select(User).where(User.username == name))
        user.name = f"{len(user.identities)} identities"
        db.session.commit()
        return user

    @views.get("/try")
    async def call():
        user = await blocking(count_identities, "ada")
        return user.username

    assert get(views) == "ada"
    with views.app_context():
        assert User.query.one().name == "0 identities"


def test_a_blocking_query_stops_no_other_request(views):
    held, free = threading.Event(), threading.Event()

    def hold() -> int:
        held.set()
        assert free.wait(10)
        return 1

    with views.app_context():
        sqlite = db.engine.dialect.name == "sqlite"

    def wait():
        if sqlite:
            db.session.connection().connection.driver_connection.create_function("hold", 0, hold)
            return str(db.session.scalar(sa.text("SELECT hold()")))
        held.set()
        db.session.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))
        return "1"

    @views.get("/slow")
    async def slow():
        return await blocking(wait)

    @views.get("/try")
    async def quick():
        return str(await blocking(db.session.scalar, sa.text("SELECT 2")))

    lock = None
    if not sqlite:
        with views.app_context():
            lock = db.engine.connect()
            lock.execute(sa.text("SELECT pg_advisory_lock(1)"))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(get, views, "/slow")
        assert held.wait(10)

        answer = get(views)

        assert answer == "2"
        assert not waiting.done()
        free.set()
        if lock is not None:
            lock.execute(sa.text("SELECT pg_advisory_unlock(1)"))
            lock.close()
        assert waiting.result(10) == "1"


def test_a_blocking_function_runs_on_the_requests_own_thread(views):
    @views.get("/try")
    async def call():
        here = threading.current_thread().name
        return f"{here} {await blocking(lambda: threading.current_thread().name)}"

    assert get(views) == f"bridge {threading.current_thread().name}"


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda user: db.session.scalar(sa.select(User.id)), id="query"),
        pytest.param(lambda user: db.session.get(User, user.id + 1), id="get"),
        pytest.param(db.session.refresh, id="refresh"),
        pytest.param(lambda user: user.identities, id="lazy load"),
        pytest.param(lambda user: db.session.add(User(username="eve")) or db.session.flush(), id="flush"),
        pytest.param(lambda user: User.query.count(), id="query of a model"),
        pytest.param(lambda user: db.session.connection(), id="connection"),
        pytest.param(lambda user: db.session.commit(), id="commit"),
        pytest.param(lambda user: db.session.rollback(), id="rollback"),
    ],
)
def test_the_session_on_the_event_loop_is_refused_with_the_mend(views, use):
    with views.app_context():
        make_user("ada")

    @views.get("/try")
    async def call():
        user = await blocking(db.session.scalar, sa.select(User))
        return str(use(user))

    with pytest.raises(BlockingCall, match=r"await blocking\(function, …\)"):
        get(views)


def test_tasks_of_a_view_may_use_its_session(views):
    @views.get("/try")
    async def call():
        async def ask(number):
            return await blocking(db.session.scalar, sa.select(sa.literal(number)))

        return str(await asyncio.gather(*(ask(number) for number in range(5))))

    assert get(views) == "[0, 1, 2, 3, 4]"


def test_an_exception_comes_out_as_it_went_in(views):
    @views.get("/try")
    async def call():
        await asyncio.sleep(0)
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        get(views)


def test_an_exception_of_a_query_is_caught_where_the_query_stands(views):
    @views.get("/try")
    async def call():
        try:
            await blocking(db.session.execute, sa.text("SELECT * FROM nowhere"))
        except sa.exc.SQLAlchemyError as error:
            await blocking(db.session.rollback)
            return type(error).__name__
        return "no error"

    assert get(views) in ("OperationalError", "ProgrammingError")


def test_a_time_out_ends_what_waits_and_leaves_the_loop_to_others(views):
    @views.get("/try")
    async def call():
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return "timed out"

    assert [get(views), get(views)] == ["timed out", "timed out"]


def test_nothing_of_one_request_reaches_the_next(views):
    @views.get("/try")
    async def call():
        g.count = g.get("count", 0) + 1
        return f"{g.count} {len(db.session.identity_map)}"

    with views.app_context():
        make_user()
        assert [get(views), get(views)] == ["1 0", "1 0"]


def test_a_request_lends_its_turn_only_while_it_has_no_transaction_open(app):
    """Those who get the turn would wait for SQLite's write lock, and its holder for its turn."""
    turns, asked = Turns(1), []

    async def work():
        await blocking(lambda: db.session.execute(sa.text("SELECT 1")))
        asked.append(await asyncio.to_thread(turns.take, 0.1))
        await blocking(db.session.commit)
        asked.append(await asyncio.to_thread(turns.take, 10))
        turns.give_back()

    turns.take(1)
    token = taken.set(turns)
    db.session.commit()
    try:
        bridge.run(work())
    finally:
        taken.reset(token)

    assert asked == [False, True]


def test_a_request_lends_its_turn_while_it_waits_for_its_job(app):
    turns, others_turn = Turns(1), []

    async def work(_key):
        others_turn.append(await asyncio.to_thread(turns.take, 1))
        turns.give_back()

    jobs(app).on("slow", work)
    turns.take(1)
    token = taken.set(turns)
    try:
        jobs(app).enqueue("slow", "one")
    finally:
        taken.reset(token)

    assert others_turn == [True]


def test_a_transaction_may_not_be_open_across_http(views):
    @views.get("/try")
    async def call():
        await blocking(db.session.scalar, sa.text("SELECT 1"))
        return (await outbound.client().get("http://127.0.0.1:9/")).text

    with pytest.raises(RuntimeError, match="transaction is open"):
        get(views)


def test_an_async_view_called_on_the_loop_is_refused_and_does_not_hang(views):
    async def inner():
        return "never"

    @views.get("/try")
    async def call():
        return bridge.run(inner())

    with pytest.raises(RuntimeError, match="await it instead"):
        get(views)


def test_an_interrupt_in_a_blocking_call_ends_the_call_and_not_the_loop():
    own = Bridge()

    def interrupted():
        raise KeyboardInterrupt

    async def number():
        return 7

    with pytest.raises(KeyboardInterrupt):
        own.run(blocking(interrupted))

    assert own.run(number()) == 7
    own.close()


def test_a_process_that_forks_has_a_loop_of_its_own():
    own = Bridge()

    async def number():
        return 7

    assert own.run(number()) == 7
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:  # the child: no test runner from here on
        os.write(writer, str(own.run(number())).encode())
        os._exit(0)
    os.close(writer)

    assert os.read(reader, 10) == b"7"

    os.waitpid(pid, 0)
    os.close(reader)
    own.close()


def test_a_closed_bridge_cancels_what_waits_and_begins_anew():
    own = Bridge()
    began, ended = threading.Event(), threading.Event()

    async def wait():
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def number():
        return 7

    def run():
        with pytest.raises(asyncio.CancelledError):
            own.run(wait())

    thread = threading.Thread(target=run)
    thread.start()
    assert began.wait(10)

    own.close()

    assert ended.wait(10)
    thread.join(10)
    assert own.run(number()) == 7
    own.close()
