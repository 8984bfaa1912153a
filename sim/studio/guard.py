"""Who may ask, and how much at once: only the address that is served, only its own pages, only so many bytes.

A page of somebody else's in the same browser can send requests to this machine; it cannot choose their Host and Origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.studio.text import MOST_BYTES
from sim.studio.words import said

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "connect-src 'self'; frame-src 'self'; img-src data: blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)  # Vega makes functions of expressions; nothing is fetched from elsewhere
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


_DIGITS = re.compile("[0-9]{1,12}")


class _TooLargeError(Exception):
    pass


class Guard:
    """Refuses what does not come from the studio's own pages, and marks every answer.

    Args:
        app: who answers.
        hosts: names and ports under which it is asked.
        most: bytes of a body.
        more: bytes of a body where it is another number, by path.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str], most: int = MOST_BYTES, more: Mapping[str, int] | None = None
    ) -> None:
        self.app, self.hosts, self.most, self.more = app, {*hosts}, most, more or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        most = self.more.get(scope["path"], self.most)
        why = self._refusal(scope["method"], Headers(scope=scope), most)
        if why:
            await _answer(*why, most)(scope, receive, _marked(send))
            return
        try:
            await self.app(scope, _counted(receive, most), _marked(send))
        except _TooLargeError:
            await _answer(413, "too_large", most)(scope, receive, _marked(send))

    def _refusal(self, method: str, headers: Headers, most: int) -> tuple[int, str] | None:
        """Code and word of what is wrong with a request, if anything is."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self.hosts:
            return 421, "other_host"
        if origin is not None and origin not in {f"http://{one}" for one in self.hosts}:
            return 403, "other_origin"
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "other_origin"
        length = headers.get("content-length", "0")
        if not _DIGITS.fullmatch(length) or int(length) > most:
            return 413, "too_large"
        if method == "POST" and headers.get("content-type", "").partition(";")[0] != "application/json":
            return 415, "no_json"
        return None


def _answer(code: int, word: str, most: int) -> JSONResponse:
    return JSONResponse({"error": said(word, most=most // 1000)}, code)


def _counted(receive: Receive, most: int) -> Receive:
    """The same, ended where more comes than may."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise _TooLargeError
        return message

    return counted


def _marked(send: Send) -> Send:
    async def marked(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return marked
