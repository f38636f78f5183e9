"""A user's authenticator app, as the phone has it."""

import base64
from datetime import datetime

from app.auth.totp import codes
from app.runtime.db import utcnow


class Phone:
    """Holds the key of an app that was set up over `client`, and shows its codes."""

    def __init__(self, client) -> None:
        self.client = client
        response = client.post("/api/profile/totp")
        assert response.status_code == 200, response.text
        self.given = response.get_json()
        self.key = base64.b32decode(self.given["secret"])

    def code(self, at: datetime | None = None, steps: int = 0) -> str:
        return codes.code_at(self.key, codes.step_at(at or utcnow()) + steps)

    def confirm(self, steps: int = -1):
        """With the code before the one of this moment, which is then still good to sign in with.

        Once more where the time step changed meanwhile: the code is a step older then.
        """
        while True:
            step = codes.step_at(utcnow())
            response = self.client.put("/api/profile/totp", json={"code": self.code(steps=steps)})
            if response.status_code == 200 or codes.step_at(utcnow()) == step:
                return response


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"
