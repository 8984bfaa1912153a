"""What does a mind see, and what does it decide? A policy is data plus one verb, ``decide(board, me) -> actions``.

A policy sees a `Dashboard` (what is public, some time ago) and `Me` (its own ledger), never the world's arrays.
Every action says why in words that name what was seen. Policies of one actor are asked in order. Not modelled: what
a post says (only its tone and kind), negotiation beyond one take-it-or-leave-it fee.
"""

from __future__ import annotations

from sim.minds.action import Action, Deed
from sim.minds.base import POLICIES, AnyPolicy, Policy
from sim.minds.bots import WaterArmy
from sim.minds.brands import CrisisReply, SponsorWhenRising
from sim.minds.bureaus import Rivalry
from sim.minds.coverage import Cover, FollowUp, OwnLife
from sim.minds.dashboard import Dashboard, Fee, Joined, Latest, Listed, Me, Reads
from sim.minds.editors import HoldDown, PinListed, PromoteStory
from sim.minds.kols import PaidCollaboration, RideHot
from sim.minds.media import CarryWire, NewsDesk
from sim.minds.memes import RideTemplate
from sim.minds.needs import CallForHelp
from sim.minds.organisations import AccountForGifts, AskToGive, PartnerPosts
from sim.minds.peers import JoinPeers
from sim.minds.specialists import Explain
from sim.minds.spreading import PassOn
from sim.minds.topics import OpenTopics, SteadyPosting

__all__ = [
    "POLICIES",
    "AccountForGifts",
    "Action",
    "AnyPolicy",
    "AskToGive",
    "CallForHelp",
    "CarryWire",
    "Cover",
    "CrisisReply",
    "Dashboard",
    "Deed",
    "Explain",
    "Fee",
    "FollowUp",
    "HoldDown",
    "JoinPeers",
    "Joined",
    "Latest",
    "Listed",
    "Me",
    "NewsDesk",
    "OpenTopics",
    "OwnLife",
    "PaidCollaboration",
    "PartnerPosts",
    "PassOn",
    "PinListed",
    "Policy",
    "PromoteStory",
    "Reads",
    "RideHot",
    "RideTemplate",
    "Rivalry",
    "SponsorWhenRising",
    "SteadyPosting",
    "WaterArmy",
]
