"""KOLs by name: from a file or in the scenario, at quoted prices; every fault at its line; the bill."""

import pytest
import worlds
from test_campaign import KOC, data, faults, post

from sim.base import loader
from sim.base.errors import ScenarioError
from sim.cli import main
from sim.runs.runner import simulate
from sim.scenario.enact import enacted
from sim.scenario.load import load, resolved
from sim.scenario.prices import candidates, parts

CSV = """name,platform,followers,price,tier,interests,fit,source
KOL A,square,300,40,koc,"travel: 1.5; looks: 0.5",,quoted by the agency
甲号,square,2百,40,koc,,,
"""
GOOD = CSV.replace("2百", "0.02万")
KOLS = [
    {"name": "KOL A", "platform": "square", "followers": 300, "price": 40, "tier": "koc"},
    {"name": "甲号", "platform": "square", "followers": 200, "tier": "koc", "fit": 1.5},
]


@pytest.fixture
def folder(tmp_path):
    """A world whose KOLs stand in a file beside it, in a folder that is not the working one."""
    (tmp_path / "in").mkdir()
    document = data({"posts": [post("KOL A"), post("甲号", 5)]}) | {"extends": "base.yaml"}
    document["stories"]["tale"]["interests"] = {}
    del document["campaign"]["portfolio"]
    (tmp_path / "in" / "world.yaml").write_text(loader.dump(document), encoding="utf-8")
    (tmp_path / "in" / "base.yaml").write_text("campaign: {kols: {file: kols.csv}}\n", encoding="utf-8")
    return tmp_path / "in"


def written(folder, text, encoding="utf-8"):
    """Put the file there, and load the world."""
    (folder / "kols.csv").write_text(text, encoding=encoding)
    return load(folder / "world.yaml")


def told(folder, text, **how):
    """What is wrong with the file, a line a fault, without its folder."""
    with pytest.raises(ScenarioError) as caught:
        written(folder, text, **how)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_file_of_kols_is_hired_from_by_name(folder):
    scenario = written(folder, "\ufeff" + GOOD)
    known = candidates(scenario)
    assert [(one.name, one.followers, one.price) for one in known.values()] == [("KOL A", 300, 40), ("甲号", 200, 40)]
    assert parts(scenario, scenario.plan) == {"fees": 80, "prizes": 0, "boosts": 0, "places": 0}
    tables = simulate(scenario)
    assert tables.summary["spend_yuan"] == 80
    assert {"KOL A", "甲号"} <= set(tables.posts.author)


def test_the_resolved_scenario_holds_the_kols_whatever_becomes_of_the_file(folder, tmp_path):
    scenario = written(folder, GOOD.replace(",", ";").replace('"travel: 1.5; looks: 0.5"', '"travel: 1.5, looks: 0.5"'))
    (folder / "kols.csv").unlink()
    (tmp_path / "again.yaml").write_text(resolved(scenario), encoding="utf-8")
    assert load(tmp_path / "again.yaml") == scenario


def test_a_yaml_list_is_the_same(folder):
    scenario = written(folder, GOOD)
    (folder / "kols.yaml").write_text(loader.dump([kol.model_dump() for kol in scenario.campaign.kols]), "utf-8")
    (folder / "base.yaml").write_text("campaign: {kols: {file: kols.yaml}}\n", encoding="utf-8")
    assert load(folder / "world.yaml") == scenario


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CSV, "kols.csv:3:1: campaign.kols[1].followers: must be a number such as 1200000 or 120万, not '2百'"),
        (GOOD.replace("tier", "teir"), "kols.csv:1:1: unknown column 'teir'; did you mean 'tier'?"),
        (GOOD.replace("followers", "tier", 1), "kols.csv:1:1: needs a column 'followers'"),
        (
            GOOD.replace("甲号,square", "甲号,sqare"),
            "kols.csv:3:1: campaign.kols[1].platform: unknown platform 'sqare'",
        ),
        (GOOD.replace("甲号", "KOL A"), "kols.csv:3:1: campaign.kols[1].name: 'KOL A' is there twice"),
        (GOOD.replace("40,koc,,", ",,,"), "kols.csv:3:1: campaign.kols[1]: '甲号' has neither a price nor a tier"),
        (
            GOOD.replace("travel: 1.5", "travl: 1.5"),
            "kols.csv:2:1: campaign.kols[0].interests.travl: unknown interest 'travl'",
        ),
        (GOOD.replace("travel: 1.5", "travel"), "kols.csv:2:1: campaign.kols[0].interests: must be like 'travel: 1.5"),
        (GOOD.replace(",koc,,,", ",koc,,,,"), "kols.csv:3:1: campaign.kols[1]: has 9 cells under 8 columns"),
        (GOOD.replace("0.02万", "5000"), "kols.csv:3:1: campaign.kols[1].followers: 5,000 followers are more than"),
        (GOOD.replace(",,quoted", ",-1,quoted"), "kols.csv:2:1: campaign.kols[0].fit: must be a number"),
        ("", "kols.csv:1:1: needs a column 'name'"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(folder, text, words):
    assert words in told(folder, text).splitlines()[0]


def test_a_file_that_is_not_there_or_not_utf_8_is_told(folder):
    with pytest.raises(ScenarioError, match=r"base.yaml:1:.*campaign.kols.file: '.*kols.csv' does not exist"):
        load(folder / "world.yaml")
    assert told(folder, GOOD, encoding="gb18030") == "kols.csv:3:1: is not UTF-8; save it as CSV UTF-8"


def test_audience_and_fit_bear_on_the_appeal_of_a_post():
    document = data({"posts": [post("KOL A") | {"appeal": 2}, post("甲号", 5)]}, kols=KOLS)
    document["campaign"]["kols"][0]["interests"] = {"travel": 1.5}
    document["stories"]["tale"]["interests"] = {"travel": 1.0, "looks": 1.0}
    facts = [fact for fact in enacted(worlds.load(document)).interventions if fact.note == "campaign: hired"]
    assert [(fact.appeal, fact.fee) for fact in facts] == [(2 * 1.25, 40), (1.5, 4)]  # 0.02 yuan a follower


def test_an_item_of_a_plan_has_its_own_hashtag_kind_and_prizes():
    own = post("star", 3) | {"topic": "新话题", "prize": 70}
    place = {"at": "2021-01-01T04:00+08:00", "platform": "square", "topic": "新话题"}
    document = data({"posts": [own], "places": [place]})
    document["platforms"]["square"]["content"]["clip"] = {"repost": 2.0, "half_life_hours": 5, "lucky_draw": True}
    scenario = worlds.load(document)
    assert parts(scenario, scenario.plan) == {"fees": 0, "prizes": 70, "boosts": 0, "places": 500}
    tables = simulate(scenario)
    assert tables.summary["spend_yuan"] == 570
    assert tables.hot_list[tables.hot_list.slot == "ad"].topic.eq("新话题").all()
    assert tables.posts.kind[tables.posts.topic == "新话题"].iloc[0] == "clip"
    document["plan"]["posts"][0]["content"] = "post"
    assert "plan.posts[0].prize: is given away in no lucky draw: the post is of another kind; content: clip" in faults(
        document
    )
    document["plan"]["posts"][0]["content"] = "clop"
    assert "plan.posts[0].content: unknown content 'clop'; did you mean 'clip'?" in faults(document)


def test_two_entries_of_a_tier_are_told_apart_by_name():
    two = [KOC, KOC | {"name": "local", "appeal": 2.0}]
    known = candidates(worlds.load(data(portfolio=two)))
    assert [*known] == [f"{name}_{n:02d}" for name in ("square_koc", "local") for n in (1, 2, 3)]
    assert "give each a name of its own" in faults(data(portfolio=[KOC, KOC]))


def test_the_dry_run_shows_every_price_and_the_budget_by_parts(tmp_path, capsys):
    aimed = {"audience": {"segments": ["post_90s"]}}
    document = data({"posts": [post("KOL A", boost=30) | aimed, post("star", 6)]}, kols=KOLS)
    (tmp_path / "world.yaml").write_text(loader.dump(document), encoding="utf-8")
    for command in (["run", "--dry-run"], ["validate"]):
        assert main.main([command[0], str(tmp_path / "world.yaml"), *command[1:]]) == 0
        said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
        assert "KOL A square koc 300 40 133.3 1 ≤ 1" in said
        assert "Fri 01 Jan 03:00 square KOL A 300 40 30 for segments post_90s (20.0% of square)" in said
        assert "fees 40 4% 1 square koc" in said
        assert "boosts 30 3% behind 1 of 2 posts" in said
        assert "left 930 93%" in said
