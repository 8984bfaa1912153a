"""The reasons of minds in Chinese, phrase by phrase; minds say them in English, and what is not here stays so."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sim.pages.told import Named
from sim.pages.words import Said

TOPIC, NUMBER = r"(#[^#]*#)", r"([\d,.]+)"
PHRASES = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        (rf"{TOPIC} at rank {NUMBER} on (\w+)", r"\1在{\3}排第\2"),
        (rf"^saw (#.*?); fit {NUMBER}", r"看到\1；契合度\2"),
        (rf" for {NUMBER} min", r"，已\1分钟"),
        (rf"{NUMBER} topics of the story listed in {NUMBER} h", r"\2小时内有\1个相关话题上榜"),
        (r"; now (#)", r"；此刻\1"),
        (rf"{NUMBER} h ago", r"\1小时前"),
        (rf"{NUMBER} rivals? joined \(([^)]*)\)", r"\1个同行已加入（\2）"),
        (rf"{TOPIC} is about us", r"\1说的是我们"),
        (rf": pressure {NUMBER} passes own threshold {NUMBER}", r"：压力\1超过自身门槛\2"),
        (rf"{NUMBER} M reads of the story in {NUMBER} h", r"故事\2小时内有\1百万次阅读"),
        (
            rf"reads grew {NUMBER}-fold in {NUMBER} h, {NUMBER} M in {NUMBER} h",
            r"阅读量\2小时内增至\1倍，\4小时\3百万次",
        ),
        (rf"; asks {NUMBER} KOLs of tier (\w+)", r"；邀约\1位博主（\2）"),
        (rf"(.+?) offers {NUMBER} yuan; own price {NUMBER}", r"\1出价\2元；自身报价\3元"),
        (r"^fee of (.+)$", r"支付给\1的费用"),
        (rf"steady posting, {NUMBER} a day", r"日常发帖，每天\1条"),
        (rf"{NUMBER}% of the reads of {NUMBER} h are negative", r"\2小时内\1%的阅读为负面"),
        (r"; buys a place", "；购买一个位置"),
        (rf"{NUMBER} followers won, {NUMBER} are enough to ask", r"已涨粉\1，达到\2即可邀约"),
        (rf"the story came up (.+?), {NUMBER} M reads in {NUMBER} h", r"故事\1出现，\3小时有\2百万次阅读"),
        (rf"(.+?) brought it {NUMBER} min ago; {NUMBER} newsrooms have it", r"\1在\2分钟前报道；已有\3家媒体跟进"),
        (rf"{NUMBER} topics were listed, the last (.+)$", r"已有\1个话题上榜，最近一个在\2"),
        (r"^campaign: hired$", "投放：聘请"),
        (r"^campaign: own post$", "投放：自有账号发帖"),
    )
)
PLACE = re.compile(r"\{(\w+)\}")


def why(text: str, platforms: Mapping[str, Named]) -> Said:
    """A reason in both languages."""
    chinese = text
    for english, other in PHRASES:
        chinese = english.sub(other, chinese)
    if chinese == text:
        return Said(en=text, zh=text)

    def named(match: re.Match[str]) -> str:
        return platforms[match[1]].said["zh"] if match[1] in platforms else match[0]

    return Said(en=text, zh=PLACE.sub(named, chinese).replace("; ", "；").replace(", ", "，"))
