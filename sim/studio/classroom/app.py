"""The routes of a class: the page of a phone, the projector's page, and what each may ask. All else is refused."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sim.pages import bundle
from sim.studio import message
from sim.studio.classroom import pages
from sim.studio.classroom.limits import Buckets
from sim.studio.classroom.room import Room
from sim.studio.classroom.seats import Seat
from sim.studio.classroom.words import RefusalError, said
from sim.studio.guard import Guard

Answer = Callable[[Request, Room], Awaitable[Response]]
LANGUAGES = ("en", "zh")
SEAT, TEACHER = "class_seat", "class_teacher"  # cookies
LASTS = 12 * 3600  # seconds that a cookie is kept
MOST_PHONE, MOST_TEACHER = 4_000, 64_000  # bytes of a body
PATIENCE = 15.0  # seconds after which a listener is told that somebody is still there
PAUSE, PAUSE_STAGE = 0.02, 0.1  # seconds in which several changes are told as one
# Tokens at once, and a second. Phones behind one router come from one address, so an address may ask much.
OF_ADDRESS, OF_SEAT, OF_CODES = (800.0, 250.0), (30.0, 6.0), (30.0, 0.3)


def app(room: Room, hosts: Iterable[str], phones: str = "", language: str = "en") -> Starlette:
    """A class as an application.

    Args:
        room: the class.
        hosts: names and ports under which it is asked.
        phones: the address that phones open.
        language: in which the projector's page opens.
    """

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        room.begin()
        try:
            yield
        finally:
            room.close()

    more = {"/api/class/act": MOST_TEACHER}
    layers = [Middleware(Guard, hosts=[*hosts], most=MOST_PHONE, more=more), Middleware(Paced)]
    made = Starlette(routes=_routes(), middleware=layers, lifespan=life)
    made.state.room, made.state.phones, made.state.language = room, phones, language
    made.state.by_seat, made.state.by_code = Buckets(*OF_SEAT), Buckets(*OF_CODES)
    made.state.ladders = {}
    return made


def _routes() -> list[Route]:
    post = ["POST"]
    return [
        Route("/", _phone),
        Route("/j", _phone),
        Route("/teach", _teach),
        Route("/parts/charts.js", _charts),
        Route("/parts/{name}", _part),
        Route("/ladder.html", _ladder),
        Route("/api/class/join", _join, methods=post),
        Route("/api/class/view", _view),
        Route("/api/class/events", _events),
        Route("/api/class/choose", _choose, methods=post),
        Route("/api/class/teacher", _teacher, methods=post),
        Route("/api/class/stage", _stage),
        Route("/api/class/stage/events", _stage_events),
        Route("/api/class/act", _act, methods=post),
    ]


class Paced:
    """Lets every address ask only so much."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.buckets = app, Buckets(*OF_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer that it comes too fast."""
        if scope["type"] == "http" and not self.buckets.take((scope.get("client") or ("",))[0]):
            await _too_fast()(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _too_fast() -> JSONResponse:
    return JSONResponse({"error": said("too_fast")}, 429, {"retry-after": "1"})


def _answered(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """What is refused is said in words; nothing that is sent can end the server."""

    @wraps(answer)
    async def answered(request: Request) -> Response:
        try:
            return await answer(request, request.app.state.room)
        except RefusalError as error:
            return JSONResponse({"error": error.said}, error.code)
        except ClientDisconnect:
            return Response(status_code=400)

    return answered


async def _sent(request: Request, **wanted: type) -> list[Any]:
    """What was sent, each of its type. Raises `RefusalError` for anything else."""
    try:
        return message.values(await request.body(), wanted)
    except message.MisfitError:
        raise RefusalError("bad_message", 400) from None


# ---- pages


@_answered
async def _phone(request: Request, room: Room) -> Response:
    return HTMLResponse(pages.phone(_language(request)), headers={"content-security-policy": pages.STRICT})


@_answered
async def _teach(request: Request, room: Room) -> Response:
    _on_this_machine(request)
    state = request.app.state
    asked = request.query_params.get("lang", state.language)
    html = pages.teach(asked if asked in LANGUAGES else "en", state.phones, room.code)
    return HTMLResponse(html, headers={"content-security-policy": pages.DRAWN})


def _language(request: Request) -> str:
    """The language that a phone's browser prefers, of the two."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


@_answered
async def _part(request: Request, room: Room) -> Response:
    found = pages.part(request.path_params["name"])
    if found is None:
        raise RefusalError("nothing_there", 404)
    kind = "text/css" if request.path_params["name"].endswith(".css") else "text/javascript"
    return Response(found, media_type=kind, headers={"cache-control": "no-cache"})


@_answered
async def _charts(request: Request, room: Room) -> Response:
    _on_this_machine(request)
    script = await run_in_threadpool(bundle.script)
    return Response(script, media_type="text/javascript", headers={"cache-control": "private, max-age=86400"})


@_answered
async def _ladder(request: Request, room: Room) -> Response:
    """The page that needs no server, to be sent where phones do not reach this machine."""
    language, known = _language(request), request.app.state.ladders
    if language not in known:
        known[language] = await _asked(room, "ladder", {"language": language})
    name = {"content-disposition": 'attachment; filename="ladder.html"'} if "save" in request.query_params else {}
    return HTMLResponse(known[language], headers={"content-security-policy": pages.ALONE} | name)


async def _asked(room: Room, kind: str, data: dict[str, Any]) -> Any:
    """What a process of the crew answers. Raises `RefusalError` where it cannot."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def heard(found: Any) -> None:
        if not answer.done():
            answer.set_result(found)

    def failed(_: Any) -> None:
        if not answer.done():
            answer.set_exception(RefusalError("busy", 503))

    room.ask(kind, data, heard, failed)
    return await answer


# ---- phones


@_answered
async def _join(request: Request, room: Room) -> Response:
    code, name = await _sent(request, code=str, name=str)
    client = request.client.host if request.client else ""
    wrong: Buckets = request.app.state.by_code
    if wrong.empty(client):
        return _too_fast()
    try:
        seat = room.join(code, name, request.cookies.get(SEAT, ""))
    except RefusalError:
        wrong.take(client)
        raise
    answer = JSONResponse(room.view(seat), 201)
    answer.set_cookie(SEAT, seat.token, max_age=LASTS, path="/api/class", httponly=True, samesite="strict")
    return answer


def _seat(request: Request, room: Room) -> Seat:
    """Whose phone it is. Raises `RefusalError` for a stranger's, and for one that asks too fast."""
    seat = room.roster.of(request.cookies.get(SEAT, ""))
    if not request.app.state.by_seat.take(seat.token):
        raise RefusalError("too_fast", 429)
    return seat


@_answered
async def _view(request: Request, room: Room) -> Response:
    """What a phone is told; one that has no seat is told so, and why, where it thinks that it has one."""
    token = request.cookies.get(SEAT, "")
    if token not in room.roster.seats:
        return JSONResponse({"number": None, "error": said("no_seat") if token else None})
    return JSONResponse(room.view(_seat(request, room)))


@_answered
async def _choose(request: Request, room: Room) -> Response:
    seat = _seat(request, room)
    game, at, value = await _sent(request, game=str, round=int, value=object)
    room.choose(seat, game, at, value)
    return JSONResponse(room.view(seat))


@_answered
async def _events(request: Request, room: Room) -> Response:
    return _stream(room, _seat(request, room), PAUSE)


def _stream(room: Room, seat: Seat | None, pause: float) -> Response:
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_lines(room, seat, pause), media_type="text/event-stream", headers=headers)


async def _lines(room: Room, seat: Seat | None, pause: float) -> AsyncIterator[str]:
    async for told in room.told(seat, PATIENCE, pause):
        yield ": still here\n\n" if told is None else f"data: {json.dumps(told)}\n\n"


# ---- the teacher


def _on_this_machine(request: Request) -> None:
    """The teacher sits at the machine that serves; nobody else is even asked for a token."""
    if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
        raise RefusalError("teacher_here", 403)


def _of_teacher(request: Request, room: Room) -> None:
    _on_this_machine(request)
    if request.cookies.get(TEACHER, "").encode() != room.teacher.encode():
        raise RefusalError("not_teacher", 401)


@_answered
async def _teacher(request: Request, room: Room) -> Response:
    _on_this_machine(request)
    (token,) = await _sent(request, token=str)
    if token.encode("utf-8", "replace") != room.teacher.encode():
        raise RefusalError("not_teacher", 401)
    answer = JSONResponse({})
    answer.set_cookie(TEACHER, room.teacher, max_age=LASTS, path="/api/class", httponly=True, samesite="strict")
    return answer


@_answered
async def _stage(request: Request, room: Room) -> Response:
    _of_teacher(request, room)
    return JSONResponse(room.stage())


@_answered
async def _stage_events(request: Request, room: Room) -> Response:
    _of_teacher(request, room)
    return _stream(room, None, PAUSE_STAGE)


@_answered
async def _act(request: Request, room: Room) -> Response:
    _of_teacher(request, room)
    word, kind, options, number = await _sent(request, word=str, kind=str, options=dict, number=int)
    if word == "start":
        room.start(kind, options)
    elif word == "expect":
        room.expect(options)
    elif word == "remove":
        room.remove(number)
    elif word in ("close", "end", "leave"):
        room.act(word, kind, number)
    else:
        raise RefusalError("bad_message", 400)
    return JSONResponse(room.stage())
