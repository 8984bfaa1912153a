"""All policies that an actor may have, as one type: the key ``kind`` tells which."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.minds.brands import CrisisReply, SponsorWhenRising
from sim.minds.bureaus import Rivalry
from sim.minds.kols import PaidCollaboration, RideHot
from sim.minds.media import FollowUp, NewsDesk
from sim.minds.topics import OpenTopics, SteadyPosting

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
