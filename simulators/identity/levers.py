"""The control API below `/_control`: where tests make the simulator misbehave and look at what it saw."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.identity.faults import FaultError, parse_fault
from simulators.identity.logout import tell
from simulators.identity.people import PersonError, parse_people, parse_person
from simulators.identity.state import state

blueprint = Blueprint("control", __name__, url_prefix="/_control")


@blueprint.errorhandler(FaultError)
@blueprint.errorhandler(PersonError)
def _refuse(problem: Exception) -> ResponseReturnValue:
    return jsonify(error=str(problem)), 400


def _body() -> Mapping[str, Any]:
    given = request.get_json()
    if not isinstance(given, Mapping):
        raise FaultError("the body must be an object")
    return given


@blueprint.get("/faults")
def faults() -> Response:
    with state().lock:
        return jsonify(state().faults.as_dict())


@blueprint.put("/faults/<place>")
def put_fault(place: str) -> Response:
    with state().lock:
        state().faults.put(place, parse_fault(request.get_json()))
        return jsonify(state().faults.as_dict())


@blueprint.delete("/faults/<place>")
def lift_fault(place: str) -> Response:
    with state().lock:
        state().faults.lift(place)
        return jsonify(state().faults.as_dict())


@blueprint.post("/keys/rotate")
def rotate() -> Response:
    """`{"keep": bool}`: whether the old keys stay in the key set. Answers the key set."""
    with state().lock:
        state().keys.rotate(keep=bool(_body().get("keep", True)))
        return jsonify(state().keys.as_dict())


@blueprint.get("/people")
def people() -> Response:
    with state().lock:
        return jsonify([person.as_dict() for person in state().people.values()])


@blueprint.post("/people")
def add_person() -> ResponseReturnValue:
    """Adds a person, or replaces the one with the same `sub`."""
    person = parse_person(request.get_json())
    with state().lock:
        others = [each.as_dict() for each in state().people.values() if each.sub != person.sub]
        state().replace_people(parse_people([*others, person.as_dict()]))
    return jsonify(person.as_dict()), 201


@blueprint.put("/people")
def replace_people() -> Response:
    replaced = parse_people(request.get_json())
    with state().lock:
        state().replace_people(replaced)
    return people()


@blueprint.post("/people/<username>/sign-out")
def sign_out(username: str) -> ResponseReturnValue:
    """The person signs out here. Answers what each client that registered for it was told, and its status."""
    with state().lock:
        person = state().named(username)
        grants = state().grants.of(person.sub, state().now()) if person else []
    return jsonify(told=tell(grants)) if person else (jsonify(error=f"there is no {username} here"), 404)


@blueprint.get("/calls")
def calls() -> Response:
    with state().lock:
        return jsonify(state().calls.as_dict())


@blueprint.delete("/calls")
def forget_calls() -> ResponseReturnValue:
    with state().lock:
        state().calls.clear()
    return "", 204


@blueprint.post("/clock")
def clock() -> Response:
    """`{"advance": seconds}` moves the simulator's clock; codes and tokens age with it."""
    seconds = _body().get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise FaultError("advance must be a number of seconds")
    with state().lock:
        state().advance(seconds)
        return jsonify(now=state().now())


@blueprint.post("/reset")
def reset() -> ResponseReturnValue:
    state().reset()
    return "", 204
