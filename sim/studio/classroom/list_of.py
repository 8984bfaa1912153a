"""What a class is shown of a run of the town: the list as it stands, topics, and what every team has come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.studio.classroom.town import teams, told

if TYPE_CHECKING:
    from sim.runs.result import Result

SHOWN = 15  # places of the list


def standing(result: Result) -> dict[str, Any]:
    """The list at the end of a run, the story's topics, and the teams.

    Returns:
        ``list``: rank, topic, whether it is the story's, heat, of the first places and of those of the story;
        ``topics``: title, reads, rank now (None: not listed), best rank, the leader first; ``teams``: reads, posts and
        spend by name, and the best rank of topics that it opened; ``reached``: people.
    """
    listed, topics, posts = (result.as_written(name) for name in ("hot_list", "topics", "posts"))
    now = listed[listed.time == listed.time.max()] if len(listed) else listed
    story = told()["story"]["name"]
    rows = [_place(row, story) for row in now.sort_values("rank").to_dict("records")]
    ours = {row["topic"]: row["rank"] for row in rows if row["ours"]}
    known = [_topic(row, ours) for row in topics[topics.story == story].to_dict("records")]
    known.sort(key=lambda one: (one["rank"] is None, one["rank"] or 0, -one["reads"], one["title"]))
    return {
        "list": [row for i, row in enumerate(rows) if i < SHOWN or row["ours"]],
        "places": len(rows),
        "topics": known,
        "teams": {name: _team(name, posts, known) for name in teams()},
        "reached": int(result.summary["people_reached"]),
        "digest": result.digest,
    }


def _place(row: Any, story: str) -> dict[str, Any]:
    ours = row["story"] == story
    return {"rank": int(row["rank"]), "topic": str(row["topic"]), "ours": ours, "heat": int(row["heat"])}


def _topic(row: dict[str, Any], ours: dict[str, int]) -> dict[str, Any]:
    title, best = str(row["topic"]), int(row["best_rank"])
    listed = int(row["minutes_listed"]) > 0
    return {
        "title": title,
        "reads": int(row["reads"]),
        "rank": ours.get(title),
        "best": best if listed else None,
        "minutes": int(row["minutes_listed"]),
    }


def _team(name: str, posts: Any, topics: list[dict[str, Any]]) -> dict[str, Any]:
    """What a team's posts have come to, whoever decided on them."""
    own = posts[posts.author == teams()[name]["title"]["zh"]]
    under = {str(title) for title in own.topic}
    ranks = [one["best"] for one in topics if one["title"] in under and one["best"] is not None]
    return {
        "reads": int(own.impressions.sum()),
        "posts": len(own),
        "spend": int(own.spend.sum()),
        "best": min(ranks, default=None),
        "likes": int(own.likes.sum()),
    }
