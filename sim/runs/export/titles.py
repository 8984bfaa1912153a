"""What the columns of graphs are called in Chinese; in English they go by their own names."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE = {
    "label": "名称",
    "user": "用户编号",
    "kind": "类型",
    "platform": "平台",
    "story": "故事",
    "post": "帖子编号",
    "time": "时间",
    "minute": "分钟",
    "channel": "渠道",
    "people": "代表人数",
    "followers": "粉丝数",
    "community": "社群",
    "segment": "人群",
    "depth": "转发深度",
    "reposts": "被转发数",
    "size": "子树人数",
    "tree": "所属传播树",
    "step": "步",
    "steps": "间隔步数",
    "recovered": "恢复步",
    "delay_minutes": "间隔分钟",
    "of": "方式",
    "weight": "权重",
}


def titles(lang: str) -> Mapping[str, str]:
    """Titles by column."""
    return CHINESE if lang == "zh" else {}
