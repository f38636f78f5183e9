"""How an `async def` view runs under WSGI: on one event loop per process, which outlives the request.

All coroutines run on the thread of that loop, so they share one pool of outbound connections, and one call that blocks
stops all of them. Hence the one rule: for every call that uses the database or a file, or that computes for long, a
coroutine awaits `blocking(function, …)`. The function then runs on the request's own thread, which has nothing else to
do meanwhile. `db.session` on the thread of the loop raises BlockingCall.
"""

import asyncio
import atexit
import contextvars
import inspect
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import nullcontext
from functools import partial
from queue import SimpleQueue
from typing import Any, ParamSpec, Protocol, TypeVar

from app.runtime.turns import lent

P = ParamSpec("P")
T = TypeVar("T")
Call = Callable[[], None]


class BlockingCall(RuntimeError):
    """Raised by a call that would block the event loop, and with it all other requests."""


class RequestThread:
    """The thread of a request. It waits for the request's coroutine, and runs the coroutine's blocking calls."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[Call | None] = SimpleQueue()
        self.open = True

    def serve(self) -> None:
        """Run the calls as they come, until the coroutine has ended."""
        while (call := self._next()) is not None:
            call()

    def _next(self) -> Call | None:
        # With a transaction open the turn is kept: a request that got it could wait for a lock of this one, while this
        # one waits to get its turn back.
        with nullcontext() if bridge.has_transaction() else lent():
            return self.calls.get()

    def close(self, _: object = None) -> None:
        self.open = False
        self.calls.put(None)

    def run(self, function: Callable[[], T]) -> "asyncio.Future[T]":
        """Have `function` run on this thread; called on the loop's. The future gets its result or its error."""
        if not self.open:
            raise RuntimeError("the request is over: a task that outlives it may not use its thread")
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def call() -> None:
            try:
                result = function()
            except (KeyboardInterrupt, SystemExit):  # they end this thread's work, and must not end the loop
                loop.call_soon_threadsafe(outcome.cancel)
                raise
            except BaseException as error:  # noqa: BLE001 -- it is raised where the coroutine awaits
                loop.call_soon_threadsafe(_fail, outcome, error)
            else:
                loop.call_soon_threadsafe(_fulfil, outcome, result)

        self.calls.put(call)
        return outcome


_request_thread: contextvars.ContextVar[RequestThread | None] = contextvars.ContextVar("request_thread", default=None)


def _fulfil(outcome: "asyncio.Future[T]", result: T) -> None:
    if not outcome.done():  # it is done already where the waiting coroutine was cancelled
        outcome.set_result(result)


def _fail(outcome: "asyncio.Future[Any]", error: BaseException) -> None:
    if not outcome.done():
        outcome.set_exception(RuntimeError(repr(error)) if isinstance(error, StopIteration) else error)


async def blocking(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking `function` on the request's own thread, and leave the loop to other requests meanwhile.

    Outside of a request, as in a task of the application's own, it runs on a thread of a pool.
    """
    thread = _request_thread.get()
    if thread is None:
        return await asyncio.to_thread(function, *args, **kwargs)
    return await thread.run(partial(function, *args, **kwargs))


async def awaited(result: T | Awaitable[T]) -> T:
    """The result of a function that may be plain or a coroutine function."""
    return await result if inspect.isawaitable(result) else result


class Resource(Protocol):
    async def close(self) -> None: ...


class Bridge:
    """The process's event loop, on a thread of its own. It is started at the first use, and again after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid = 0
        self.resources: weakref.WeakSet[Resource] = weakref.WeakSet()
        """They use the loop, and are closed before it."""
        self.closes_at_exit = True
        """False where the program calls `close` itself, once nothing needs the loop any more."""
        self.has_transaction: Callable[[], bool] = lambda: False
        """Whether the request on this thread has a transaction open, such as one with SQLite's write lock."""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run `coroutine` on the loop and its blocking calls on this thread. Returns its result or raises its error."""
        loop = self.loop()
        if self.is_here():
            coroutine.close()
            raise BlockingCall("an async view was called on the event loop: await it instead")
        thread = RequestThread()
        context = contextvars.copy_context()
        context.run(_request_thread.set, thread)
        task: list[asyncio.Task[T]] = []

        def begin() -> None:
            task.append(loop.create_task(coroutine, context=context))
            task[0].add_done_callback(thread.close)

        loop.call_soon_threadsafe(begin)
        try:
            thread.serve()
        except BaseException:
            thread.open = False
            loop.call_soon_threadsafe(lambda: task[0].cancel())  # noqa: PLW0108 -- `begin` fills the list only later
            raise
        return task[0].result()

    def is_here(self) -> bool:
        """Whether this is the loop's own thread, on which nothing may block."""
        return self._thread is threading.current_thread()

    def check(self, what: str) -> None:
        """Raises BlockingCall where `what` would run on the loop's own thread."""
        if self.is_here():
            raise BlockingCall(
                f"{what} on the event loop would stop every other request: in an `async def` function write"
                " `await blocking(function, …)`, and use it in that function (app/runtime/async_bridge.py)"
            )

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                self._begin()
            assert self._loop is not None
            return self._loop

    def _begin(self) -> None:
        import uvloop  # only a process that calls a provider needs it

        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bridge", daemon=True)
        if not self._pid and self.closes_at_exit:
            atexit.register(self.close)
        self._pid = os.getpid()
        self._thread.start()

    def close(self) -> None:
        """Cancel the tasks, close the resources, and end the loop. The next use starts another one."""
        with self._lock:
            loop, thread, self._loop = self._loop, self._thread, None
        if loop is None or thread is None or self._pid != os.getpid():
            return
        asyncio.run_coroutine_threadsafe(_close_all(self.resources), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _close_all(resources: Iterable[Resource]) -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, *(each.close() for each in resources), return_exceptions=True)


bridge = Bridge()
