"""What is wrong with a document is told in English and Chinese from one table, and stays both on every way."""

import copy
import pickle
import re
from dataclasses import asdict
from pathlib import Path
from string import Formatter

import pytest

from sim.base import errors, loader
from sim.base.errors import Bilingual, ScenarioError, both, called, changed, either
from sim.base.reader import document_of
from sim.scenario.load import completed, load

SIM = Path(errors.__file__).parents[1]
READ = {".yaml", ".py", ".js", ".html", ".md", ".json"}


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_no_line_is_missing_and_none_unused():
    python = "\n".join(path.read_text(encoding="utf-8") for path in SIM.rglob("*.py"))
    asked = set(re.findall(r'"([a-z][a-z0-9_]*)"', python)) & errors.table().keys()
    asked |= {key for key in errors.table() if key.startswith("thing_")}
    asked |= {f"{key}_one" for key in asked if key.startswith("size_")}
    assert errors.table().keys() - asked == set()
    assert set(re.findall(r'\bboth\(\s*"(\w+)"', python)) <= errors.table().keys()
    for key, line in errors.table().items():
        assert line.keys() == {"en", "zh"}, key
        assert fields(line["en"]) == fields(line["zh"]), key
        assert re.search("[一-鿿]", line["zh"]), key


@pytest.mark.parametrize(("word", "others"), [("付费推广", ("投流", "买量", "推流", "加热"))])
def test_a_thing_has_one_word_in_chinese(word, others):
    """What pages, the studio, faults, the catalogue and the documentation call it, whoever wrote them."""
    found = [path for path in (*SIM.rglob("*"), *SIM.parent.glob("docs/**/*.md")) if path.suffix in READ]
    texts = {path: path.read_text(encoding="utf-8") for path in found}
    assert any(word in text for text in texts.values())
    assert [f"{path.name}: {other}" for path, text in texts.items() for other in others if other in text] == []


def test_a_line_is_its_english_and_keeps_its_chinese():
    line = both("must_be", need=either([both("need_whole"), both("need_text")]), value="-1")
    assert line == "must be a whole number or text, not -1"
    assert line.zh == "须为整数或文本，而不是-1"
    for same in (pickle.loads(pickle.dumps(line)), copy.deepcopy(line), changed(line, str.strip)):
        assert (type(same), same, same.zh) == (Bilingual, line, line.zh)
    assert type(changed("plain", str.strip)) is str
    assert (called("platform").zh, called("gadget")) == ("平台", "gadget")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("stories.ding_zhen.appeal=-2", "须为> 0，而不是-2"),
        ("people.users=many", "须为整数，而不是'many'"),
        ("people.userz=5", "未知的键；是否想写“users”？"),
        ("stories.ding_zhen.title=''", "至少须有1个字符，现有0个"),
        ("start=soon", "须为带时区的时间，而不是'soon'；例如2021-04-01T08:00+08:00"),
        ("interventions[0].platform=weybo", "未知的平台“weybo”；是否想写“weibo”？"),
        ("interventions[0].at=2031-01-01T00:00+08:00", "不在运行期间内"),
        ("interventions[0].kind=poste", "未知的值'poste'；是否想写“post”？"),
        ("people.users=2000000000", "模拟2,000,000,000人"),
        ("engine=fast", "未知的值'fast'"),
        ("title=['", "不是有效的YAML"),
    ],
)
def test_what_a_form_can_do_wrong_is_told_in_chinese(change, said):
    with pytest.raises(ScenarioError) as caught:
        load("ding_zhen", sets=[change])
    told = ["；".join(part.zh for part in (fault.message, fault.hint) if part) for fault in caught.value.faults]
    assert any(one.startswith(said) for one in told), told
    assert all(asdict(fault)["message"].zh for fault in caught.value.faults)
    again = pickle.loads(pickle.dumps(caught.value))
    assert [fault.message.zh for fault in again.faults] == [fault.message.zh for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("budget: 10", "费用"),
        ("opens: 2023-09-30T00:00+08:00", "不在活动期间内"),
    ],
)
def test_what_does_not_fit_in_a_campaign_is_told_in_chinese(change, said):
    where, _, value = change.partition(": ")
    with pytest.raises(ScenarioError) as caught:
        load("launch", sets=[f"campaign.{where}={value}"])
    assert any(said in fault.message.zh or "不在运行期间内" in fault.message.zh for fault in caught.value.faults)


def test_what_is_missing_is_told_in_chinese():
    with pytest.raises(ScenarioError) as caught:
        completed(document_of(loader.dump({"name": "x", "start": "2021-01-01T00:00+08:00"}).encode(), "x.yaml"))
    assert {fault.message.zh for fault in caught.value.faults} == {"缺失"}
