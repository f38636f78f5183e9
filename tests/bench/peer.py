"""What a team would write instead, the plain way: Flask, its ORM, JSON, a token that is a row. Nothing else of Kiosk.

No limits, no metrics, no request id, no headers, no log line, no problem+json: what those cost is the difference.
"""

import os

from flask import Flask, abort, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column, relationship

TOKEN = "a-token-of-the-bench"
db = SQLAlchemy()


class Person(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]


class Token(db.Model):
    token: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey(Person.id))
    person: Mapped[Person] = relationship()


class Thing(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    price: Mapped[int]


class Note(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    person_id: Mapped[int] = mapped_column(db.ForeignKey(Person.id))


def signed_in() -> Person:
    found = db.session.get(Token, request.headers.get("Authorization", "").removeprefix("Bearer "))
    return found.person if found else abort(401)


def shown(thing: Thing) -> dict[str, object]:
    return {"id": thing.id, "name": thing.name, "description": thing.description, "price": thing.price}


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["PEER_DATABASE"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 16}
    db.init_app(app)

    @app.get("/healthz")
    def is_alive():
        return jsonify(status="ok")

    @app.get("/me")
    def me():
        person = signed_in()
        return jsonify(name=person.name, email=person.email)

    @app.get("/things")
    def things():
        page = db.paginate(db.select(Thing).order_by(Thing.id), per_page=20)
        return jsonify(items=[shown(each) for each in page.items], total=page.total)

    @app.get("/things/<int:number>")
    def thing(number):
        return jsonify(shown(db.get_or_404(Thing, number)))

    @app.post("/notes")
    def add_note():
        note = Note(title=request.get_json()["title"], person_id=signed_in().id)
        db.session.add(note)
        db.session.commit()
        return jsonify(id=note.id, title=note.title), 201

    return app


def fill() -> None:
    with create_app().app_context():
        db.create_all()
        person = Person(name="ada", email="ada@example.com")
        things = [Thing(name=f"Item {n:03}", description=f"Number {n} on offer", price=100) for n in range(100)]
        db.session.add_all([Token(token=TOKEN, person=person), *things])
        db.session.commit()
