"""No platform and no kind of content is named in code: both are data, and whoever adds one edits no code.

A platform is named by a text that equals its name or title, or begins with its name and an underscore, as its metrics
do; docstrings and paths of files do not count. A kind of content is named by a text that equals one of the catalogue's
and is passed as ``content``, compared with something called so, or looked up in it. Defaults of fields are data.
"""

import ast

import pytest

from scripts import house
from sim import catalog
from sim.base.reader import read

PLATFORMS = {name: read(catalog.platform_path(name)).data for name in catalog.platform_names()}
NAMES = {*PLATFORMS, *(data["title"] for data in PLATFORMS.values())}
KINDS = {kind for data in PLATFORMS.values() for kind in data["content"]}


def parents(tree):
    """Every node with what it stands in."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def texts(tree, above):
    """Text constants that are neither docstrings nor defaults of a class's fields."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            around = above[node]
            default = isinstance(around, ast.Call) and isinstance(above[around], ast.AnnAssign)
            field = default and isinstance(above[above[around]], ast.ClassDef) and ast.unparse(around.func) == "Field"
            if not isinstance(around, ast.Expr) and not (field and around.args[:1] == [node]):
                yield node


def names_platform(text):
    return text in NAMES or any(text.startswith(f"{name}_") and "/" not in text for name in PLATFORMS)


def parameters(trees):
    """Names of the parameters of every function, method and record, by its own name; several may share it."""
    found = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
                found.setdefault(node.name, []).append(names[1:] if names[:1] in (["self"], ["cls"]) else names)
            elif isinstance(node, ast.ClassDef):
                fields = [part.target.id for part in node.body if isinstance(part, ast.AnnAssign)]
                found.setdefault(node.name, []).append(fields)
    return found


def names_content(node, above, known):
    """Whether a text stands where a kind of content does."""
    around = above[node]
    if isinstance(around, ast.keyword):
        return around.arg == "content"
    if isinstance(around, ast.Compare):
        others = [ast.unparse(part) for part in (around.left, *around.comparators) if part is not node]
        return any("content" in other for other in others)
    if isinstance(around, ast.Subscript):
        return "content" in ast.unparse(around.value)
    if isinstance(around, ast.Call) and node in around.args:
        name = around.func.attr if isinstance(around.func, ast.Attribute) else ast.unparse(around.func)
        place = around.args.index(node)
        looked_up = name in ("get", "index") and "content" in ast.unparse(around.func)
        return looked_up or any(names[place : place + 1] == ["content"] for names in known.get(name, ()))
    return False


def named(sources):
    """By file, the platforms and kinds of content that its code names."""
    trees = {path: ast.parse(source) for path, source in sources.items()}
    known, found = parameters(trees.values()), {}
    for path, tree in trees.items():
        above = parents(tree)
        for node in texts(tree, above):
            if names_platform(node.value) or (node.value in KINDS and names_content(node, above, known)):
                found.setdefault(path, set()).add(node.value)
    return found


def test_no_platform_and_no_kind_of_content_is_named_in_code():
    sources = {str(p.relative_to(house.ROOT)): p.read_text(encoding="utf-8") for p in house.modules().values()}
    assert named(sources) == {}


def test_the_catalogue_has_platforms_to_look_for():
    assert {"weibo", "Weibo", "douyin", "Kuaishou"} <= NAMES
    assert {"user", "kol", "blue_v", "challenge"} <= KINDS


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('def f():\n    """weibo"""\n    return where == "weibo"', {"weibo"}),
        ('TITLES = {"Douyin": 1}', {"Douyin"}),
        ('x = ["weibo_impressions", "weibo_archive/days.csv", "such as weibo_topics"]', {"weibo_impressions"}),
        ('class A:\n    where: str = Field("weibo", description="where")\n    x: str = "douyin"', {"douyin"}),
        ('class A:\n    where: str = Field("", description="weibo")', {"weibo"}),
        ('Publish(1, content="kol")', {"kol"}),
        ('class Draft:\n    story: int\n    content: str\nDraft(1, "kol")\nDraft("kol", 2)', {"kol"}),
        ('class A:\n    def add(self, n, content): ...\nA().add(1, "user")', {"user"}),
        ('platform.content["ad"]; "own" in spec.content; content == "live"; spec.content.get("shop")',
         {"ad", "own", "live", "shop"}),
        ('kinds = ("kol", "media"); acts["user"]; slot == "ad"', set()),
    ],
)  # fmt: skip
def test_what_the_rule_sees(code, words):
    assert named({"a.py": code}).get("a.py", set()) == words
