"""The control API below `/_control`: where tests make the simulator misbehave and read what it caught."""

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.mail.faults import Faults
from simulators.mail.inbox import Inbox

blueprint = Blueprint("control", __name__, url_prefix="/_control")


def _inbox() -> Inbox:
    inbox: Inbox = current_app.extensions["inbox"]
    return inbox


def _faults() -> Faults:
    faults: Faults = current_app.extensions["faults"]
    return faults


@blueprint.get("/smtp")
def smtp() -> Response:
    return jsonify(port=current_app.extensions["smtp_port"])


@blueprint.get("/mails")
def mails() -> Response:
    return jsonify([mail.as_dict() for mail in _inbox().newest_first()[::-1]])


@blueprint.put("/faults/<place>")
def put_fault(place: str) -> ResponseReturnValue:
    try:
        _faults().put(place, request.get_json())
    except ValueError as error:
        return jsonify(error=str(error)), 400
    return jsonify({})


@blueprint.get("/calls/<place>")
def calls(place: str) -> Response:
    return jsonify(count=_faults().count(place))


@blueprint.post("/reset")
def reset() -> Response:
    _faults().reset()
    _inbox().clear()
    return jsonify({})
