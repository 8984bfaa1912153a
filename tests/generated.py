"""Worlds by number, in which everything there is happens: every mechanism, kind of fact and policy, with its options.

`test_engines` asserts that nothing that is registered is missing from all of them.
"""

import worlds

KINDS = [
    {"kind": "computed", "circle_size": 8, "community_size": 64, "audience_median": 15},
    {"kind": "computed"},
    {"kind": "watts_strogatz", "k": 4},
    {"kind": "barabasi_albert", "m": 3},
    {"kind": "path"},
]
TONES = ["", "awe", "anger", "dread", "wish", "sadness", "correction", "shrug"]
AUDIENCES = {"computed": 200, "watts_strogatz": 4, "barabasi_albert": 6, "path": 2}  # followers of a user, about
TAIL = ("samples", "attend_factor", "act_factor")  # of whatever shows posts
DAY = "2021-01-01"


def world(number):
    """5 to 5,000 people with all their differences, two platforms, every mechanism, many facts and minds."""
    draw = worlds.rng(number)
    users = int(5 * 1000 ** draw.random())
    network = KINDS[number % len(KINDS)] if users > 20 else {"kind": "complete"}
    most = 0.3 / AUDIENCES.get(network["kind"], users)  # of reposts, that cascades may end
    share = draw.random
    represents = users * int(draw.choice([1, 2, 5, 16] if users < 1000 else [1, 2]))
    people = worlds.people(users, represents)
    for plain in ("segments", "activity", "communities", "fatigue"):
        del people[plain]
    people["fatigue"] = {"half_life_hours": 3.0}
    people["tones"] = {"shrug": {"attend": 1.5, "repost": 0.5, "half_life": 0.5}}
    people["kol_tiers"] = {"tail": {"price_per_follower": 2.0}}
    people["overlap"] = {"other": {"square": 0.5}} if number % 2 else {}
    return worlds.document(
        users,
        represents=represents,
        seed=number,
        days=0.25 if users < 1000 else 0.2,  # the plain engine takes seconds for the larger ones
        people=people,
        network=network,
        platforms=platforms(number, draw, represents, most),
        stories={
            "tale": {
                "title": "Tale", "interests": {"looks": 1.0}, "talk": 0.5 + float(share()), "stirs": TONES[number % 8],
                "against_stirs": TONES[number % 7], "user_topic_spread": float(share()),
            } | subject(number),
            "rival": {"title": "Rival", "interaction": 0.5 + 4 * float(share()), "appeal": 0.5 + float(share())}
            | rumour(number),
        },
        actors=[*actors(users), *minds(number, users)],
        interventions=facts(number, represents),
    )  # fmt: skip


def subject(number):
    """Whom a story is about, and the standing tag that its posts carry, under which some of them are by themselves."""
    about = {"subject": "star" if number % 4 else "brand"}
    tag = {"tag": "Tale" if number % 2 else "Talk", "tag_share": 0.25 * (number % 5)}
    return about | (tag if number % 3 else {})


def rumour(number):
    """A story that may be untrue, in every other world; people of one segment believe it more readily."""
    belief = {"convince": 0.4, "correct": 0.5, "blocks": 0.8, "credulity": {"generation_z": 1.5}}
    return {"rumour": belief} if number % 2 else {}


# ---- platforms


def platforms(number, draw, represents, most):
    """A square with every mechanism, and another place with next to none; some carry it from one to the other."""
    share, small = draw.random, lambda: float(draw.random() * most)
    chances = {name: float(share()) for name in ("attend", "like", "comment", "follow", "search", "intend")}
    chances |= {"repost": small(), "create": small() / 100}
    chances |= dict.fromkeys(("relay", "favourite", "gift", "bullet"), 0.1 * (1 + number % 7))
    content = {
        "user": {"half_life_hours": 2.0, "making_half_life_hours": 0.3 * (number % 4)},
        "note": {"half_life_hours": 3.0, "becomes": "user", "act_floor": 0.2, "lucky_draw": True}
        | {"reinforcement": 0.7 * (number % 3), "making_half_life_hours": 0.2 * (number % 5)}
        | dict.fromkeys(chances, 0.7),
    }
    more = {name: float(share()) for name in ("repost_spread", "quality_spread", "talk_spread", "half_life_spread")}
    more |= {"repost_bound": [0.0, 2.0][number % 2], "to_origin": 0.2 * (number % 3), "to_origin_spread": 0.5}
    more |= {"follow_subject": [0.0, 0.5, 1.0][number % 3], "repeat_exponent": 0.5 * (number % 4)}
    more |= {"repeat_half_life_days": 0.05 * (number % 3)}
    crowd = max(4, round(represents * (0.2 + 0.8 * share())))
    square = worlds.platform(
        crowd, chances=chances, mechanisms=mechanisms(number, draw, represents, crowd), content=content,
        relay_to={"other": 0.05 * (number % 4)}, relayed_content="note",
        user_content="user" if number % 3 else "note", **more,
    )  # fmt: skip
    other = worlds.platform(
        represents, chances={"repost": small(), "follow": 0.3, "relay": 0.02}, relay_to={"square": 0.5},
        follow_subject=0.4 * (number % 2),
    )  # fmt: skip
    return {"square": square, "other": other}


def mechanisms(number, draw, represents, crowd):
    """Every mechanism, in odd worlds with every option away from its default."""
    share = draw.random
    ladder = [
        {"impressions": 2 + represents // 20, "hours": 0.25, "pass_score": 0.5},
        {"impressions": 2 + represents // 10, "hours": 0.5, "pass_score": 3.0},
    ]
    own = {
        "follow_feed": {
            "see": float(share()), "samples": int(draw.integers(1, 300)),
            "fade_half_life_hours": 1.0 * (number % 3), "account_size_exponent": 0.1 * (number % 4),
        },
        "search": {"per_interest_hour": 0.003, "samples": 20},
        "user_topics": {"per_interest_hour": 0.002},
        "traffic_pools": {
            "pools": ladder, "freshness_hours": 2.0, "samples": 200, "quality_spread": 0.2 + float(share()),
        },
        "hot_list": {
            "ad_places": [2, 5], "ad_price": 20, "ad_hours": 2.0, "list_share": float(share()), "pinned": True,
            "interaction_spread": 2 * float(share()), "entry_novelty": float(share()),
            "off_list_novelty": 0.3 * float(share()),
        },
        "search_index": {"sated": float(share())},
        "live_room": {"returns": float(share())},
    }  # fmt: skip
    kinds = {"class": {"size": min(4, crowd), "friends": 0.5, "see": 0.5}}
    own["private_ties"] = {"kinds": kinds}
    made = {name: fields | own.get(name, {}) for name, fields in worlds.MECHANISMS.items()}
    if number % 2:
        for name, fields in odd(draw).items():
            made[name] = {key: value for key, value in (made[name] | fields).items() if value is not None}
    return made


def odd(draw):
    """What is left at its default elsewhere, by mechanism; None: the field is left out."""
    share = draw.random
    shown = {name: {key: 0.5 + float(share()) for key in TAIL[1:]} for name in SHOWING}
    shown |= {name: shown[name] | {"samples": int(draw.integers(5, 200))} for name in SHOWING if name != "private_ties"}
    weights = {"weights": {"attend": 1.0, "like": 2.0, "repost": 5.0, "gift": 4.0}, "reference": 0.5}
    options = {
        "bandwagon": {"of": "actors", "content": "user"},
        "comment_wall": {"back_half_life_hours": 3.0},
        "crowd": {"of": "bullet"},
        "follow_feed": {"account_attend_factor": 1.2, "account_act_factor": 0.8},
        "hot_list": {
            "places": 30, "max_age_hours": 5.0, "open_share": float(share()), "audience": 200.0 + 2000 * float(share()),
        },
        "live_room": {"kinds": ["post"], "hours": 3.0, "notice_half_life_minutes": 30.0,
                      "away_half_life_minutes": 20.0},
        "paid_reach": {"audience_factor": 1.5},
        "private_ties": {"to_friends": 0.7},
        "search": {"per_foreign_interest_hour": 0.001},
        "search_index": {"from_pool": 1},
        "subscription": {"reply_window_hours": 6.0},
        "traffic_pools": {
            "completion_reference": None, "like_reference": None, "act_score": weights,
            "head_cap": {"share": 0.3, "from_pool": 2, "memory_hours": 6.0, "ordinary_per_hour": 90},
        },
        "user_topics": {"max_per_hour": 2.0},
        "visits": {
            "holidays": [{"first": DAY, "last": DAY}], "season": [1.5] * 12, "ahead_days": 3, "content": "note",
        },
    }  # fmt: skip
    return {name: shown.get(name, {}) | options.get(name, {}) for name in shown | options}


SHOWING = [
    "comment_wall", "follow_feed", "hot_list", "live_room", "paid_reach", "private_ties", "search", "search_index",
    "slots", "subscription", "traffic_pools",
]  # fmt: skip


# ---- facts


def facts(number, represents):
    """Every kind of fact; posts on both platforms, of both stories, for and against."""
    at = {f"{hour}:{minute:02}": f"{DAY}T0{hour}:{minute:02}+08:00" for hour in range(6) for minute in (0, 10, 30, 40)}
    aimed = {"ages": ["20-29", "60+"], "regions": ["west"]}
    paid = {"fee": 9, "payer": "brand", "news": False}
    change = {"kind": "platform_change", "platform": "square"}
    made = [
        worlds.post(boost=5),
        worlds.post(at["0:40"], boost=5, audience=aimed),
        worlds.post(at["1:10"], platform="other", topic="elsewhere", content="post"),
        worlds.post(at["1:10"], actor="kol", content="note", appeal=2.0, about="news", **paid),
        worlds.post(at["1:30"], actor="star", story="rival", tone="negative", topic="untrue"),
        worlds.post(at["4:10"], topic="second", story="rival"),
        {"kind": "broadcast", "at": at["2:00"], "story": "tale", "viewers": represents, "notice": 0.3},
        {"kind": "promote", "at": at["0:30"], "platform": "square", "story": "tale", "place": 2},
        {"kind": "promote", "at": at["0:30"], "platform": "square", "story": "tale", "payer": "brand"},
        {"kind": "pin_topic", "at": at["2:10"], "platform": "square", "topic": "Tale", "until": at["5:00"]},
        {"kind": "buy_place", "at": at["2:30"], "platform": "square", "story": "tale", "payer": "brand"},
        {"kind": "offer", "at": at["1:00"], "story": "tale", "factor": 3.0, "until": at["4:00"]},
        {"kind": "open_account", "at": at["1:40"], "actor": "brand", "platform": "other", "followers": 7},
        change | {"at": at["3:00"], "mechanism": "follow_feed", "field": "see", "value": 0.4},
        change | {"at": at["3:00"], "mechanism": "hot_list", "field": "interaction_spread", "value": 0.3},
    ]
    withdrawn = {"kind": "withdraw", "at": at["3:30"], "story": "rival", "factor": 0.3}
    return [*made, withdrawn] if number % 3 else made


# ---- actors


def actors(users):
    """A star, an influencer, a brand and a newsroom, who post by decision or by facts."""
    ride = {"kind": "ride_hot", "fit": 1.0, "eagerness": 1.0, "cooldown_hours": 3.0}
    buy = {"kind": "sponsor_when_rising", "min_reads": 0, "min_growth": 0, "boost": 30, "cooldown_hours": 2}
    news = {"kind": "open_topics", "topics_per_day": 20.0, "first_hour": 2, "last_hour": 6, "spread": 0.5}
    back = {"kind": "follow_up", "per_topic": 0.9, "wait_hours": 0.1, "first_hour": 0, "last_hour": 23}
    return [
        {"name": "star", "kind": "star", "accounts": {"square": users, "other": users // 2}},
        {"name": "kol", "kind": "kol", "accounts": {"other": 5, "square": min(50, users)}, "policies": [ride]},
        {"name": "brand", "kind": "brand", "accounts": {"square": min(9, users)}, "budget": 200, "policies": [buy]},
        {"name": "news", "kind": "media", "accounts": {"square": min(20, users)}, "policies": [back, news],
         "story": "tale", "delay_minutes": 0},
    ]  # fmt: skip


def minds(number, users):
    """A mind of each further policy in every third world; they look each half hour, and need little to act."""
    few, always = min(9, users), {"first_hour": 0, "last_hour": 23}
    editing = {"wait_hours": 0.5, "max_actions": 3, "platform": "square"}
    hire = {"boost": 0, "hire_tier": "tail", "hire_budget": 20_000_000, "cooldown_hours": 2}
    gifts = [{"kind": "ask_to_give", "min_followers": 0, "cooldown_hours": 4} | always]
    gifts.append({"kind": "account_for_gifts", "after_hours": 1})
    partner = {"kind": "partner_posts", "days": [DAY], "first_hour": 1, "last_hour": 4, "topic": "Day", "ask": "star"}
    peers = {"kind": "join_peers", "peers": 1, "deliberation_hours": 0.5, "max_posts": 2, "cooldown_hours": 3}
    told = {"kind": "explain", "after_hours": 0.5, "within_hours": 2, "tone": "negative", "topic": "No"}
    remake = {"kind": "ride_template", "min_growth": 0, "min_reads": 0, "after_hours": 0.5, "within_hours": 2, "fit": 1}
    army = {"kind": "water_army", "accounts": 9, "burst_minutes": 400, "price_per_act": 1, "detection": 0.3}
    rival = {"kind": "rivalry", "threshold": 0.0, "caution": 0.0, "kinship": 1.0, "deliberation_hours": 0.5}
    desk = {"kind": "news_desk", "min_minutes": 0, "chance": 1.0, "interview_reads": 0}
    reply = {"kind": "crisis_reply", "min_negative": 0.0, "min_reads": 0, "cooldown_hours": 2}
    help_ = {"kind": "call_for_help", "posts_per_day": 24, "lasts_days": 1, "met_by": ["bureau"], "topic": "Help"}
    steady = {"kind": "steady_posting", "posts_per_day": 12}
    cover = {
        "kind": "cover",
        "most": 15,
        "half_reads": 10,
        "viewer_weight": 0.5,
        "quick": 0.25,
        "rivals_weight": 0.5,
        "title": "{title}:{n}",
    } | always
    life = {"kind": "own_life", "per_day": 40, "known_reads": 100, "size": 0.1, "title": "{title}~{n}"} | always
    passing = {"kind": "pass_on", "fit": 0.8, "half": 3, "least": 1}
    wire = {"kind": "carry_wire", "chance": 1.0, "wait_minutes": 20}
    groups = [
        [
            mind("relay", "kol", [passing], accounts={"square": few}),
            mind("paper", "media", [cover, life], accounts={"square": few}),
            mind("editor", "editor", [{"kind": one} | editing for one in ("pin_listed", "promote_story")]),
            mind("censor", "editor", [{"kind": "hold_down"} | editing]),
            mind("shop", "brand", [reply], budget=100, accounts={"square": few}),
            mind("firm", "brand", [{"kind": "sponsor_when_rising", "min_reads": 0, "min_growth": 0} | hire],
                 budget=90_000_000, accounts={"square": few}),
            mind("riders", "kol", [{"kind": "paid_collaboration", "fit": 1.0}], tier="tail", count=2,
                 accounts={"square": few}),
        ],
        [
            mind("friends", "organisation", gifts, count=2, accounts={"square": few}),
            mind("union", "organisation", [partner], accounts={"square": few}),
            mind("idol", "celebrity", [peers | always], accounts={"square": few}),
            mind("bureau", "bureau", [rival | always], budget=900, accounts={"square": few}, story="tale"),
            mind("desk", "media", [desk], accounts={"square": few}),
        ],
        [
            mind("expert", "specialist", [told | always], accounts={"other": few, "square": 1}),
            mind("joker", "meme", [remake], accounts={"other": few}),
            mind("army", "bot", [army], budget=90, accounts={"square": 0}),
            mind("wires", "media", [wire], accounts={"other": few}),
            mind("needy", "kol", [help_ | always], accounts={"square": 1}),
            mind("steady", "kol", [steady | always], accounts={"other": few}),
        ],
    ]  # fmt: skip
    return groups[number % 3]


def mind(name, kind, policies, *, accounts=None, **more):
    """An actor that decides, on the square unless other accounts are given."""
    accounts = {"square": 0} if accounts is None else accounts
    return {"name": name, "kind": kind, "accounts": accounts, "review_minutes": 30, "policies": policies} | more
