"""Flask's own session is a signed cookie. Kiosk has none: its sessions are rows (app/auth/sessions.py)."""

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface


class NoSession(SessionInterface):
    """Reads no cookie and signs none. To write into `flask.session` is an error."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        del app, request
        return NullSession()
