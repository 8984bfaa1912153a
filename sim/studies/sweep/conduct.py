"""The sweep itself: runs that are missing go to an engine, a few at a time; what comes back goes into the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass

from sim.base import notices
from sim.base.errors import RefusedError, SimError
from sim.base.notices import Notice
from sim.base.progress import Tell
from sim.base.workers import NoWorkersError
from sim.runs.recipe import maker
from sim.studies.engine import Call, Crew
from sim.studies.ledger import DONE, FAILED, Ledger, Row
from sim.studies.sweep.jobs import Job, OtherCodeError, Outcome, carry_out
from sim.studies.sweep.plan import Plan, Run


@dataclass(frozen=True)
class Manner:
    """How failures are met.

    Attributes:
        retries: how often a run that failed is tried again, over all sittings.
        fail_fast: whether the first run that fails ends the sweep.
    """

    retries: int = 1
    fail_fast: bool = False


@dataclass
class Tally:
    """How a sweep ended: runs there were already, made now, and failed in the end."""

    kept: int = 0
    made: int = 0
    failed: int = 0


def conduct(plan: Plan, ledger: Ledger, engine: Crew, manner: Manner, tell: Tell | None = None) -> Tally:
    """Make all runs of a plan that the ledger does not have yet.

    Jobs are made as they are needed and rows written as they come, so memory does not grow with the plan.

    Raises:
        SimError: a run failed, and that is to end the sweep; the ledger cannot be written.
    """
    tally = Tally(kept=ledger.count(plan.digest, DONE))
    waiting = _missing(plan, ledger, manner, tally)
    again: list[tuple[Run, int]] = []

    def following() -> tuple[tuple[Run, int], Call] | None:
        one = again.pop() if again else next(waiting, None)
        return one and (one, (carry_out, (Job(one[0].scenario, maker(), engine.ceiling),)))

    _say(tell, tally, plan)
    for (run, tried), future in engine.carried_out(following, ledger.settle):
        outcome = _outcome(future)
        if outcome.error and tried < manner.retries:
            again.append((run, tried + 1))
        else:
            _write(plan, ledger, run, tried + 1, outcome, tally)
            ledger.settle(now=engine.slots == 1)  # or it would wait for the next one
            _say(tell, tally, plan)
        if outcome.error and manner.fail_fast and tried >= manner.retries:
            ledger.settle(now=True)
            raise SimError(f"{named(run)} failed: {outcome.error}")
    ledger.settle(now=True)
    tally.failed = ledger.count(plan.digest, FAILED)
    return tally


def _missing(plan: Plan, ledger: Ledger, manner: Manner, tally: Tally) -> Iterator[tuple[Run, int]]:
    """Runs that are to be made, and how often each was tried; what is known from another place is taken over.

    What a kept run told is said again, so a sweep says the same in one sitting or in several.
    """
    for run in plan.runs():
        row = ledger.at(plan.digest, run.point, run.replicate)
        if row and row.key != run.key:  # a file that varies was changed
            row = None
        if row is None and (known := ledger.known(run.key)):
            row = known._replace(plan=plan.digest, point=run.point, replicate=run.replicate, sets=run.sets)
            ledger.add(row)
            tally.kept += 1
        if row is None or (row.status == FAILED and row.attempts <= manner.retries):
            yield run, row.attempts if row else 0
        else:
            notices.hand_on(Notice.of(said) for said in json.loads(row.notices or "[]"))


def _outcome(future: Future[Outcome]) -> Outcome:
    """What came of a run; the error where its worker died or took too long."""
    try:
        return future.result()
    except (NoWorkersError, OtherCodeError):
        raise
    except CancelledError:
        raise RefusedError("the engine has gone away; what is done is safe, the same command goes on") from None
    except Exception as error:
        words = str(error) if isinstance(error, SimError) else f"{type(error).__name__}: {error}"
        return Outcome(error=words)


def _write(plan: Plan, ledger: Ledger, run: Run, attempts: int, outcome: Outcome, tally: Tally) -> None:
    status = FAILED if outcome.error else DONE
    place = (run.key, plan.digest, run.point, run.replicate, run.scenario.seed, run.sets)
    error = outcome.error.encode("utf-8", "replace").decode()
    said = json.dumps([notice.record() for notice in outcome.notices], ensure_ascii=False)
    ledger.add(Row(*place, status, attempts, error, outcome.metrics, outcome.digest, outcome.seconds, said))
    notices.hand_on(outcome.notices)
    tally.made += 1
    tally.failed += status == FAILED


def _say(tell: Tell | None, tally: Tally, plan: Plan) -> None:
    if tell:
        words = f"simulating, {tally.failed:,} failed" if tally.failed else "simulating"
        tell(min(tally.kept + tally.made, len(plan)), len(plan), words)


def named(run: Run) -> str:
    """A run by its place, its values and its seed."""
    return f"run {run.point}.{run.replicate} ({run.sets}, seed {run.scenario.seed})"
