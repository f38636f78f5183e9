"""How an `async def` view runs under WSGI: on one event loop that outlives the request.

A coroutine runs on the process's loop thread, so that all of them share one pool of outbound connections.
Its blocking calls must not run there, or they would stop every other coroutine: they go home, to the
request's own thread, which has nothing else to do but wait. `blocking()` says so in so many words;
`db.session` does it by itself, because sync code on the loop can step aside through a greenlet, as
SQLAlchemy's own asyncio layer does (https://docs.sqlalchemy.org/en/21/orm/extensions/asyncio.html).
"""

import asyncio
import atexit
import contextvars
import inspect
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable
from functools import partial, wraps
from queue import SimpleQueue
from types import coroutine as generator_coroutine
from typing import Any, ParamSpec, Protocol, TypeVar

from greenlet import getcurrent, greenlet

P = ParamSpec("P")
T = TypeVar("T")
Call = Callable[[], None]


class Home:
    """The thread that a request came in on, while it waits for its coroutine and runs what that one sends home."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[Call | None] = SimpleQueue()
        self.open = True

    def wait(self) -> None:
        """Run what is sent home until the coroutine has ended."""
        while (call := self.calls.get()) is not None:
            call()

    def close(self, _: object = None) -> None:
        self.open = False
        self.calls.put(None)

    def run(self, function: Callable[[], T]) -> "asyncio.Future[T]":
        """Called on the loop: have `function` run at home. Its outcome arrives in the future."""
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
            except BaseException as error:  # noqa: BLE001 -- it belongs to whoever awaits
                loop.call_soon_threadsafe(_fail, outcome, error)
            else:
                loop.call_soon_threadsafe(_fulfil, outcome, result)

        self.calls.put(call)
        return outcome


_home: contextvars.ContextVar[Home | None] = contextvars.ContextVar("home", default=None)


def _fulfil(outcome: "asyncio.Future[T]", result: T) -> None:
    if not outcome.done():  # it is done already where the waiting coroutine was cancelled
        outcome.set_result(result)


def _fail(outcome: "asyncio.Future[Any]", error: BaseException) -> None:
    if not outcome.done():
        outcome.set_exception(RuntimeError(repr(error)) if isinstance(error, StopIteration) else error)


class Ended:
    """A coroutine's return value, on its way out of a greenlet: StopIteration may not cross a generator."""

    def __init__(self, result: Any) -> None:
        self.result = result


class Step(greenlet):  # type: ignore[misc]  # greenlet ships no types
    """One step of a coroutine on the loop, which sync code below it may leave in order to wait."""

    def __init__(self, resume: Callable[[Any], Any]) -> None:
        super().__init__(partial(_advance, resume))
        self.gr_context = getcurrent().gr_context  # a greenlet starts with no context variables otherwise


def _advance(resume: Callable[[Any], Any], value: Any) -> Any:
    try:
        return resume(value)
    except StopIteration as end:
        return Ended(end.value)


@generator_coroutine
def _stepped(coroutine: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
    """`coroutine`, such that a sync function that it calls may wait for an awaitable: see `_wait`."""
    resume: Callable[[Any], Any] = coroutine.send
    value: Any = None
    while True:
        step = Step(resume)
        answer = step.switch(value)
        while not step.dead:
            answer = yield from _answer(step, answer)
        if isinstance(answer, Ended):
            result: T = answer.result
            return result
        try:
            value = yield answer
            resume = coroutine.send
        except BaseException as error:  # noqa: BLE001 -- cancellation too belongs to the coroutine
            value = error
            resume = coroutine.throw


def _answer(step: Step, awaited: Awaitable[Any]) -> Generator[Any, Any, Any]:
    try:
        result = yield from awaited.__await__()
    except BaseException as error:  # noqa: BLE001 -- raised where the sync function waits
        return step.throw(error)
    return step.switch(result)


def _wait(awaitable: Awaitable[T]) -> T:
    """Called by sync code inside a Step: leave the loop to others until `awaitable` is there."""
    parent = getcurrent().parent
    assert parent is not None
    result: T = parent.switch(awaitable)
    return result


async def blocking(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking `function` on the request's own thread, and leave the loop to others meanwhile."""
    home = _home.get()
    if home is None:
        return await asyncio.to_thread(function, *args, **kwargs)
    return await home.run(partial(function, *args, **kwargs))


def at_home(method: Callable[P, T]) -> Callable[P, T]:
    """A blocking method that goes home by itself where a coroutine on the bridge calls it."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if isinstance(getcurrent(), Step) and (home := _home.get()) is not None:
            return _wait(home.run(partial(method, *args, **kwargs)))
        return method(*args, **kwargs)

    return call


async def settled(result: T | Awaitable[T]) -> T:
    """The result of a function that may be plain or a coroutine function."""
    return await result if inspect.isawaitable(result) else result


class Resource(Protocol):
    async def close(self) -> None: ...


class Bridge:
    """The process's event loop on a thread of its own, begun at the first use and after a fork anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid = 0
        self.resources: weakref.WeakSet[Resource] = weakref.WeakSet()
        """What lives on the loop, and is closed before it."""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run `coroutine` on the loop, serve its blocking calls here, and give its result or raise its error."""
        loop = self.loop()
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("an async view was called on the event loop: await it instead")
        home = Home()
        context = contextvars.copy_context()
        context.run(_home.set, home)
        task: list[asyncio.Task[T]] = []

        def begin() -> None:
            task.append(loop.create_task(coroutine, context=context))
            task[0].add_done_callback(home.close)

        loop.call_soon_threadsafe(begin)
        try:
            home.wait()
        except BaseException:
            home.open = False
            loop.call_soon_threadsafe(lambda: task[0].cancel())  # noqa: PLW0108 -- it may not be there yet
            raise
        return task[0].result()

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                self._begin()
            assert self._loop is not None
            return self._loop

    def _begin(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_task_factory(_task)
        self._thread = threading.Thread(target=self._loop.run_forever, name="bridge", daemon=True)
        if not self._pid:
            atexit.register(self.close)
        self._pid = os.getpid()
        self._thread.start()

    def close(self) -> None:
        """Cancel what is under way, close what lives on the loop, and end it; the next use begins another."""
        with self._lock:
            loop, thread, self._loop = self._loop, self._thread, None
        if loop is None or thread is None or self._pid != os.getpid():
            return
        asyncio.run_coroutine_threadsafe(_close_all(self.resources), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


def _task(loop: asyncio.AbstractEventLoop, coroutine: Any, **kwargs: Any) -> "asyncio.Task[Any]":
    """Tasks that a view starts may use its `db.session` just as the view itself does."""
    return asyncio.Task(_as_coroutine(coroutine), loop=loop, **kwargs)


async def _as_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    return await _stepped(coroutine)


async def _close_all(resources: Iterable[Resource]) -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, *(each.close() for each in resources), return_exceptions=True)


bridge = Bridge()
