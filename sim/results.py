"""One run as a folder: tables, the repost forest, a summary, the recipe, and digests of every integer output."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim import metrics
from sim.consistency import RIVALS, platform_flow
from sim.errors import SimError
from sim.hot_list import background_stays
from sim.records import CHANNELS, F_COMMENTS, F_CREATIONS, F_IMPRESSIONS, F_LIKES, F_NEW, F_REPOSTS, FLOWS, PAID
from sim.world import ORIGINS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.model import ViralityModel
    from sim.scenario import Scenario
    from sim.spreading import SpreadTables

SCHEMA_VERSION = 1
SERIES = ("impressions", "new_reach", "likes", "comments", "reposts", "creations", "follows", "searches", "intents")
SLOTS = ("organic", "pinned", "ad")


class Tables:
    """Everything a run leaves behind, taken from a model before its world is let go; each made when it is asked for.

    Attributes:
        series, topics, hot_list, posts, actions: columns as in the results contract.
    """

    names = ("series", "topics", "hot_list", "posts", "actions")

    def __init__(self, model: ViralityModel) -> None:
        self.world, self.board, self.deeds = model.world, model.board, model.deeds
        self.clock, self.scenario = model.world.clock, model.script

    # ---- tables

    @cached_property
    def cascades(self) -> dict[str, np.ndarray]:
        """The repost forest as columns, i8 each; ``parent < row`` always."""
        return {name: getattr(self.world.forest, name).copy() for name in self.world.forest.names}

    def _iso(self, minutes: np.ndarray) -> list[str]:
        known, at = np.unique(minutes, return_inverse=True)  # many things happen in one minute
        words = [self.clock.iso(int(minute)) if minute >= 0 else "" for minute in known]
        return [words[i] for i in at]

    @cached_property
    def series(self) -> pd.DataFrame:
        """Flows by step, platform and story."""
        values = self.board.series
        steps, platforms, stories, _ = values.shape
        index = np.indices((steps, platforms, stories)).reshape(3, -1)
        times = np.array([self.clock.iso(step * self.clock.step_minutes) for step in range(steps)])
        frame = pd.DataFrame(
            {
                "time": times[index[0]],
                "platform": np.array(self.world.platforms)[index[1]],
                "story": np.array(self.world.stories)[index[2]],
            }
        )
        flat = values.reshape(-1, values.shape[-1])
        for name in SERIES:
            frame[name] = flat[:, FLOWS.index(name)]
        frame["heat"] = flat[:, -1]
        return frame

    @cached_property
    def topics(self) -> pd.DataFrame:
        """Every topic of the stories, and those of the background that were listed."""
        t, world = self.world.topics, self.world
        own = pd.DataFrame(
            {
                "platform": np.array(world.platforms)[t.platform],
                "topic": world.topic_titles,
                "story": np.array(world.stories)[t.story] if t.n else [],
                "origin": np.array(ORIGINS)[t.origin],
                "born": self._iso(t.minute),
                "first_listed": self._iso(t.first_listed),
                "last_listed": self._iso(t.last_listed),
                "minutes_listed": t.listed_steps * self.clock.step_minutes,
                "best_rank": np.where(t.best_rank < 0, 0, t.best_rank),
                "peak_heat": t.peak_heat,
                "reads": t.reads,
                "discussions": t.discussions,
                "posts": t.posts,
            }
        )
        return pd.concat([own, *(self._background(p) for p in world.background)], ignore_index=True)

    def _background(self, platform: int) -> pd.DataFrame:
        """Background topics that were listed; nobody simulated their reads."""
        stays = background_stays(self._log(platform), self.clock.step_minutes)
        born = self._iso(stays.first_listed)
        return pd.DataFrame(
            {
                "platform": self.world.platforms[platform],
                "topic": [f"background {i}" for i in stays.id],
                "story": "",
                "origin": "background",
                "born": born,
                "first_listed": born,
                "last_listed": self._iso(stays.last_listed),
                "minutes_listed": stays.listed_steps * self.clock.step_minutes,
                "best_rank": stays.best_rank,
                "peak_heat": stays.peak_heat,
                "reads": 0,
                "discussions": 0,
                "posts": 0,
            }
        )

    def _log(self, platform: int) -> np.ndarray:
        """Step, place, topic, heat and slot of whatever stood on a list, i8[n, 5]."""
        return np.concatenate([np.zeros((0, 5), np.int64), *self.world.list_log[platform]])

    @cached_property
    def hot_list(self) -> pd.DataFrame:
        """Every place of every list at every step."""
        frames = [self._list_of(p) for p, log in self.world.list_log.items() if log]
        columns = ["time", "platform", "rank", "topic", "story", "heat", "slot"]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)

    def _list_of(self, platform: int) -> pd.DataFrame:
        step, place, name, heat, slot = self._log(platform).T
        times = np.array([self.clock.iso(s * self.clock.step_minutes) for s in range(self.clock.n_steps)])
        titles = np.array([*self.world.topic_titles, ""], object)
        stories = np.array([*(self.world.stories[s] for s in self.world.topics.story), ""], object)
        own = np.where(name >= 0, name, len(titles) - 1)
        words = titles[own]
        words[name < 0] = [f"background {-2 - n}" for n in name[name < 0]]
        return pd.DataFrame(
            {
                "time": times[step],
                "platform": self.world.platforms[platform],
                "rank": place,
                "topic": words,
                "story": stories[own],
                "heat": heat,
                "slot": np.array(SLOTS)[slot],
            }
        )

    @cached_property
    def posts(self) -> pd.DataFrame:
        """Posts of actors, and those of users that were reposted."""
        world, posts = self.world, self.world.posts
        totals = world.totals.rows
        trees = metrics.structural_virality(self.cascades["parent"])
        size = metrics.sizes(self.cascades["parent"], self.cascades["weight"])
        tree = {int(root): i for i, root in enumerate(trees["root"])}
        keep = np.flatnonzero((posts.by_actor > 0) | (totals[: posts.n, F_REPOSTS] > 0))
        at = np.array([tree[int(root)] for root in posts.root[keep]], dtype=np.int64)
        names = [self.author(int(posts.author[row])) for row in keep]
        return pd.DataFrame(
            {
                "id": keep,
                "topic": [world.topic_titles[t] for t in posts.topic[keep]],
                "story": np.array(world.stories)[posts.story[keep]],
                "platform": np.array(world.platforms)[posts.platform[keep]],
                "author": [name for name, _ in names],
                "author_kind": [kind for _, kind in names],
                "kind": [self.content(int(row)) for row in keep],
                "born": self._iso(posts.minute[keep]),
                **{name: totals[keep, FLOWS.index(name)] for name in ("impressions", "likes", "comments", "reposts")},
                "size": size[posts.root[keep]],
                "depth": trees["depth"][at] if len(at) else at,
                "structural_virality": np.nan_to_num(trees["structural_virality"][at]).round(6) if len(at) else [],
                "spend": posts.spend[keep],
            }
        )

    def author(self, row: int) -> tuple[str, str]:
        """Name and kind of whoever has a row: a user or an account."""
        if row < self.world.n_users:
            return f"user {row}", "user"
        account = self.world.accounts[row - self.world.n_users]
        return account.title, account.kind

    def content(self, row: int) -> str:
        """Kind of content of a post."""
        posts = self.world.posts
        return list(list(self.scenario.platforms.values())[posts.platform[row]].content)[posts.content[row]]

    @cached_property
    def actions(self) -> pd.DataFrame:
        """What every mind and every scheduled fact did."""
        columns = ["time", "actor", "kind", "action", "platform", "topic", "spend", "why"]
        rows = [(self.clock.iso(minute), *rest) for minute, *rest in self.deeds.actions]
        return pd.DataFrame(rows, columns=columns)

    # ---- summary

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Metric → number, with units in the names."""
        flows = self.board.series[..., : len(FLOWS)].sum(axis=2)
        summary: dict[str, Any] = {"people_simulated": self.world.n_users, "people_per_row": self.world.ratio}
        summary["people_reached"] = int(self.world.new_total.sum())
        summary |= self._overall(flows.sum(axis=1, dtype=np.int64))
        for p, name in enumerate(self.world.platforms):
            summary |= self._platform_summary(p, name, flows[:, p].astype(np.int64))
        summary |= self._actor_summary()
        summary["spend_yuan"] = int(sum(mind.spent for mind in self.deeds.minds.values()))
        return summary

    def _overall(self, flows: np.ndarray) -> dict[str, int]:
        """All platforms together, of flows by step, i8[steps, flows]."""
        total = flows.sum(axis=0)
        return {
            "impressions": int(total[F_IMPRESSIONS]),
            "discussions": int(total[[F_COMMENTS, F_REPOSTS, F_CREATIONS]].sum()),
            "intents": int(total[FLOWS.index("intents")]),
            "followers_won": sum(int(account.gained) for account in self.world.accounts),
            "peak_hour_impressions": int(_by_hour(flows[:, F_IMPRESSIONS], self.clock.step_minutes).max(initial=0)),
            "days_listed": self._days_listed(),
        }

    def _days_listed(self) -> int:
        """Days on which a topic of the stories stood on some list, at any step; bought places count for nothing."""
        logs = [part for log in self.world.list_log.values() for part in log]
        if not logs:
            return 0
        step, _, topic, _, slot = np.concatenate(logs).T
        start = self.scenario.start
        minutes = step[(topic >= 0) & (slot != SLOTS.index("ad"))] * self.clock.step_minutes
        return len(np.unique((start.hour * 60 + start.minute + minutes) // 1440))

    def _platform_summary(self, p: int, name: str, flows: np.ndarray) -> dict[str, Any]:
        total = flows.sum(axis=0)
        hourly = _by_hour(flows[:, F_IMPRESSIONS], self.clock.step_minutes)
        topics, log = self.world.topics, self._log(p)
        own = topics.platform == p
        best = topics.best_rank[own & (topics.first_listed >= 0)]
        other = np.unique(log[(log[:, 2] < 0) & (log[:, 4] == 0), 2])
        return {
            f"{name}_impressions": int(total[F_IMPRESSIONS]),
            f"{name}_new_reach": int(total[F_NEW]),
            f"{name}_likes": int(total[F_LIKES]),
            f"{name}_reposts": int(total[F_REPOSTS]),
            f"{name}_discussions": int(total[[F_COMMENTS, F_REPOSTS, F_CREATIONS]].sum()),
            f"{name}_intents": int(total[FLOWS.index("intents")]),
            **self._media(p, name),
            f"{name}_peak_hour_impressions": int(hourly.max(initial=0)),
            f"{name}_first_100k_hours": _first_reaching(flows[:, F_IMPRESSIONS], 100_000, self.clock.step_minutes),
            f"{name}_topics": int(own.sum()),
            f"{name}_topics_listed": len(best),
            f"{name}_best_rank": int(best.min()) if len(best) else None,
            f"{name}_background_topics_listed": len(other),
        }

    def _media(self, p: int, name: str) -> dict[str, int]:
        """Impressions by channel, and as owned (an actor's own followers), paid and earned (all others)."""
        by_channel = {
            f"{name}_via_{channel}": int(n) for channel, n in zip(CHANNELS, self.world.channels[p], strict=True) if n
        }
        owned, paid = int(self.world.owned[p]), int(self.world.channels[p, PAID])
        earned = int(self.world.channels[p].sum()) - owned - paid
        return by_channel | {f"{name}_owned": owned, f"{name}_earned": earned, f"{name}_paid": paid}

    def _actor_summary(self) -> dict[str, Any]:
        acted = self.actions[self.actions.kind != "fact"]
        summary: dict[str, Any] = {
            f"{kind}_actions": int((acted.kind == kind).sum()) for kind in ("kol", "bureau", "brand", "media", "star")
        }
        summary["bureaus_acted"] = int(acted[acted.kind == "bureau"].actor.nunique())
        rivals = _rivals(self.actions, self.scenario)
        summary["rival_bureaus_acted"] = int(rivals.actor.nunique())
        summary["rival_bureaus_first_day"] = _within_a_day(rivals)
        for account in self.world.accounts:
            if account.gained:
                platform = self.world.platforms[account.platform]
                summary[f"{account.actor}_{platform}_followers_won"] = int(account.gained)
        first = np.flatnonzero(self.world.posts.by_actor)
        if len(first):
            summary["first_post_likes"] = int(self.world.totals.rows[first[0], F_LIKES])
            summary["first_post_impressions"] = int(self.world.totals.rows[first[0], F_IMPRESSIONS])
        return summary

    # ---- digests

    def digests(self) -> dict[str, str]:
        """SHA-256 of the integers and words of each output, and of all of them (``all``)."""
        return digests({name: getattr(self, name) for name in self.names}, self.cascades)

    def facts(self) -> dict[str, Any]:
        """What run.json says of this kind of run alone."""
        from sim.model import MODEL_VERSION

        return {
            "model_version": MODEL_VERSION,
            "start": self.scenario.start.isoformat(),
            "channels": list(CHANNELS),
        }


def digests(frames: dict[str, pd.DataFrame], cascades: dict[str, np.ndarray]) -> dict[str, str]:
    """SHA-256 of the integers and words of each table, of the cascades, and of all of them (``all``)."""
    parts = {name: _frame_digest(frame) for name, frame in frames.items()}
    columns = [cascades[name] for name in sorted(cascades)]
    parts["cascades"] = hashlib.sha256(b"".join(column.astype("<i8").tobytes() for column in columns)).hexdigest()
    parts["all"] = hashlib.sha256("".join(parts[name] for name in sorted(parts)).encode()).hexdigest()
    return parts


def running_total(name: str, at: datetime, series: pd.DataFrame, actions: pd.DataFrame, scenario: Scenario) -> float:
    """What a run had come to at a time: a ``platform_flow`` such as ``weibo_impressions``, or rivals that had acted."""
    here = at.astimezone(datetime.fromisoformat(series.time.iloc[0]).tzinfo).isoformat(timespec="minutes")
    if name == RIVALS:
        rivals = _rivals(actions, scenario)
        return float(rivals[rivals.time <= here].actor.nunique())
    found = platform_flow(name, series.platform.unique())
    if found is None:
        raise SimError(f"metric '{name}' is no platform_flow such as weibo_impressions, as a time needs it")
    platform, flow = found
    flows = ["comments", "reposts", "creations"] if flow == "discussions" else [flow]
    past = series[(series.platform == platform) & (series.time <= here)]  # times are compared as text
    return float(past[flows].to_numpy().sum())


def _rivals(actions: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """What rival bureaus did by their own decision."""
    return actions[(actions.kind == "bureau") & actions.actor.isin(scenario.rivals)]


def _within_a_day(actions: pd.DataFrame) -> int:
    """How many actors acted within 24 hours of the first action."""
    times = pd.to_datetime(actions.time)
    return int(actions[times < times.min() + pd.Timedelta(hours=24)].actor.nunique()) if len(actions) else 0


def _by_hour(flow: np.ndarray, step_minutes: int) -> np.ndarray:
    per_hour = 60 // step_minutes
    return np.add.reduceat(flow, np.arange(0, len(flow), per_hour)) if len(flow) else flow


def _first_reaching(flow: np.ndarray, level: int, step_minutes: int) -> float | None:
    """Hours until the running total reaches ``level``; None if it never does."""
    reached = np.flatnonzero(np.cumsum(flow) >= level)
    return round(int(reached[0]) * step_minutes / 60, 2) if len(reached) else None


def _frame_digest(frame: pd.DataFrame) -> str:
    """Digest of the integer and text columns; floats (structural virality) follow from them and are left out."""
    kept = frame[[name for name in frame.columns if frame[name].dtype.kind != "f"]]
    return hashlib.sha256(kept.to_csv(index=False, lineterminator="\n").encode("utf-8")).hexdigest()


def write(folder: Path, tables: Tables | SpreadTables, record: dict[str, Any], resolved: str) -> None:
    """Fill a folder with a run's files; pictures and page are drawn from them."""
    for name in tables.names:
        getattr(tables, name).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    np.savez_compressed(folder / "cascades.npz", **tables.cascades)
    (folder / "scenario.resolved.yaml").write_text(resolved, encoding="utf-8")
    _write_json(folder / "summary.json", tables.summary)
    _write_json(folder / "run.json", record)


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def publish(target: Path, fill: Callable[[Path], None]) -> Path:
    """Make ``target`` by filling a hidden folder beside it and renaming it; a failure leaves nothing behind."""
    made = [parent for parent in (target.parent, *target.parent.parents) if not parent.exists()]
    draft = target.parent / f".{target.name}.{uuid.uuid4().hex[:8]}"
    try:
        draft.mkdir(parents=True)
        fill(draft)
        with _undisturbed():
            _swap(draft, target)
    except OSError as error:  # the draft is nobody's concern
        raise OSError(error.errno, error.strerror or str(error), str(target)) from error
    finally:
        with _undisturbed():
            _clear(draft, made)
    return target


def publish_study(target: Path, texts: Mapping[str, str], name: str, picture: Callable[[], Figure]) -> Path:
    """Publish a folder of texts, by their names in it, and a picture, ``figures/NAME.png``; returns ``target``."""
    from sim.fonts import lettering

    def fill(folder: Path) -> None:
        for place, text in texts.items():
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_text(text, encoding="utf-8")
        (folder / "figures").mkdir()
        with lettering():
            picture().savefig(folder / "figures" / f"{name}.png")

    return publish(target, fill)


def _swap(draft: Path, target: Path) -> None:
    """Rename the draft over the target; an older run of the same digest gives way."""
    old = draft.with_name(f"{draft.name}.old")
    if target.is_dir():
        target.replace(old)
    try:
        draft.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _clear(draft: Path, made: list[Path]) -> None:
    """Take the draft away, and those folders made for it that hold nothing."""
    shutil.rmtree(draft, ignore_errors=True)
    for parent in made:
        if parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Neither Ctrl-C nor a request to end comes between; it takes milliseconds. Signals are the main thread's."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
