"""One table of numbers: what runs have is in it, what is in it runs have, and every row says all that is to be said."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from worlds import document, load, platform, post, run

from scripts import results_page
from sim import catalog
from sim.base.errors import ScenarioError, SimError
from sim.pictures import paper
from sim.runs.result import Result
from sim.runs.runner import run as run_to_folder
from sim.runs.runner import simulate
from sim.runs.summary import running_total
from sim.scenario import load as scenarios
from sim.scenario import numbers
from sim.scenario.numbers import Catalogue, catalogue, find, label, names, number, parted, refusal, sparse, titles
from sim.studies import ensemble
from sim.studies.hindcast import known
from sim.studies.hindcast.study import daily_metrics
from sim.world.records import BASIC, flows_of

FOLDER = Path(__file__).parent / "baselines"
ROWS = [pytest.param(row, id=f"{row.name}-{row.where[0]}") for row in catalogue().numbers]
CLASSICAL = {
    "name": "town",
    "users": 200,
    "steps": 20,
    "network": {"kind": "watts_strogatz", "k": 6, "rewire": 0.1},
    "contagion": {"model": "sir", "infect": 0.2, "recover": 0.3},
    "seeds": {"count": 5},
}
VIEWS = {
    "name": "views",
    "label": {"en": "views", "zh": "浏览"},
    "unit": "views",
    "counts": "views",
    "world": "both",
    "in": ["summary"],
}


@pytest.fixture(scope="module")
def busy():
    """Every mechanism, policy and kind of fact on two platforms."""
    return simulate(scenarios.load(FOLDER / "square.yaml"))


@pytest.fixture(scope="module")
def crossing():
    """The same with people who carry things from one platform to the other."""
    names = [*scenarios.load(FOLDER / "square.yaml").platforms]
    sets = [f"platforms.{name}.response.relay=0.2" for name in names]
    sets += [f"platforms.{a}.relay_to={{{b}: 0.5}}" for a, b in (names, names[::-1])]
    return simulate(scenarios.load(FOLDER / "square.yaml", sets=sets))


@pytest.fixture(scope="module")
def doubted():
    """The same with a story that may be untrue."""
    name = next(iter(scenarios.load(FOLDER / "square.yaml").stories))
    rumour = f"stories.{name}.rumour={{convince: 0.5, correct: 0.5, blocks: 0.5}}"
    facts = "interventions[+]={{at: {}, kind: post, actor: {}, platform: {}, story: {}, tone: negative, topic: not so}}"
    scenario = scenarios.load(FOLDER / "square.yaml")
    first = next(fact for fact in scenario.interventions if fact.kind == "post")
    against = facts.format(first.at.isoformat(), first.actor, first.platform, name)
    return simulate(scenarios.load(FOLDER / "square.yaml", sets=[rumour, against]))


@pytest.fixture(scope="module")
def tagged():
    """The same with posts that carry a standing tag."""
    name = next(iter(scenarios.load(FOLDER / "square.yaml").stories))
    sets = [f"stories.{name}.tag=standing", f"stories.{name}.tag_share=0.5"]
    return simulate(scenarios.load(FOLDER / "square.yaml", sets=sets))


@pytest.fixture(scope="module")
def roomy():
    """The same with a list so long that what rival bureaus open comes on it."""
    return simulate(scenarios.load(FOLDER / "square.yaml", sets=["platforms.square.mechanisms.hot_list.places=200"]))


@pytest.fixture(scope="module")
def lively():
    """One actor who goes live."""
    room = {"notice": 0.8, "stay_half_life_minutes": 30.0}
    return run(50, platforms={"square": platform(50, mechanisms={"live_room": room})}, followers=30, days=0.5)


@pytest.fixture(scope="module")
def quiet():
    """One actor on one platform, who does nothing."""
    return run(50, interventions=[], followers=0)


@pytest.fixture(scope="module")
def town():
    return simulate(load(CLASSICAL))


@pytest.fixture(scope="module")
def trace():
    return ensemble.follow(ensemble.Job(load(document(100, days=1.0, step_minutes=60))))


def of(tables):
    """What stands for the braces in the names of a platform run."""
    return list(tables.scenario.platforms), numbers.actor_names(tables.scenario)


# ---- the table and the runs


def test_every_number_of_a_summary_is_in_the_table(busy, quiet, town):
    for tables in (busy, quiet):
        assert [name for name in tables.summary if not find(name, "summary", *of(tables), world="platform")] == []
    assert [name for name in town.summary if not find(name, "summary", [], world="classical")] == []


@pytest.mark.parametrize("row", [row for row in ROWS if "summary" in row.values[0].where])
def test_every_summary_number_of_the_table_is_in_a_run(row, request, busy, crossing, doubted, tagged, quiet, town):
    """What is neither sparse nor bound to something is in every run of its kind; what is sparse, never as 0."""
    busiest = crossing if "other" in row.braces else doubted if "untrue" in row.only else busy
    busiest = tagged if "tag" in row.only else busiest
    for what, world in (("room_entries", "lively"), ("rival_topics", "roomy")):
        busiest = request.getfixturevalue(world) if what in row.name else busiest
    for tables, kind in ((busiest, "platform"), (quiet, "platform"), (town, "classical")):
        if not row.of(kind):
            continue
        known = ([], []) if kind == "classical" else of(tables)
        members = {name for name in tables.summary if find(name, "summary", *known, world=kind).number == row}
        if row.sparse:
            assert all(tables.summary[name] for name in members)
        if tables is not quiet:
            assert members, "even the busiest run has none"
        elif not row.sparse and not row.only:
            platforms = known[0] if "platform" in row.braces else [""]
            assert len(members) == len(platforms) * (len(numbers.KINDS) if "kind" in row.braces else 1)


def test_numbers_that_need_something_are_missing_without_it(quiet):
    assert not {"first_post_likes", "first_post_impressions"} & set(quiet.summary)
    assert not [name for name in quiet.summary if sparse(name, *of(quiet))]


def test_columns_of_all_tables_are_as_the_table_says(doubted, town):
    told = {name: list(table.columns) for name, table in catalogue().tables.items()}
    told["series"] += [name for name in names("series") if not find(name, "series").number.only]
    assert {name: list(getattr(doubted, name)) for name in doubted.names} == told
    assert list(town.series) == ["step", *names("series", world="classical")]
    assert set(town.theory) <= {"step", *names("series", world="classical")}


def test_further_responses_are_columns_where_a_platform_has_them():
    more = dict.fromkeys(("relay", "favourite", "gift", "bullet"), 1.0)
    stories = {"tale": {"title": "Tale", "tag": "standing", "tag_share": 1.0}}
    tables = run(50, platforms={"square": platform(50, chances=more)}, stories=stories)
    assert list(tables.series)[3:] == names("series")
    seen = int(tables.series.impressions.sum())
    assert seen > 0
    assert {int(tables.series[name].sum()) for name in ("favourites", "gifts", "bullets")} == {seen}
    assert tables.series.relays.sum() == 0  # there is no other platform to which it could be carried
    assert tables.series.tag_reads.sum() == tables.series.tag_reads_beside.sum() == seen
    assert tables.series.attends.sum() == seen  # so are views attended to, which these are held against


def test_running_totals_of_further_responses_are_there_where_a_platform_has_them(busy):
    more = dict.fromkeys(("relay", "favourite", "gift", "bullet"), 1.0)
    rich = run(50, platforms={"square": platform(50, chances=more)})
    ask = rich.scenario.end, rich.series, rich.actions, rich.scenario
    seen = running_total("square_impressions", *ask)
    assert {running_total(f"square_{name}", *ask) for name in ("attends", "favourites", "gifts", "bullets")} == {seen}
    with pytest.raises(SimError, match="has what square_bullets counts"):
        running_total("square_bullets", busy.scenario.end, busy.series, busy.actions, busy.scenario)


def test_running_totals_are_those_of_the_summary_at_the_end(busy):
    platforms, scenario = of(busy)[0], busy.scenario
    made = {
        name: running_total(name, scenario.end, busy.series, busy.actions, scenario)
        for name in names("running", platforms)
        if not find(name, "running", platforms).number.only
    }
    both = made.keys() & busy.summary.keys()
    assert len(both) > 2 * 5
    assert {name: made[name] for name in both} == {name: busy.summary[name] for name in both}
    flows = {"comments", "creations", "follows", "searches"}
    whole = {"new_reach", "likes", "reposts"}  # of all platforms together, which a summary has of each
    own = {f"{platform}_{flow}" for platform in platforms for flow in flows}
    assert made.keys() - both == own | flows | whole | {"first_reach"}
    assert made["first_reach"] == made["people_reached"] == busy.summary["people_reached"]
    for name in flows | whole:
        assert made[name] == sum(made[f"{platform}_{name}"] for platform in platforms)


def test_a_trace_has_every_number_by_the_day_and_no_other(trace):
    known_names = names("daily", trace.platforms)
    assert all(len(trace.daily(name)) == 1 for name in known_names)
    flows = {*flows_of(BASIC), "discussions", "tag_reads", "basket_reads"}
    own = {f"square_{name}" for name in (*flows, *ensemble.LISTED)}
    minds = {f"{kind}_actions" for kind in numbers.KINDS}
    assert set(known_names) == flows | own | minds | {"followers_won", "rival_bureaus", "people_reached", "believers"}
    assert trace.daily("people_reached").sum() == trace.daily("square_new_reach").sum() > 0
    assert trace.daily("impressions").sum() == trace.daily("square_impressions").sum() > 0


def test_a_hindcast_asks_for_numbers_that_there_are(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(scenarios.resolved(load(document(50, days=3.0))), encoding="utf-8")
    cut = known.plan(path, load(document(50)).start.date(), users=50)
    asked = [name.removesuffix("_total") for name in daily_metrics(cut)]
    assert set(asked) <= set(names("daily", cut.scenario.platforms))


def test_goals_headlines_and_cards_are_numbers_of_the_summary():
    for row in catalogue().numbers:
        if {"goal", "headline", "card"} & {*row.where}:
            assert "summary" in row.where, row.name
        if "headline" in row.where:
            assert not row.braces, "a headline is of the whole world"


# ---- every row


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_all_that_is_to_be_said(row):
    """Both labels say the same braces, and pictures can write them."""
    for text in (row.label.en, row.label.zh):
        assert all(f"{{{brace}}}" in text for brace in row.braces), text
        assert {ord(letter) for letter in text} <= paper.glyphs()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in row.label.zh)
    assert row.label.en[0].islower() or row.label.en[0] == "{"
    assert row.counts
    assert row.unit
    assert not row.sparse or "summary" in row.where


def test_words_for_braces_are_of_words_that_there_are():
    for brace, words in catalogue().words.items():
        assert set(words) <= set(numbers.choices()[brace])
        for said in words.values():
            assert any("\u4e00" <= letter <= "\u9fff" for letter in said.zh)
            assert {ord(letter) for letter in said.zh} <= paper.glyphs()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": "furlongs"}, "unit"),
        ({"in": []}, "in"),
        ({"in": ["diary"]}, "in.0"),
        ({"label": {"en": "views"}}, "label.zh"),
        ({"label": {"en": "views", "zh": ""}}, "label.zh"),
        ({"name": "{country}_views"}, "braces stand for platform, actor, kind, channel, other, not for country"),
        ({"grade": "measured"}, "grade"),
    ],
)
def test_a_faulty_row_is_refused(change, said):
    Catalogue.model_validate({"numbers": [VIEWS], "words": {}, "tables": {}})
    with pytest.raises(ValidationError, match=said):
        Catalogue.model_validate({"numbers": [VIEWS | change], "words": {}, "tables": {}})


def test_a_name_is_once_in_a_place():
    twice = [VIEWS, VIEWS | {"in": ["daily", "summary"]}]
    with pytest.raises(ValidationError, match="views is twice in summary"):
        Catalogue.model_validate({"numbers": twice, "words": {}, "tables": {}})


# ---- look-ups


@pytest.mark.parametrize(
    ("name", "where", "said"),
    [
        ("square_impresions", "summary", "no number of the summary; did you mean 'square_impressions'?"),
        ("square_new_reach_", "running", "no number with a running total; did you mean 'square_new_reach'?"),
        ("peple_reached", "running", "no number with a running total; did you mean 'people_reached'?"),
        ("square_listed", "running", "no number with a running total; did you mean 'square_likes'?"),
        ("forum_impressions", "daily", "no number by the day; did you mean 'impressions'?"),
        ("spend_yuan", "goal", "no number that a goal can be about; for instance people_reached, impressions, "),
        ("days_lsted", "goal", "no number that a goal can be about; did you mean 'days_listed'?"),
        ("square_via_radio", "summary", "no number of the summary; did you mean 'square_via_"),
        ("peak_step", "summary", "no number of the summary; "),
        (
            "comet_square_followers_won",
            "summary",
            "no number of the summary; did you mean 'star_square_",
        ),
    ],
)
def test_a_number_that_is_not_there_is_refused_with_the_likely_name(name, where, said):
    with pytest.raises(SimError) as caught:
        number(name, where, ["square"], ["star"])
    assert str(caught.value).startswith(f"'{name}' is {said}")
    assert refusal(name, where, ["square"], ["star"])


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"campaign": "goal"}, "campaign.goal.metric: 'spend_yuan' is no number that a goal can be about"),
        ({"observed": None}, "observed.figures[0].metric: 'peple_reached' is no number of the summary; did you mean"),
        (
            {"observed": "2021-01-01T12:00+08:00"},
            "metric: 'peple_reached' is no number with a running total",
        ),
        ({"counterfactuals": "square_topic"}, "expect[0].metric: 'square_topic' is no number by the day; did you mean"),
    ],
)
def test_a_scenario_that_asks_for_what_is_not_there_is_refused(change, path):
    ((key, value),) = change.items()
    figure = {"metric": "peple_reached", "value": 1.0, "source": "test"} | ({"at": value} if value else {})
    given = {
        "campaign": {
            **{"story": "tale", "budget": 10, "opens": "2021-01-01T00:00+08:00", "closes": "2021-01-01T10:00+08:00"},
            **{"goal": {"metric": "spend_yuan", "least": 1.0}, "own": {"actor": "star", "posts": 1}},
        },
        "observed": {"figures": [figure]},
        "counterfactuals": {
            "silence": {
                **{"title": "nobody posts", "drop": {"interventions": [{"actor": "star"}]}},
                "expect": [{"metric": value, "most": 1.0}],
            }
        },
    }
    with pytest.raises(ScenarioError) as caught:
        load(document(50, **{key: given[key]}))
    assert path in str(caught.value)


def test_the_longest_fixed_part_is_meant():
    assert find("peak_hour_impressions").number.name == "peak_hour_impressions"
    assert find("weibo_background_topics_listed").parts == {"platform": "weibo"}
    assert find("ding_zhen_douyin_followers_won").parts == {"actor": "ding_zhen", "platform": "douyin"}
    assert find("a_we_chat_followers_won", "summary", ["chat", "we_chat"], ["a"]).platform == "we_chat"
    twins = ["we", "we_chat"]
    assert find("we_chat_impressions", "summary", twins).platform == "we_chat"
    assert find("a_we_chat_followers_won", "summary", twins, ["a"]).platform == "we_chat"


def test_a_number_is_parted_into_platform_and_flow():
    assert parted("square_likes", "daily", ["square"]) == ("square", "likes")
    assert parted("likes", "daily", ["square"]) == ("", "likes")
    assert parted("rival_bureaus_acted", "running", ["square"]) == ("", "rival_bureaus_acted")
    with pytest.raises(SimError, match="did you mean 'square_likes'"):
        parted("circle_likes", "daily", ["square"])


def test_what_enters_a_summary_late_is_known():
    assert sparse("square_via_paid", ["square"])
    assert sparse("star_square_followers_won", ["square"], ["star"])
    assert not sparse("star_square_followers_won", ["square"], ["comet"])
    assert not sparse("star_circle_followers_won", ["square"])
    assert not sparse("first_post_likes", ["square"])


def test_labels_say_what_the_braces_stand_for():
    assert label("weibo_via_feed") == "impressions on Weibo by the follow feed"
    assert label("weibo_via_feed", "zh", titles={"weibo": "微博"}) == "微博经关注页的曝光量"
    assert label("bureau_actions", "zh") == "文旅局行动次数"
    assert label("square_topics", where="daily", platforms=["square"]) == "topics of the story on the Square list"
    assert label("square_topics") == "topics on Square"
    assert label("no_such_number") == "no such number"


def test_titles_are_of_every_platform_and_every_member_of_a_group():
    crowd = {"name": "fan", "title": "Fan", "kind": "kol", "count": 2, "accounts": {"square": 1}}
    scenario = load(document(50, actors=[*document()["actors"], crowd]))
    assert titles(scenario) == {"square": "Square", "star": "star", "fan_001": "Fan 1", "fan_002": "Fan 2"}


# ---- who uses it


def test_cards_follow_the_platforms_of_the_scenario(tmp_path):
    figures = [{"metric": "square_impressions", "value": 9.0, "source": "test"}]
    scenario = load(document(50, observed={"figures": figures}, interventions=[post()]))
    result = run_to_folder(scenario, out=tmp_path, figures=False)
    assert isinstance(result, Result)
    cards = dict(result.cards())
    assert cards["impressions on Square"] == result.summary["square_impressions"] > 0
    assert "topics on the Square list" not in cards, "it has no list"
    assert cards["yuan spent"] == 0
    page = (result.path / "page.html").read_text(encoding="utf-8")
    assert "impressions on Square" in page
    assert result.comparison()[0][0] == "impressions on Square"
    assert result.comparison()[0][3] == "views"


def test_cards_of_a_classical_world(tmp_path):
    result = run_to_folder(load(CLASSICAL), out=tmp_path, figures=False)
    assert result.cards()[0][0] == "people reached"
    assert "step of the peak" in dict(result.cards())


@pytest.mark.parametrize("room", ["pictures", "runs", "scenario"])
def test_code_names_no_platform(room):
    """Only words of documentation may."""
    named = re.compile(rf"\b({'|'.join(catalog.platform_names())})(\b|_)")
    for path in sorted((catalog.FOLDER.parent / room).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict | ast.Compare | ast.Tuple | ast.List):
                texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
                assert not [text for text in texts if isinstance(text, str) and named.search(text)]


def test_the_page_of_results_is_made_from_the_table():
    written = results_page.PAGE.read_text(encoding="utf-8")
    assert written == results_page.page(), "run python scripts/results_page.py --write"
    assert all(f"`{row.name}`" in written for row in catalogue().numbers)


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_a_running_total_ends_where_a_step_ends(minutes):
    """Nothing has happened by the very start; by midnight the whole day has, whatever the step."""
    scenario = load(document(200, followers=50, days=2.0, step_minutes=minutes))
    made = simulate(scenario)

    def total(when):
        return running_total("square_impressions", when, made.series, made.actions, scenario)

    midnight = scenario.start + timedelta(days=1)
    day = made.series.time < midnight.isoformat(timespec="minutes")
    assert total(scenario.start) == 0
    assert total(scenario.start + timedelta(minutes=minutes - 1)) == 0
    assert total(scenario.start + timedelta(minutes=minutes)) == made.series.impressions.iloc[0] > 0
    assert total(midnight) == made.series.impressions[day].sum()
    assert total(scenario.end) == made.summary["square_impressions"]
