"""The routes of the studio. Each reads what was sent, asks the desk, and answers in JSON; pages are those of a run."""

from __future__ import annotations

import asyncio
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

from sim.base import loader
from sim.base.errors import ScenarioError, SimError
from sim.pages import bundle
from sim.pages.page import html as page_html
from sim.runs.recipe import key
from sim.scenario import load as scenarios
from sim.studio import arms, fields, message, mishaps, page, pairs, price, settings, shift, studies, text, words
from sim.studio.desk import Desk, seeded
from sim.studio.guard import Guard

Answer = Callable[[Request, Desk], Awaitable[Response]]
PATIENCE = 15.0  # seconds after which a listener is told that somebody is still there
LANGUAGES = ("en", "zh")
WORDS = ("pause", "go", "step", "stop")


def app(desk: Desk, hosts: Iterable[str], language: str = "en") -> Starlette:
    """The studio as an application; ``hosts``: names and ports under which it is asked."""

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        desk.crew.begin()
        try:
            yield
        finally:
            desk.studies.close()
            desk.crew.close()

    made = Starlette(routes=_routes(), middleware=[Middleware(Guard, hosts=hosts)], lifespan=life)
    made.state.desk, made.state.language = desk, language
    return made


def _routes() -> list[Route]:
    return [
        Route("/", _page),
        Route("/parts/charts.js", _charts),
        Route("/api/scenarios/{name}", _scenario),
        Route("/api/check", _check, methods=["POST"]),
        Route("/api/edit", _edit, methods=["POST"]),
        Route("/api/search", _search, methods=["POST"]),
        Route("/api/runs", _run, methods=["POST"]),
        Route("/api/runs/{id}", _known),
        Route("/api/runs/{id}/page", _document),
        Route("/api/runs/{id}/{word}", _word, methods=["POST"]),
        Route("/api/shift", _shift, methods=["POST"]),
        Route("/api/mishaps", _mishaps, methods=["POST"]),
        Route("/api/mishap", _mishap, methods=["POST"]),
        Route("/api/arms", _arms),
        Route("/api/pairs", _pair, methods=["POST"]),
        Route("/api/pairs/{name}", _pair_page),
        Route("/api/pairs/{name}/{word}", _pair_word, methods=["POST"]),
        Route("/api/studies", _studies),
        Route("/api/studies", _study, methods=["POST"]),
        Route("/api/studies/stop", _stop_study, methods=["POST"]),
        Route("/api/studies/{study}", _study_page),
        Route("/api/events", _events),
    ]


def _answered(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """What a person can act on becomes a line; nothing that is sent can end the server."""

    @wraps(answer)
    async def answered(request: Request) -> Response:
        try:
            return await answer(request, request.app.state.desk)
        except ScenarioError as error:
            return JSONResponse({"faults": [words.fault(one) for one in error.faults]}, 422)
        except SimError as error:
            return JSONResponse({"error": words.of_error(error)}, 409)
        except ClientDisconnect:
            return Response(status_code=400)
        except OSError as error:
            return JSONResponse({"error": f"{error.filename or 'disk'}: {error.strerror or error}"}, 507)

    return answered


async def _sent(request: Request, **wanted: type) -> list[Any]:
    """What was sent, each of its type; `SimError` for anything else."""
    try:
        return message.values(await request.body(), wanted)
    except message.MisfitError as misfit:
        if not misfit.name:
            raise SimError(words.line("message_has", names=", ".join(wanted))) from None
        kind = wanted[misfit.name].__name__
        raise SimError(words.line("message_type", name=misfit.name, kind=kind)) from None


# ---- pages


@_answered
async def _page(request: Request, desk: Desk) -> Response:
    asked = request.query_params.get("lang", request.app.state.language)
    return HTMLResponse(await run_in_threadpool(page.html, asked if asked in LANGUAGES else "en"))


@_answered
async def _charts(request: Request, desk: Desk) -> Response:
    script = await run_in_threadpool(bundle.script)
    return Response(script, media_type="text/javascript", headers={"cache-control": "private, max-age=86400"})


@_answered
async def _document(request: Request, desk: Desk) -> Response:
    raw = await run_in_threadpool(desk.document, request.path_params["id"])
    return await _as_page(request, json.loads(raw))


@_answered
async def _arms(request: Request, desk: Desk) -> Response:
    one, other = (request.query_params.get(name, "") for name in "ab")
    return await _as_page(request, await run_in_threadpool(arms.document, desk, one, other))


async def _as_page(request: Request, document: dict[str, Any]) -> Response:
    asked = request.query_params.get("lang", "en")
    language = asked if asked in LANGUAGES else "en"
    if request.query_params.get("as") == "json":
        return JSONResponse(document)
    return HTMLResponse(await run_in_threadpool(page_html, document, language, stills=False))


# ---- scenarios


@_answered
async def _scenario(request: Request, desk: Desk) -> Response:
    return JSONResponse({"yaml": await run_in_threadpool(_shipped, request.path_params["name"])})


def _shipped(name: str) -> str:
    """The text of a shipped scenario; one that names other files, with what is in them."""
    known = scenarios.shipped()
    if name not in known:
        raise SimError(words.line("not_shipped", name=name[:60]))
    found = known[name].read_text(encoding="utf-8")
    try:
        text.document(found)
    except ScenarioError:
        return loader.dump(scenarios.read(name).data)
    return found


@_answered
async def _check(request: Request, desk: Desk) -> Response:
    yaml, base = await _sent(request, yaml=str, base=str)
    return await _with_text(yaml, base)


@_answered
async def _shift(request: Request, desk: Desk) -> Response:
    yaml, base, who, minutes = await _sent(request, yaml=str, base=str, who=str, minutes=int)
    found = await run_in_threadpool(shift.moved, yaml, who, minutes)
    return await _with_text(found.yaml, base, moved=found.moved, late=found.late)


@_answered
async def _mishaps(request: Request, desk: Desk) -> Response:
    (yaml,) = await _sent(request, yaml=str)
    return JSONResponse({"mishaps": await run_in_threadpool(mishaps.offered, yaml)})


@_answered
async def _mishap(request: Request, desk: Desk) -> Response:
    yaml, base, key = await _sent(request, yaml=str, base=str, key=str)
    return await _with_text(await run_in_threadpool(mishaps.happened, yaml, key), base)


@_answered
async def _edit(request: Request, desk: Desk) -> Response:
    yaml, base, path, value = await _sent(request, yaml=str, base=str, path=str, value=object)
    if isinstance(value, dict | list) or not path:
        raise SimError(words.line("one_value"))
    return await _with_text(await run_in_threadpool(_changed, yaml, path, value), base)


async def _with_text(changed: str, base: str, **more: Any) -> Response:
    """A text, what is told of it beside another, and its faults, if it has any."""
    try:
        return JSONResponse({"yaml": changed, **more} | await run_in_threadpool(_checked, changed, base))
    except ScenarioError as error:
        return JSONResponse({"yaml": changed, **more, "faults": [words.fault(one) for one in error.faults]})


def _changed(yaml: str, path: str, value: Any) -> str:
    """The text with another value; a run made shorter leaves out what lies beyond its end, as ``--set days`` has it."""
    changed, before = text.edited(yaml, path, value), text.document(yaml).data.get(path)
    shorter = path == "days" and isinstance(value, int | float) and isinstance(before, int | float) and value < before
    return text.edited(changed, "shortened", True) if shorter else changed


@_answered
async def _search(request: Request, desk: Desk) -> Response:
    yaml, words = await _sent(request, yaml=str, words=str)

    def found() -> list[fields.Field]:
        return fields.search(text.world(yaml), text.document(yaml), words[:200])

    return JSONResponse({"fields": await run_in_threadpool(found)})


def _checked(yaml: str, base: str = "") -> dict[str, Any]:
    """What the studio tells of a scenario that has no faults; beside another, in what it differs from that."""
    document = text.document(yaml)
    world = text.world(yaml)
    return {
        "fields": fields.front(world, document),
        "price": price.told(world),
        "key": key(world),
        "groups_to_move": shift.groups(world),
        "changes": settings.changes(text.world(base), world) if base else [],
        **fields.about(world),
    }


# ---- runs


@_answered
async def _run(request: Request, desk: Desk) -> Response:
    wanted = {"yaml": str, "begun": str, "of": str, "at": str, "paused": bool}
    yaml, begun, of, at, paused = await _sent(request, **wanted)
    await run_in_threadpool(text.world, yaml)  # faults are found beside the loop
    entry = desk.run(yaml, begun=begun, of=of, at=at, paused=paused)
    return JSONResponse(desk.told(entry) | {"frame": desk.live[entry.id].frame}, 201)


@_answered
async def _known(request: Request, desk: Desk) -> Response:
    entry = desk.notebook[request.path_params["id"]]
    found = desk.live.get(entry.id)
    curve = {"frame": found.frame, "rows": found.rows, "acts": found.acts} if found else {}
    return JSONResponse(desk.told(entry) | curve)


@_answered
async def _word(request: Request, desk: Desk) -> Response:
    name, word = request.path_params["id"], request.path_params["word"]
    if word in WORDS:
        return JSONResponse(desk.told(desk.word(name, word)))
    if word == "keep":
        return JSONResponse(desk.told(desk.keep(name)))
    if word == "forget":
        desk.forget(name)
        return JSONResponse({})
    raise SimError(words.line("no_such_word", word=word[:40]))


@_answered
async def _pair(request: Request, desk: Desk) -> Response:
    a, b, seeds = await _sent(request, a=str, b=str, seeds=int)
    made = desk.pair(await run_in_threadpool(seeded, a, b, seeds))  # what takes time, beside the loop
    return JSONResponse({"pair": made[0].pair, "entries": [desk.told(entry) for entry in made]}, 201)


@_answered
async def _pair_page(request: Request, desk: Desk) -> Response:
    return await _as_page(request, await run_in_threadpool(pairs.document, desk, request.path_params["name"]))


@_answered
async def _pair_word(request: Request, desk: Desk) -> Response:
    if (word := request.path_params["word"]) not in ("stop", "forget"):
        raise SimError(words.line("no_such_word", word=word[:40]))
    desk.word_of_pair(request.path_params["name"], word)
    return JSONResponse({})


# ---- studies


@_answered
async def _studies(request: Request, desk: Desk) -> Response:
    return JSONResponse(await run_in_threadpool(desk.studies.told))


@_answered
async def _study(request: Request, desk: Desk) -> Response:
    study, yaml, asked = await _sent(request, study=str, yaml=str, asked=dict)
    await run_in_threadpool(studies.world, yaml)  # what takes time, beside the loop
    desk.studies.ask(study, yaml, asked)
    return JSONResponse(desk.studies.told(), 202)


@_answered
async def _stop_study(request: Request, desk: Desk) -> Response:
    desk.studies.close()
    return JSONResponse({})


@_answered
async def _study_page(request: Request, desk: Desk) -> Response:
    return await _as_page(request, await run_in_threadpool(desk.studies.document, request.path_params["study"]))


# ---- what happens


@_answered
async def _events(request: Request, desk: Desk) -> Response:
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_told(desk), media_type="text/event-stream", headers=headers)


async def _told(desk: Desk) -> AsyncIterator[str]:
    """First the notebook, then everything that happens, until nobody listens any more."""
    queue: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
    desk.listeners.add(queue)
    try:
        entries = [desk.told(entry) for entry in desk.notebook.entries.values()]
        yield _event("notebook", {"entries": entries, "ready": desk.crew.ready, "out": str(desk.out)})
        while True:
            try:
                kind, data = await asyncio.wait_for(queue.get(), PATIENCE)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if kind == "over":
                return
            yield _event(kind, data)
    finally:
        desk.listeners.discard(queue)


def _event(kind: str, data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n"
