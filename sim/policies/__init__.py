"""What a mind decides: each policy is data plus one verb, ``decide(board, me) -> actions``.

A policy sees a `Dashboard` (what is public, some time ago) and `Me` (its own ledger), never the world's arrays.
Every action says why in words that name what was seen. Policies of one actor are asked in order. Not modelled: what
a post says (only its tone and kind), negotiation beyond one take-it-or-leave-it fee.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.policies.base import POLICIES, Policy
from sim.policies.brands import CrisisReply, SponsorWhenRising
from sim.policies.bureaus import Rivalry
from sim.policies.dashboard import Action, Dashboard, Joined, Listed, Me, Offer
from sim.policies.kols import PaidCollaboration, RideHot
from sim.policies.media import FollowUp, NewsDesk
from sim.policies.topics import OpenTopics, SteadyPosting

__all__ = [
    "POLICIES",
    "Action",
    "AnyPolicy",
    "CrisisReply",
    "Dashboard",
    "FollowUp",
    "Joined",
    "Listed",
    "Me",
    "NewsDesk",
    "Offer",
    "OpenTopics",
    "PaidCollaboration",
    "Policy",
    "RideHot",
    "Rivalry",
    "SponsorWhenRising",
    "SteadyPosting",
]

AnyPolicy = Annotated[
    RideHot
    | PaidCollaboration
    | SteadyPosting
    | OpenTopics
    | Rivalry
    | NewsDesk
    | FollowUp
    | SponsorWhenRising
    | CrisisReply,
    Field(discriminator="kind"),
]
