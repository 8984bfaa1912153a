"""Which fact of a platform is measured how, in one table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sim.studies.reality import graphs
from sim.studies.reality.platforms import accounts, articles, campaigns, news, notes, questions, shows, songs, videos
from sim.studies.reality.platforms.facts import PlatformFact
from sim.studies.reality.platforms.watch import Finished

Measure = Callable[[Finished, PlatformFact], float]


def _made(run: Finished, fact: PlatformFact, number: int = 0) -> pd.DataFrame:
    """Posts of accounts on a platform of the fact."""
    posts = run.of("posts", fact.on[number])
    return posts[posts.account]


def _ways(run: Finished, fact: PlatformFact) -> pd.DataFrame:
    """By which ways all that is posted on the platform was seen."""
    return run.ways[run.ways.platform == fact.on[0]]


def _ways_made(run: Finished, fact: PlatformFact) -> pd.DataFrame:
    """By which ways posts of accounts were."""
    ways = _ways(run, fact)
    return ways[ways.account]


def _on_list(measure: Callable[[np.ndarray], float]) -> Measure:
    """A measure of a list that is read once an hour. Of several platforms, that which the world has."""

    def measured(run: Finished, fact: PlatformFact) -> float:
        platform = next(name for name in fact.on if name in run.tables.world.platforms)
        listed = run.of("hot_list", platform)
        listed = listed[listed.slot == "organic"]
        start = pd.Timestamp(run.tables.clock.iso(0))
        minute = (pd.to_datetime(listed.time) - start).dt.total_seconds() // 60
        sightings = pd.DataFrame({"minute": minute.astype(int), "topic": listed.story + "/" + listed.topic})
        return measure(questions.hourly(sightings, run.tables.clock.n_steps * run.step // 60))

    return measured


def _remakes(run: Finished, fact: PlatformFact) -> float:
    return campaigns.plays_per_remake(run.of("flows", fact.on[0]))


def _between(measure: Callable[[pd.DataFrame, int, int], float]) -> Measure:
    """A measure of what happened between the two times of the fact."""

    def measured(run: Finished, fact: PlatformFact) -> float:
        end = run.tables.clock.n_steps * run.step
        return measure(run.of("flows", fact.on[0]), run.minute(fact.since, 0), run.minute(fact.until, end))

    return measured


def _holiday(run: Finished, fact: PlatformFact) -> float:
    """Between the times of the fact, over the same days of the year before."""
    assert fact.since is not None
    assert fact.until is not None
    before = fact.since.replace(year=fact.since.year - 1)
    back = int((fact.since - before).total_seconds()) // 60
    since, until = run.minute(fact.since, 0), run.minute(fact.until, 0)
    return campaigns.searches_over_before(run.of("flows", fact.on[0]), since, until, back)


def _head(run: Finished, fact: PlatformFact) -> float:
    posts = run.of("posts", fact.on[0])
    return graphs.top_share(posts.impressions.to_numpy(), posts.people.to_numpy())


def _places(run: Finished, fact: PlatformFact) -> pd.DataFrame:
    """Every place of the platform's list, the background's too."""
    listed = run.tables.hot_list
    return listed[(listed.platform == fact.on[0]) & (listed.slot == "organic")]


def _newsrooms(run: Finished, fact: PlatformFact) -> float:
    return news.accounts_within(run.of("posts", fact.on[0]), run.minute(fact.since, 0))


def _day(run: Finished, fact: PlatformFact) -> float:
    assert fact.since is not None
    return campaigns.day_share(_places(run, fact), fact.since.date().isoformat())


def _per_view(act: str) -> Measure:
    return lambda run, fact: videos.act_per_view(_made(run, fact), act)


MEASURES: dict[str, Measure] = {
    "P01": lambda run, fact: articles.open_rate(_ways_made(run, fact)),
    "P02": lambda run, fact: articles.share_rate(_made(run, fact)),
    "P03": lambda run, fact: articles.from_message(_ways_made(run, fact)),
    "P04": lambda run, fact: articles.from_friends(_ways_made(run, fact)),
    "P05": lambda run, fact: articles.reads_per_share(_ways_made(run, fact), _made(run, fact)),
    "P06": lambda run, fact: articles.likes_per_read(_made(run, fact)),
    "P07": lambda run, fact: articles.reads_per_article(_made(run, fact)),
    "P08": lambda run, fact: articles.reading_by_friends(run.ties(fact.on[0])),
    "P09": lambda run, fact: articles.sharing_peak(run.watch.showings),
    "P14": lambda run, fact: notes.reads_per_impression(_made(run, fact)),
    "P15": lambda run, fact: notes.followers_decide(_made(run, fact), _made(run, fact, 1)),
    "P17": lambda run, fact: notes.search_share(_ways(run, fact)),
    "P18": lambda run, fact: notes.first_results_share(run.results(fact.on[0])),
    "P19": _holiday,
    "P23": lambda run, fact: videos.likes_per_impression(_ways(run, fact)),
    "P25": _head,
    "P26": lambda run, fact: videos.followers_reached(_made(run, fact)) / videos.followers_reached(_made(run, fact, 1)),
    "P27": lambda run, fact: videos.comments_of_the_hit(run.of("posts", fact.on[0])),
    "P30": _per_view("bullets"),
    "P31": _per_view("likes"),
    "P32": _per_view("gifts"),
    "P33": _per_view("comments"),
    "P34": lambda run, fact: videos.act_over_act(_made(run, fact), "bullets", "comments"),
    "P38": _on_list(questions.stay_median),
    "P39": _on_list(questions.total_median),
    "P40": _on_list(questions.retention),
    "P41": _on_list(questions.new_per_day),
    "P42": _on_list(questions.over_a_day),
    "P43": lambda run, fact: notes.reads_per_impression(_made(run, fact)),
    "P45": _on_list(questions.stay_median),
    "P53": lambda run, fact: songs.comment_readers(_ways(run, fact)),
    "P54": lambda run, fact: songs.recommended_plays(_ways(run, fact)),
    "P55": lambda run, fact: songs.comments_per_share(run.of("posts", fact.on[0])),
    "P59": lambda run, fact: shows.first_minutes_share(run.of("flows", fact.on[0])),
    "P61": lambda run, fact: shows.topic_reads_per_play(run.of("topics", fact.on[1]), run.of("flows", fact.on[0])),
    "P64": lambda run, fact: news.list_lag(run.of("topics", fact.on[0]), run.of("topics", fact.on[1])),
    "P65": _newsrooms,
    "P66": lambda run, fact: news.places_held(_places(run, fact)),
    "P69": _day,
    "P70": _remakes,
    "P71": _between(campaigns.reposts_between),
    "P72": _between(campaigns.viewers_per_booking),
}
# Of accounts as they are drawn, without a run.
DRAWN: dict[str, Callable[[np.ndarray], float]] = {
    "P16": lambda followers: accounts.share_between(followers, 10_000, 10_000, 100_000),
    "P24": lambda followers: accounts.share_between(followers, 1_000, 10_000_000),
}
