"""The pictures of a run: drawn from its files alone, in Chinese, whole or not at all."""

from __future__ import annotations

import csv
import itertools
import json
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.transforms import Bbox

from sim.base.errors import SimError
from sim.base.notices import gathered
from sim.catalog import FOLDER
from sim.pictures import figures, paper
from sim.scenario.load import SHIPPED
from sim.scenario.numbers import column_labels

LABELS = column_labels()
draw = partial(figures.draw, labels=LABELS)
START = datetime(2020, 11, 11, tzinfo=timezone(timedelta(hours=8)))
HOURS = np.arange(0, 21 * 24, 0.5)
PLATFORMS = {"douyin": 9e6, "weibo": 2.5e7, "wechat": 4e6, "kuaishou": 8e5, "bilibili": 6e5, "news": 1.5e6}
FACTS = [  # hour, how much it lifts the story, who, what, why
    (14, 1, "微笑收藏家·波哥", "post", "photographer posts the 7-10 s video on Douyin"),
    (34, 1, "灰兔子大叔", "repost", "a big-V carries the video to Weibo"),
    (106, 3, "四川观察", "host", "live interview, about an hour"),
    (106.5, 0, "甘孜州", "open", "67 scenic areas free of charge until 1 February (甘孜免票)"),
    (178, 2, "理塘文旅", "sign", "signs with the state-owned Litang culture-tourism company"),
    (202, 5, "理塘丁真", "open", "opens his Douyin account"),
    (248, 4, "理塘丁真", "post", "first Weibo post, 57,000 comments"),
    (346, 30, "甘孜文旅", "post", "film 丁真的世界 released"),
    (352, 20, "四川文旅", "ride", "explains #其实丁真在四川#"),
    (400.25, 60, "西藏日报", "invite", "我们在西藏等你"),
]
WORDS = """丁真的世界 丁真的小马珍珠真的能跑第一吗 其实丁真在四川 西藏欢迎丁真 我们在西藏等你 理塘在哪里
丁真最想去的地方是拉萨 四川文旅喊话西藏 丁真手写家在四川 西北联合邀请丁真 鄂尔多斯邀请丁真 哈密瓜等丁真
敦煌飞天邀请丁真 丁真回应走红 丁真的微笑 丁真不去选秀 丁真学习普通话 丁真签约国企 丁真月薪3500 甘孜免票
山东大嫂喊你吃煎饼 各地文旅为丁真打起来了 丁真的白马 丁真的舅舅 甜野男孩 世界高城理塘 理塘机票预订量
藏族小伙丁真走红 丁真登上新华社 外交部发言人推介丁真 丁真日语采访 丁真粉丝应援 酒店预订翻倍 稻城亚丁
青海也想请丁真 康巴汉子"""
TOPICS = WORDS.split()
MINDS = {
    "kol": ("灰兔子大叔 波哥 旅行者小北 雪山来客 民谣青年 吃货在路上", "post repost ride"),
    "bureau": ("四川文旅 西藏文旅 甘孜文旅 青海文旅 鄂尔多斯文旅 哈密文旅 敦煌文旅", "invite ride host sign"),
    "media": ("四川观察 人民日报 新华社 央视新闻 西藏日报", "amplify post"),
    "brand": ("携程 去哪儿 马蜂窝 某手机", "boost sponsor"),
}
HEADERS = {
    "series.csv": "time platform story impressions new_reach likes comments reposts creations follows "
    "searches intents heat",
    "hot_list.csv": "time platform rank topic story heat slot",
    "actions.csv": "time actor name kind action platform topic spend why",
    "posts.csv": "id topic story platform author author_kind kind born impressions likes comments reposts "
    "size depth structural_virality spend",
}
USED_BY = {  # the first picture that needs the file
    "run.json": "reach",
    "series.csv": "reach",
    "actions.csv": "actors",
    "hot_list.csv": "hot_list",
    "scenario.resolved.yaml": "hot_list",
    "posts.csv": "cascade",
    "cascades.npz": "cascade",
    "summary.json": "spill",
}
NASTY = r"$\foo{$ \u{丁真} %s {0} 🐎"


def clock(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def write(folder: Path, name: str, rows: list[tuple]) -> None:
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADERS[name].split(), *rows])


def write_series(folder: Path) -> None:
    """Each fact lifts the story, it fades within days, and sleeps at night."""
    rng = np.random.default_rng(1)
    lifted = sum(lift * np.exp(-(HOURS - at) / 40) * (at <= HOURS) for at, lift, *_ in FACTS)
    rate = (lifted + 0.001) / 60 * (0.15 + np.sin(np.pi * ((HOURS - 5) % 24) / 24) ** 2)
    rows: list[tuple] = []
    for platform, size in PLATFORMS.items():
        views = (size * rate * rng.lognormal(0, 0.2, len(HOURS))).astype(int)
        people = (0.3 * views * np.exp(-np.cumsum(views) / (8 * size))).astype(int)
        rows += [
            (clock(hour), platform, "ding_zhen", view, new, *[view // 90] * 8)
            for hour, view, new in zip(HOURS, views, people, strict=True)
        ]
    write(folder, "series.csv", rows)


def write_hot_list(folder: Path) -> None:
    """A topic climbs to its best rank in a third of its stay, then sinks; the background stays."""
    rng = np.random.default_rng(2)
    rows: list[tuple] = [(clock(hour), "weibo", 3, "今日头条新闻", "", 1000, "organic") for hour in HOURS]
    for platform, topics in (("weibo", TOPICS), ("douyin", TOPICS[:9])):
        for topic in topics:
            born = rng.choice([60, 180, 250, 346, 346]) + rng.uniform(0, 90)
            best, steps = int(1 + 45 * rng.random() ** 2), 2 + int(rng.lognormal(2.7, 0.5))
            for k in range(steps):
                rank = int(best + (50 - best) * abs(k / steps - 0.3) / 0.7)
                rows.append((clock((int(born * 2) + k) / 2), platform, rank, topic, "ding_zhen", 9000, "organic"))
    write(folder, "hot_list.csv", rows)


def write_actions(folder: Path) -> None:
    rng = np.random.default_rng(3)
    rows: list[tuple] = [(clock(at), who, who, "fact", what, "weibo", "", 0, why) for at, _, who, what, why in FACTS]
    for kind, (names, actions) in MINDS.items():
        for name in names.split():
            first = rng.uniform(350, 450) if kind == "bureau" else rng.uniform(20, 420)
            for i in range(rng.integers(1, 14)):
                when = min(first + i * rng.uniform(1, 30), 500)
                what, topic = rng.choice(actions.split()), rng.choice(TOPICS)
                rows.append((clock(when), name, name, kind, what, "weibo", topic, 10_000, "the story is hot"))
    write(folder, "actions.csv", rows)


def write_posts(folder: Path, topic: str = "丁真的世界", author: str = "灰兔子大叔") -> None:
    rest = ("ding_zhen", "weibo", author, "kol", "video", clock(14), *[9] * 8)
    write(folder, "posts.csv", [(3, "别的", *rest), (7, topic, *rest)])


def grow(size: int) -> np.ndarray:
    """Return the parents of a tree as reposts make it: many of the author, the others of early ones."""
    rng = np.random.default_rng(4)
    child = np.arange(1, size)
    parent = np.where(rng.random(size - 1) < 0.4, 0, child * rng.random(size - 1) ** 1.5)
    return np.concatenate([[-1], parent.astype(int)])


def write_cascades(folder: Path, tree: np.ndarray, **damage: Any) -> None:
    """Write a small tree of post 3 and, after it, the tree of post 7."""
    size = len(tree) + 2
    parent = np.concatenate([[-1, 0], np.where(tree < 0, -1, tree + 2)])
    minute = np.sort(30 * np.random.default_rng(5).pareto(0.7, size).clip(0, 500))
    columns = {"post": np.where(np.arange(size) < 2, 3, 7), "parent": parent, "minute": minute}
    columns |= {"user": np.arange(size), "weight": np.full(size, 100)}
    columns |= {"platform": np.zeros(size), "channel": np.zeros(size)} | damage
    np.savez(folder / "cascades.npz", **{key: np.asarray(values, np.int64) for key, values in columns.items()})


def write_scenario(folder: Path, source: str = "hourly archive of the Weibo hot-search list") -> None:
    seen = [
        ("丁真的小马珍珠真的能跑第一吗", 353.2, 6, 5),
        ("丁真的世界", 353.2, 9, 14),
        ("其实丁真在四川", 370, 8, 2),
        ("以为丁真在西藏", 366, 8, 3),
        ("西藏日报 我们在西藏等你", 404.3, 3, 2),
        ("丁真手写家在四川", 390, 5, 22),
    ]
    stays = [{"topic": t, "first": clock(h), "last": clock(h + d), "best_rank": r} for t, h, d, r in seen]
    record = {"platform": "weibo", "source": source, "grade": "measured", "from": clock(336.4)}
    block = {"figures": [], "stays": record | {"until": START + timedelta(hours=408), "list": stays}}
    text = yaml.safe_dump({"title": "丁真", "observed": block}, allow_unicode=True)
    (folder / "scenario.resolved.yaml").write_text(text, encoding="utf-8")


def write_run(folder: Path, title: str = "丁真 Ding Zhen", size: int = 600) -> Path:
    facts = {"scenario": "ding_zhen", "title": title, "seed": 1, "ratio": 1000.0, "digest": "ab12cd34"}
    (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    for part in (write_series, write_hot_list, write_actions, write_posts, write_scenario):
        part(folder)
    write_cascades(folder, grow(size))
    (folder / "summary.json").write_text(json.dumps({"weibo_reach_from_douyin": 1_000_000}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


@pytest.fixture
def run(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "run")


def words_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_text()]


def boxes_of(axes: Axes) -> list[Bbox]:
    """Return where the labels stand, without the lines to their points."""
    axes.figure.draw_without_rendering()
    return [mpl.text.Text.get_window_extent(text) for text in axes.texts]


def figure_of(folder: Path, name: str) -> Figure:
    with paper.lettering():
        return figures.FIGURES[name](figures._open(folder, LABELS))


def test_all_pictures_are_drawn_and_only_they(run: Path) -> None:
    paths = draw(run)
    assert [path.name for path in paths] == ["reach.png", "hot_list.png", "actors.png", "cascade.png", "spill.png"]
    assert sorted((run / "figures").iterdir()) == sorted(paths)
    for path in paths:
        pixels = imread(path)[..., :3]
        assert pixels.shape[1] == 1500
        assert 0.005 < (pixels.min(axis=2) < 0.9).mean() < 0.5  # ink, but mostly paper


def test_only_the_pictures_asked_for(run: Path) -> None:
    assert draw(run, ["reach"]) == [run / "figures" / "reach.png"]
    with pytest.raises(SimError, match="unknown figure 'hotlist'; did you mean 'hot_list'"):
        draw(run, ["hotlist"])


def test_a_picture_is_the_same_when_drawn_again(run: Path) -> None:
    (path,) = draw(run, ["hot_list"])
    first = path.read_bytes()
    draw(run, ["hot_list"])
    assert path.read_bytes() == first


def test_the_typeface_holds_the_names_of_the_case() -> None:
    used = (
        "丁真理塘甘孜藏西北鄂尔多斯哈密敦煌"
        + WORDS
        + str(FACTS)
        + str(MINDS)
        + "·、。「」《》“”‘’—…，：！？（）￥→≤≥×−□"
    )
    assert {c for c in used if not c.isspace() and ord(c) not in paper.glyphs()} == set()
    assert paper.FONT.stat().st_size < 2_200_000


def test_the_typeface_holds_every_name_that_is_shipped() -> None:
    shipped = [*SHIPPED.rglob("*.yaml"), *FOLDER.rglob("*.yaml")]
    missing = {
        path.name: {c for c in path.read_text(encoding="utf-8") if ord(c) not in paper.glyphs()} - {"\n"}
        for path in shipped
    }
    assert {name: letters for name, letters in missing.items() if letters} == {}


def test_gb2312_and_latin_are_whole() -> None:
    rows = range(0xA1, 0xFF)
    chinese = "".join(bytes((a, b)).decode("gb2312", "ignore") for a in rows for b in rows)
    letters = chinese + "".join(chr(c) for c in (*range(0x20, 0x7F), *range(0xA0, 0x100)))
    assert len(chinese) > 7000
    assert {c for c in letters if ord(c) not in paper.glyphs()} == set()


def test_every_text_is_in_the_typeface(run: Path) -> None:
    for name in figures.FIGURES:
        figure = figure_of(run, name)
        assert {text.get_fontname() for text in figure.findobj(mpl.text.Text)} == {"Noto Sans SC Subset"}


def test_names_that_look_like_commands_or_are_unknown(run: Path) -> None:
    write_run(run, title=NASTY)
    for name in ("hot_list.csv", "actions.csv"):
        text = (run / name).read_text(encoding="utf-8")
        for topic in TOPICS[:20]:
            text = text.replace(topic, NASTY + topic)
        (run / name).write_text(text.replace("灰兔子大叔", NASTY), encoding="utf-8")
    write_posts(run, NASTY, NASTY)
    write_scenario(run, NASTY)
    with gathered() as said:
        assert len(draw(run)) == len(figures.FIGURES)
    assert {notice.kind for notice in said} <= {"letters_missing"}


def test_shown_fits_names() -> None:
    assert paper.shown("丁真\n 的世界") == "丁真 的世界"
    assert paper.shown("\U0010fffd ok") == "□ ok"  # no letter at all
    assert paper.shown("丁真的世界", 10) == "丁真的世界"
    assert paper.shown("丁真的世界", 9) == "丁真的世…"
    assert paper.shown("") == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (950, "950"), (999.9, "1 k"), (12_345, "12.3 k"), (1.2e6, "1.2 M"), (4.62e9, "4.62 bn")],
)
def test_people_are_counted_in_words(value: float, words: str) -> None:
    assert paper.count(value) == words


def test_reach_says_how_much_and_where(run: Path) -> None:
    with (run / "series.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    total = sum(int(row["impressions"]) for row in rows)
    people = sum(int(row["new_reach"]) for row in rows if row["platform"] == "weibo")
    words = words_of(figure_of(run, "reach"))
    assert any(f"Shown {paper.count(total)} times" in text for text in words)
    assert f"weibo {paper.count(people)}" in words
    assert "10   27 Nov 16:15   西藏日报: 我们在西藏等你" in words  # in the scenario's own zone


def test_an_hour_is_an_hour_whatever_the_step(run: Path) -> None:
    steps = [(clock(hour), "weibo", "s", 10, *[0] * 9) for hour in np.arange(0, 48, 0.25)]
    write(run, "series.csv", steps)
    top = figure_of(run, "reach").axes[0]
    assert set(top.lines[0].get_ydata()) == {40.0}
    write(run, "series.csv", [(clock(24 * day), "weibo", "s", 240, *[0] * 9) for day in range(9)])
    assert set(figure_of(run, "reach").axes[0].lines[0].get_ydata()) == {10.0}


def test_hot_list_tells_simulated_from_observed(run: Path) -> None:
    figure = figure_of(run, "hot_list")
    words = words_of(figure)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "douyin, simulated",
        "weibo, simulated",
        "weibo, observed (measured: hourly archive of the Weibo hot-search list)",
    ]
    assert words.count("no record") == 2
    assert "以为丁真在西藏" in words
    assert "今日头条新闻" not in words
    lines = figure.axes[2].collections[0].get_segments()
    assert [line[0, 1] for line in lines] == [5, 14, 2, 3, 2, 22]
    assert np.ptp(lines[0][:, 0]) == pytest.approx(6 / 24)


def test_a_topic_that_returns_begins_another_stay(run: Path) -> None:
    hours = [1, 1.5, 2, 5, 5.5]
    write(run, "hot_list.csv", [(clock(hour), "weibo", 7, "丁真", "s", 1, "organic") for hour in hours])
    lines = figure_of(run, "hot_list").axes[-2].collections[0].get_segments()
    assert [len(line) for line in lines] == [3, 2]


def test_without_observations_there_is_no_panel_for_them(run: Path) -> None:
    write(
        run,
        "hot_list.csv",
        [(clock(1), "weibo", 7, "丁真", "s", 1, "organic"), (clock(2), "douyin", 7, "丁真", "s", 1, "organic")],
    )
    for text in ("title: x\n", "observed:\n", "observed: {figures: []}\n", "observed: {stays: {}}\n"):
        (run / "scenario.resolved.yaml").write_text(text, encoding="utf-8")
        assert len(figure_of(run, "hot_list").axes) == 2


def test_labels_keep_off_one_another(run: Path) -> None:
    with paper.lettering():
        figure = paper.page("recipe", "title", "about", 6)
        axes = figure.subplots()
        points = np.random.default_rng(6).normal(0.5, 0.1, (20, 2))
        paper.name_points(axes, [(x, y, "丁真的世界", "k") for x, y in points], points)
        boxes = boxes_of(axes)
    assert len(boxes) == 20
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 for box in boxes)


def test_names_of_lines_are_stacked_in_the_order_of_the_lines() -> None:
    with paper.lettering():
        axes = paper.page("recipe", "title", "about", 6).subplots()
        paper.name_ends(axes, [(0.02, "c", "k"), (0.0, "a", "k"), (0.9, "d", "k"), (0.01, "b", "k")])
        boxes = boxes_of(axes)
    assert [text.get_text() for text in axes.texts] == ["a", "b", "c", "d"]
    assert all(low.y1 <= high.y0 for low, high in itertools.pairwise(boxes))


def test_a_label_without_room_is_left_out() -> None:
    with paper.lettering():
        axes = paper.page("recipe", "title", "about", 6).subplots()
        paper.name_points(axes, [(0.5, 0.5, "丁真" * 60, "k")])
    assert len(axes.texts) == 0


def test_actors_are_in_the_order_of_their_first_action(run: Path) -> None:
    rows = [
        (clock(9), "乙", "b", "kol", "post", "weibo", "丁真", 0, ""),
        (clock(3), "甲", "a", "bureau", "invite", *[""] * 4),
    ]
    write(run, "actions.csv", [*rows, (clock(1), "天气", "weather", "fact", "rain", *[""] * 4)])
    figure = figure_of(run, "actors")
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert labels == ["scheduled facts", "甲 · bureau", "乙 · kol"]
    assert {"post 丁真", "invite", "1   11 Nov 01:00   天气: rain"} <= set(words_of(figure))


def test_cascade_says_how_large_and_whose(run: Path) -> None:
    write_cascades(run, np.array([-1, 0, 0, 0, 1]))
    words = words_of(figure_of(run, "cascade"))
    assert "The largest cascade: 500 people, up to 2 reposts from its start" in words
    about = "Post of 灰兔子大叔 (kol, weibo), topic 丁真的世界. Structural virality 1.8; a star has 2."
    assert about in words


def test_cascade_of_one_who_was_shown_the_post(run: Path) -> None:
    write_cascades(run, np.array([-1, -1, 1, 1]))
    words = words_of(figure_of(run, "cascade"))
    assert "The largest cascade: 300 people, up to 1 repost from its start" in words
    assert any(text.startswith("Begun by a viewer of the post of 灰兔子大叔") for text in words)


def test_layout_of_a_tree_counted_by_hand() -> None:
    angle, depth = figures._layout([-1, 0, 0, 1, 1, 4])
    assert depth.tolist() == [0, 1, 1, 2, 2, 3]
    third = 2 * np.pi / 3
    assert sorted(angle[[2, 3, 5]]) == pytest.approx([0.5 * third, 1.5 * third, 2.5 * third])
    assert angle[4] == angle[5]
    assert angle[1] == pytest.approx((angle[3] + angle[4]) / 2)


def test_the_largest_tree_is_found_by_people_not_rows() -> None:
    parent, weight = np.array([-1, -1, 0, 1, 0, 3]), np.array([999, 1, 1, 50, 1, 50])
    rows, own = figures._largest(parent, weight)
    assert rows.tolist() == [1, 3, 5]
    assert own.tolist() == [-1, 0, 1]


FULL = {"marks": pytest.mark.verify}


@pytest.mark.parametrize(
    ("nodes", "depth", "seconds"),
    [(10_000, 1000, 4), pytest.param(100_000, 1, 20, **FULL), pytest.param(100_000, 1000, 20, **FULL)],
)
def test_a_large_tree_is_drawn_in_seconds(run: Path, nodes: int, depth: int, seconds: float) -> None:
    tree = grow(nodes)
    tree[1:depth] = np.arange(depth - 1)
    write_cascades(run, tree)
    start = time.process_time()
    draw(run, ["cascade"])
    assert time.process_time() - start < seconds


def test_nothing_to_draw_is_said(run: Path) -> None:
    for name in ("hot_list.csv", "actions.csv"):
        write(run, name, [])
    write(run, "series.csv", [(clock(0), "weibo", "s", *[0] * 10)])
    (run / "scenario.resolved.yaml").write_text("title: x\n", encoding="utf-8")
    write_cascades(run, np.array([-1]), weight=[1, 0, 1])
    assert len(draw(run)) == len(figures.FIGURES)
    assert "nobody saw the story in this run" in words_of(figure_of(run, "reach"))
    assert "nobody acted in this run" in words_of(figure_of(run, "actors"))
    np.savez(run / "cascades.npz", **dict.fromkeys(("post", "parent", "minute", "weight"), np.zeros(0, np.int64)))
    assert "no repost in this run" in words_of(figure_of(run, "cascade"))


@pytest.mark.parametrize("name", USED_BY)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise"])
def test_a_missing_or_damaged_file_is_named(run: Path, name: str, damage: str) -> None:
    path = run / name
    content = path.read_bytes()
    cut = content.rstrip()[:-60] if name != "scenario.resolved.yaml" else content + b"\n  : [\n"
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": cut, "noise": bytes(range(128, 256)) * 9}[damage])
    with pytest.raises(SimError) as caught:
        draw(run, [USED_BY[name]])
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("run.json", '"ratio"', '"ration"'),
        ("series.csv", "+08:00", ""),
        ("series.csv", "impressions", "views"),
        ("series.csv", "2020-11-13", "2020-13-13"),
        ("hot_list.csv", "weibo,3,", "weibo,inf,"),
        ("posts.csv", "\n7,", "\n8,"),
        ("scenario.resolved.yaml", "grade:", "grad:"),
        ("scenario.resolved.yaml", "best_rank: 14", "best_rank: high"),
    ],
)
def test_a_wrong_value_is_named(run: Path, name: str, old: str, new: str) -> None:
    text = (run / name).read_text(encoding="utf-8")
    assert old in text
    (run / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SimError, match=name):
        draw(run, [USED_BY[name]])


@pytest.mark.parametrize("damage", [{"parent": [-1, 1, 0]}, {"parent": [-1, -2, 0]}, {"weight": [1, 1]}])
def test_a_forest_out_of_order_is_refused(run: Path, damage: dict[str, list[int]]) -> None:
    write_cascades(run, np.array([-1]), **damage)
    with pytest.raises(SimError, match=r"cascades\.npz"):
        draw(run, ["cascade"])


def test_a_failure_leaves_the_old_picture_and_no_other_file(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = draw(run, ["cascade"])
    before = path.read_bytes()

    def fail(self: Figure, name: Path, **_: Any) -> None:
        name.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        draw(run, ["cascade"])
    assert path.read_bytes() == before
    assert list((run / "figures").iterdir()) == [path]


def test_the_users_settings_neither_matter_nor_change(run: Path) -> None:
    (path,) = draw(run, ["cascade"])
    before = path.read_bytes()
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.dpi": 20}):
        settings = dict(mpl.rcParams)
        draw(run, ["cascade"])
        assert dict(mpl.rcParams) == settings
    assert path.read_bytes() == before


def test_no_window_is_ever_wanted(run: Path) -> None:
    """Neither importing nor drawing touches pyplot, which would choose a backend."""
    code = "import sys; from sim.pictures import figures; figures.draw(sys.argv[1], ['cascade'], labels={}); "
    code += "assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code, str(run)], check=True, cwd=Path(__file__).parents[1])


def test_spill_names_what_came_over_and_adds_up(run: Path) -> None:
    series = pd.read_csv(run / "series.csv").groupby("platform").new_reach.sum()
    words = words_of(figure_of(run, "spill"))
    assert f"{1e6 / series['weibo']:.0%} of those reached on weibo saw what came over from douyin" in words
    shares = [word for word in words if "\n" in word]
    assert f"1 M\n{1e6 / series['weibo']:.0%}" in [word.replace("1.00", "1") for word in shares]
    assert f"{paper.count(series['douyin'])}\n100%" in shares


def test_spill_of_a_run_in_which_nothing_crossed(run: Path) -> None:
    (run / "summary.json").write_text("{}", encoding="utf-8")
    assert "no share of this run crossed a border" in words_of(figure_of(run, "spill"))
