"""What a view leads to on a platform, and what a kind of content makes of it."""

from __future__ import annotations

from pydantic import Field

from sim.base.strict import Factor, Share, Strict, front


class Response(Strict):
    """What a view leads to: ``attend`` per view, the others given attending."""

    attend: Share = Field(description="watches to the end, opens or reads")
    like: Share
    comment: Share
    repost: Share = Field(
        description="passes it on",
        json_schema_extra=front("reposts per reader", "阅读后转发", "share", span=(0.0001, 1), log=True),
    )
    create: Share = Field(description="makes an own post about it")
    follow: Share = Field(description="follows the author, if it is an actor")
    search: Share
    intend: Share = Field(description="means to travel, to buy or to give")
    relay: Share = Field(0.0, description="shares it onwards on another platform (`relay_to`)")
    favourite: Share = Field(0.0, description="collects it")
    gift: Share = Field(0.0, description="gives a gift, a coin or a hug")
    bullet: Share = Field(0.0, description="writes a bullet comment")


class Content(Strict):
    """A kind of content: factors on the platform's responses, and how long its topic stays new."""

    attend: Factor = 1.0
    like: Factor = 1.0
    comment: Factor = 1.0
    repost: Factor = 1.0
    create: float = Field(1.0, ge=0, le=1000)  # a template turns a good part of those whom it holds into makers
    follow: Factor = 1.0
    search: Factor = 1.0
    intend: Factor = 1.0
    relay: Factor = 1.0
    favourite: Factor = 1.0
    gift: Factor = 1.0
    bullet: Factor = 1.0
    half_life_hours: float = Field(gt=0, le=10_000, description="hours in which half of a topic's novelty is gone")
    reinforcement: float = Field(
        0.0, ge=0, le=100, description="what having seen the story three times lately adds to the factor on `create`"
    )
    making_half_life_hours: float = Field(
        0.0, ge=0, le=1000, description="hours until half of the users who set out to make one have it out"
    )
    becomes: str = Field("", description="kind of what users make after one of this kind; empty: `user_content`")
    act_floor: float = Field(
        0.0, ge=0, le=1, description="least factor on acts that a channel leaves: whoever comes for it comes to act"
    )
    lucky_draw: bool = Field(False, description="posts of this kind give prizes to some of those who share them")
    help: str = ""
