"""The control API's part that plays a scenario, for pages and for programs in other languages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import request

from simulators.payments.control import SECRET_KEY, Control
from simulators.payments.control_body import read
from simulators.payments.protocol import Refusal, Resource
from simulators.payments.provider import Provider
from simulators.payments.scenario import Wrong, play_text


class Stage:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def actions(self) -> dict[str, Callable[..., Any]]:
        return {"POST /play": self.play}

    def play(self) -> Resource:
        """{scenario: the text of the file} is played to its end; {told: a line for each step}."""
        text = read(scenario=str).get("scenario", "")
        told: list[str] = []
        with Control(_here(), secret_key=self.provider.settings.secret_key or SECRET_KEY) as control:
            try:
                play_text(control, text, "scenario", tell=told.append)
            except Wrong as error:
                raise Refusal(400, str(error)) from error
        return {"told": told}


def _here() -> str:
    """The address of this simulator. The key goes there, so that the port is not the one that a client names."""
    name = urlsplit(request.host_url).hostname or ""
    host = f"[{name}]" if ":" in name else name
    return f"http://{host}:{request.environ['SERVER_PORT']}{request.script_root}"
