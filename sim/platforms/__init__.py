"""What is shown to whom? A platform is numbers (`sim/catalog/`) over mechanisms (here).

`base` says what a mechanism is, `stage` what it sees, `platform` what a catalogue file may say; every other file is a
mechanism or a part of one. A new one is a file and its place in the list below.
"""

from __future__ import annotations

from sim.platforms.bandwagon import Bandwagon
from sim.platforms.base import MECHANISMS
from sim.platforms.comment_wall import CommentWall
from sim.platforms.crowd import Crowd
from sim.platforms.follow_feed import FollowFeed
from sim.platforms.hot_list import HotList
from sim.platforms.live_room import LiveRoom
from sim.platforms.paid_reach import PaidReach
from sim.platforms.private_ties import PrivateTies
from sim.platforms.search import Search
from sim.platforms.search_index import SearchIndex
from sim.platforms.slots import Slots
from sim.platforms.subscription import Subscription
from sim.platforms.traffic_pools import TrafficPools
from sim.platforms.user_topics import UserTopics
from sim.platforms.visits import Visits

__all__ = ["MECHANISMS"]

# In the order in which they act in a step. Their channels are numbered in it, so a new one goes last.
for _mechanism in (
    FollowFeed,
    TrafficPools,
    HotList,
    Search,
    PaidReach,
    UserTopics,
    PrivateTies,
    Crowd,
    SearchIndex,
    Subscription,
    Slots,
    LiveRoom,
    CommentWall,
    Bandwagon,
    Visits,
):
    MECHANISMS.register(_mechanism)
