"""Pushing a post: to the followers that an account began with, who are computed, and to those whom it has won."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.base import streams
from sim.platforms.base import Channel, Showing
from sim.world.records import ACCOUNT, ACT, FOLLOWERS, OFFER

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage

BLANK, BLANK_FACTOR = np.zeros(0, np.int64), np.zeros(0, np.uint64)  # as the blank has it
FEWEST = 64  # rows that stand for a small account's followers, so that it does not hang on the luck of one


def to_followers(
    mechanism: Showing,
    stage: PlatformStage,
    share: np.void,
    see: float,
    samples: int,
    won_rows: int,
    channel: Channel | None = None,
    delayed: bool = True,
) -> np.ndarray:
    """Offer a share of an account to its followers: two rows, those it began with and the first it has won since.

    Args:
        mechanism: which one pushes.
        stage: where.
        share: ACT row of the account's share.
        see: probability that a follower sees it.
        samples: simulated views aimed at.
        won_rows: how many of the rows won, the earliest first.
        channel: by which they see it; the mechanism's first, unless another is named.
        delayed: they see it when they next look; else at once.
    """
    world, row = stage.world, int(share["user"])
    account = world.accounts[row - world.n_users]
    weight = min(max(int(world.followers(row) * see) // samples, 1), world.ratio)
    crowd = round(account.followers / stage.membership)  # people of whom so many use the platform
    domain = min(world.n_users, max(1, min(FEWEST, crowd), round(crowd / world.ratio)))
    begun = round(account.followers / (weight * stage.membership))
    salt = streams.py_bits(stage.key("account"), int(world.posts.ident[int(share["post"])]))
    return mechanism.table(
        stage,
        2,
        channel,
        post=share["post"],
        event=share["parent"],
        mode=[ACCOUNT, FOLLOWERS],
        source=account.ident,
        row=row,
        first=[salt % domain, 0],
        count=[begun, won_rows * world.ratio // weight],
        domain=[domain, max(1, won_rows)],
        weight=weight,
        see=streams.threshold(see),
        minute=share["minute"],
        delayed=int(delayed),
    )


def to_tied(
    blank: np.ndarray,
    shared: np.ndarray,
    count: np.ndarray,
    attend: np.ndarray = BLANK_FACTOR,
    *,
    first: np.ndarray = BLANK,
    domain: np.ndarray = BLANK,
) -> np.ndarray:
    """Offer shares of users, ACT, to so many of those tied to each; ``blank``: what is not said of them, OFFER[1]."""
    from sim.world.pushing import fill_pushed  # to read a scenario takes no compiler

    offers = np.empty(len(shared), OFFER)
    fill_pushed(offers, blank, shared, first, count, domain, attend)
    return offers


def won_by(stage: PlatformStage, share: np.void) -> int:
    """Rows that the account of a share has won as followers in the run."""
    return sum(len(part) for part in stage.world.accounts[int(share["user"]) - stage.world.n_users].won)


def root_share(stage: PlatformStage, post: int) -> np.void:
    """A post as its account shared it first."""
    posts, share = stage.world.posts, np.zeros(1, ACT)
    share["post"], share["user"], share["parent"] = post, posts.author[post], posts.root[post]
    share["minute"], share["weight"] = posts.minute[post], posts.weight[post]
    row: np.void = share[0]
    return row
