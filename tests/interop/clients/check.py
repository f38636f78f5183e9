"""The identity simulator against libraries that a site signs people in with, each in an environment of its own."""

from collections.abc import Iterator
from pathlib import Path

from simulators.identity.control import Control
from simulators.process import Process
from tests.interop.clients import mod_auth_openidc
from tests.interop.environments import node, python, run, tell

HERE = Path(__file__).parent
PYTHON = {
    "Authlib": ("authlib", "authlib_client.py"),
    "requests-oauthlib": ("requests", "requests_oauthlib_client.py"),
}
NODE = {"openid-client": "openid_client.mjs", "oauth4webapi": "oauth4webapi.mjs", "@auth/core": "auth_core.mjs"}


def outputs(control: Control) -> Iterator[tuple[str, list[str]]]:
    for title, (name, file) in PYTHON.items():
        program = python(name, HERE / f"requirements.{name}.txt")
        yield title, run(program, "-W", "ignore", HERE / file, control.url).splitlines()
    folder = node("clients-node", HERE)
    for title, file in NODE.items():
        yield title, run("node", file, control.url, folder=folder).splitlines()
    yield "mod_auth_openidc", list(mod_auth_openidc.results(control))


def check() -> bool:
    """Prints how each did; whether all did well."""
    options = ("--client", "shop:the secret of the shop", "--redirect-uri", "http://localhost/callback")
    with Process("identity", "--port", "0", "--control", *options) as process, Control(process.url) as control:
        works = []
        for title, lines in outputs(control):
            works.append(tell(f"the identity simulator by {title}", lines))
            control.reset()
        return all(works)
