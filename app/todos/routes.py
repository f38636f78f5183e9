from typing import Any

from app.runtime import languages
from app.runtime.db import db, utcnow
from app.todos import service
from app.todos.schemas import NewTodo, TodoChange, TodoDeleted, TodoOut
from app.users.signed_in import SignedInUser
from app.web import limits
from app.web.api import Access, Answer, Api
from app.web.paging import Page, Paging

routes = Api("todos")


def _out(todo: Any) -> TodoOut:
    return TodoOut.of(todo, languages.asked())


@routes.get("/api/todos", access=Access.OWNER, raises=(limits.TooManyRequests,))
def list_todos(query: Paging, user: SignedInUser) -> Answer[Page[TodoOut]]:
    """One's own to-dos, the open ones first; for staff those of orders too."""
    return Answer(service.listed(db.session(), user, query).map(_out), headers=languages.VARY)


@routes.post("/api/todos", access=Access.SIGNED_IN, status=201)
def add_todo(body: NewTodo, user: SignedInUser) -> TodoOut:
    """Add a line to one's own list."""
    return _out(service.add(user, body.title, done=body.done, now=utcnow()))


@routes.get("/api/todos/<id:todo_id>", access=Access.OWNER)
def show_todo(todo_id: int, user: SignedInUser) -> Answer[TodoOut]:
    """One to-do."""
    return Answer(_out(service.shown(todo_id, user)), headers=languages.VARY)


@routes.put("/api/todos/<id:todo_id>", access=Access.OWNER, raises=(service.BelongsToOrder,))
def replace_todo(todo_id: int, body: NewTodo, user: SignedInUser) -> TodoOut:
    """Change all of a to-do."""
    return _out(service.change(db.session(), todo_id, user, title=body.title, done=body.done, now=utcnow()))


@routes.patch("/api/todos/<id:todo_id>", access=Access.OWNER, raises=(service.BelongsToOrder,))
def change_todo(todo_id: int, body: TodoChange, user: SignedInUser) -> TodoOut:
    """Change some of a to-do. An order's is ticked by handing the order over, which ticking it does."""
    return _out(service.change(db.session(), todo_id, user, title=body.title, done=body.done, now=utcnow()))


@routes.delete("/api/todos/<id:todo_id>", access=Access.OWNER, raises=(service.BelongsToOrder,))
def delete_todo(todo_id: int, user: SignedInUser) -> TodoDeleted:
    """Drop a to-do of one's own."""
    service.drop(db.session(), todo_id, user)
    return TodoDeleted(True)
