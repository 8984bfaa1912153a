"""What decides a response to a post, folded into its thresholds before anyone sees it, as compiled passes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.jit import inner, njit
from sim.base.kernels import bits, unit
from sim.world.records import RESPONSES, TAG_ALONE, TAG_BESIDE

_ZERO = np.uint64(0)
_WHOLE = 2.0**32
_ATTEND, _COMMENT, _REPOST, _CREATE, _FOLLOW, _SEARCH, _INTEND = (
    RESPONSES.index(name) for name in ("attend", "comment", "repost", "create", "follow", "search", "intend")
)


class New(NamedTuple):
    """Columns of the table of posts; the last three are written."""

    ident: np.ndarray
    topic: np.ndarray
    story: np.ndarray
    negative: np.ndarray
    by_actor: np.ndarray
    names_subject: np.ndarray
    chance: np.ndarray
    intend: np.ndarray
    tags: np.ndarray


class Told(NamedTuple):
    """What stories are like, as arrays of an entry each; tones for a story come first, those against it second."""

    appeal: np.ndarray  # f8
    attend: np.ndarray  # f8[stories, 2] factors of their tones
    repost: np.ndarray  # f8[stories, 2]
    tag: np.ndarray  # i8 number of its standing tag; −1: it has none
    tag_share: np.ndarray  # f8 of posts under another topic that carry it beside that
    tag_key: np.ndarray  # u8, stream key of that coin


class Now(NamedTuple):
    """Columns of the table of stories."""

    offers_factor: np.ndarray
    making_factor: np.ndarray


@njit(cache=True)
def fold(first, posts, told, now, usual, talk, titles, appeal, charm, pull, passing):
    """Write thresholds and standing tags of new posts, those from row ``first`` on.

    Args:
        first: row of the first.
        posts: columns of all posts.
        told: what stories are like.
        now: how readily people intend and make something now.
        usual: f8[≥ responses] chances of the responses to a usual post of their kind.
        talk: f8[topics] how much more than usual readers discuss and search each.
        titles: i8[topics] number of the standing tag that is the title of each; −1: it is none.
        appeal: of the posts, times that of their story.
        charm: factor on following an account; after users' posts only whom a story is about can be followed.
        pull: f8[posts] quality of each.
        passing: f8[posts] infectiousness of each.
    """
    lift, more = np.ones(len(RESPONSES)), np.ones(len(RESPONSES))
    for i in range(pull.shape[0]):
        post = first + i
        story, topic, tone = posts.story[post], posts.topic[post], np.int64(posts.negative[post] != 0)
        lift[_ATTEND], more[_ATTEND] = told.appeal[story] * appeal * pull[i], told.attend[story, tone]
        lift[_REPOST], more[_REPOST] = passing[i], told.repost[story, tone]
        lift[_COMMENT] = lift[_SEARCH] = talk[topic]
        lift[_CREATE], more[_CREATE] = np.sqrt(talk[topic]), now.making_factor[story]
        lift[_FOLLOW] = charm if posts.by_actor[post] else np.float64(posts.names_subject[post])
        for response in range(posts.chance.shape[1]):
            chance = min(np.rint(usual[response] * lift[response] * more[response] * 1e9) / 1e9, 1.0)
            posts.chance[post, response] = np.uint64(np.floor(chance * _WHOLE))
        posts.intend[post] = posts.chance[post, _INTEND]
        _weigh(post, posts, now)
        posts.tags[post] = _tag(
            posts.ident[post], titles[topic], told.tag[story], told.tag_share[story], told.tag_key[story]
        )


@njit(cache=True)
def weigh(rows, posts, now):
    """Write thresholds of an intent of some posts under the offers that are in force."""
    for post in rows:
        _weigh(post, posts, now)


@inner(cache=True, counts=False)
def _weigh(post, posts, now):
    """The base of the post times the factor of the offers."""
    lifted = np.floor(np.rint(posts.intend[post] * now.offers_factor[posts.story[post]] * 1e6) / 1e6)
    posts.chance[post, _INTEND] = np.uint64(min(lifted, _WHOLE))


@inner(cache=True, counts=False)
def _tag(ident, title, tag, share, key):
    """What stands under the tag itself has it alone; of other posts a coin of the post decides."""
    if tag < 0:
        return 0
    beside = unit(bits(key, ident, _ZERO, _ZERO)) < share
    return TAG_ALONE if title == tag else TAG_BESIDE if beside else 0
