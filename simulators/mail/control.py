"""Steers a running mail simulator, and reads what it caught."""

from typing import Any, Self

import httpx

from simulators.mail.faults import Place


class Control:
    """Of the simulator at `url`, which must run with `--control`. A context manager."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(base_url=f"{self.url}/_control", timeout=10, trust_env=False, verify=False)  # noqa: S501 -- plain http
        self.smtp_port = int(self._send("GET", "/smtp").json()["port"])
        self.smtp_url = f"smtp://127.0.0.1:{self.smtp_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def reset(self) -> None:
        """No mails and no faults; conversations that hang are let go."""
        self._send("POST", "/reset")

    def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        """Oldest first: `{number, sender, to, headers, text, encrypted, user}`."""
        return [mail for mail in self._send("GET", "/mails").json() if to is None or to in mail["to"]]

    def count(self, place: Place) -> int:
        """How often a conversation came to this place since the last reset."""
        return int(self._send("GET", f"/calls/{place}").json()["count"])

    def refuses(self, place: Place, code: int, *, times: int | None = None) -> None:
        self._send("PUT", f"/faults/{place}", {"code": code, "times": times})

    def hangs(self, place: Place, *, times: int | None = None) -> None:
        """No answer; `reset` ends the wait."""
        self._send("PUT", f"/faults/{place}", {"hang": True, "times": times})

    def hangs_up(self, place: Place, *, times: int | None = None) -> None:
        self._send("PUT", f"/faults/{place}", {"drop": True, "times": times})

    def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self._http.request(method, path, json=body).raise_for_status()
