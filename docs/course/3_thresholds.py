# %% [markdown]
# # 3 · Thresholds
# # 第3课 · 阈值
#
# *Ten minutes.* For a rumour one friend is enough. To change one's profile picture, to join a protest, to buy what is
# expensive, most people wait until *several* have done it. That small difference turns much upside down.
#
# *十分钟。* 传闻只需一位朋友；换头像、参加抗议、买贵的东西，多数人要等*好几位*先做。这一点小差别会把许多结论颠倒过来。

# %%
import warnings

import matplotlib.pyplot as plt
import numpy as np

from sim import run
from sim.base.notices import NoticeWarning
from sim.pictures.slides import slides

warnings.simplefilter("once", NoticeWarning)  # what a run says of itself, once 每种提示只显示一次
slides()

# %% [markdown]
# ## A crowd on a square
# ## 广场上的一百人
#
# A hundred people. Number 0 begins unasked; number 1 joins once one has, number 2 once two have, and so on to 99.
# All join. Now let number 1 wait for two instead. *One* person is a little different: how many join?
# *Source*: Granovetter 1978, doi:10.1086/226707. Nothing is drawn here, so the check is exact.
#
# 一百人：0 号自己开始；1 号看到 1 人就加入，2 号看到 2 人就加入……直到 99 号。结果全部加入。现在让 1 号改为等 2 人。只有*一个*人稍有不同：会有多少人加入？这里没有随机，核对是精确的。


# %%
def joined(thresholds):
    """How many have joined, round by round, until nobody more does."""
    rounds = [0]
    while (more := int(np.sum(thresholds <= rounds[-1]))) > rounds[-1]:
        rounds.append(more)
    return rounds


crowd = np.arange(100)
other = np.where(crowd == 1, 2, crowd)
print("as it was 原来:", joined(crowd)[-1], " one person changed 改动一人:", joined(other)[-1])
assert (joined(crowd)[-1], joined(other)[-1]) == (100, 1)

# %% [markdown]
# The mean threshold rose by 0.01. A poll could not have told the two crowds apart; what they did could not differ more.
#
# 平均阈值只增加了 0.01。民意调查分不出这两群人，结果却天差地别。
#
# ## On a ring
# ## 在环上
#
# People stand in a ring and know their two neighbours on either side. In a *simple* contagion one friend is enough, in
# a *complex* one it takes two. From two neighbours on, with certainty, the simple one takes two people a step on either
# side, the complex one only one. So 200 people take $\lceil 198/4\rceil = 50$ and $198/2 = 99$ steps.
# *Source*: Centola & Macy 2007, doi:10.1086/521848. Exact again.
#
# 人们站成一圈，认识左右各两位邻居。*简单*传播一位朋友就够，*复杂*传播需要两位。从相邻两人开始，简单传播每步每侧推进 2 人，复杂传播只推进 1 人。所以 200 人分别需要 50 步和 99 步。同样精确。

# %%
SIMPLE = {"model": "complex_contagion", "at_least": 1}
COMPLEX = {"model": "complex_contagion", "at_least": 2}


def ring(contagion, people=200, friends=4, rewire=0.0, seeds=None, steps=400, seed=1):
    """The summary of a contagion on a ring, of whose ties a share is rewired at random."""
    world = {
        "name": "ring",
        "users": people,
        "steps": steps,
        "network": {"kind": "watts_strogatz", "k": friends, "rewire": rewire},
        "contagion": contagion,
        "seeds": seeds or {"users": [0, 1]},
    }
    return run(world, seed=seed, out=None).summary


found = {name: ring(model) for name, model in {"simple 简单": SIMPLE, "complex 复杂": COMPLEX}.items()}
for name, summary in found.items():
    print(f"{name}: {summary['people_reached']} people 人 in {summary['last_step']} steps 步")
assert [summary["last_step"] for summary in found.values()] == [50, 99]

# %% [markdown]
# ## Long ties
# ## 长程关系
#
# Now a share of the ties is rewired to anybody. Watts & Strogatz 1998 (doi:10.1038/30918) showed that a few such
# shortcuts make the world small: a rumour needs far fewer steps. For a complex contagion a shortcut leads to somebody
# who knows only *one* of those who joined. Each tie that is rewired is also one less at home. So at first it hardly
# helps, and with very many it stops all.
#
# 现在把一部分关系随机改接。少量“捷径”就能让世界变小，传闻所需步数大减。但对复杂传播来说，捷径另一端的人只认识*一位*加入者，而且每改接一条，本地就少一条。所以起初几乎没有帮助；改得太多，传播就停了。

# %%
SHARES = [0, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 1]
START = {"around": 0, "count": 11}
PEOPLE = 1000
lines = {"one friend 一位": 1, "two 两位": 2, "three 三位": 3}
fig, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
places = np.arange(len(SHARES))
steps_of = {}
for name, need in lines.items():
    model = {"model": "complex_contagion", "at_least": need}
    runs = [ring(model, PEOPLE, 10, share, START) for share in SHARES]
    reached = np.array([summary["people_reached"] / PEOPLE for summary in runs])
    steps = np.array([summary["last_step"] for summary in runs], float)
    steps_of[need] = steps
    left.plot(places, reached, "o-", label=name)
    right.plot(places, np.where(reached > 0.9, steps, np.nan), "o-", label=name)
for ax, title, unit in (
    (left, "how many 触达多少", "share reached 触达比例"),
    (right, "how fast 要多久", "steps to the end 步数"),
):
    ax.set_xticks(places, [f"{share:g}" for share in SHARES], size=13)
    ax.set(title=title, xlabel="share of ties rewired 改接比例", ylabel=unit)
left.legend()
plt.show()
assert steps_of[1][2] < steps_of[1][0] / 3, "one per cent of shortcuts: a simple contagion is three times as fast"
assert steps_of[3][2] > 0.9 * steps_of[3][0], "a complex one that takes three is hardly faster"

# %% [markdown]
# ## The window
# ## 级联窗口
#
# Let everybody join once 18 % of their friends have. A person with five friends or fewer joins after *one*; with more
# friends it takes two and more. So too few ties: nothing connects. Too many: everybody is held back by the friends who
# have not joined. Between lies a *window* in which a few seeds take nearly all.
# *Source*: Watts 2002, doi:10.1073/pnas.082090499; the curve: Gleeson & Cahalane 2007, doi:10.1103/PhysRevE.75.056103.
#
# 设每个人在 18% 的朋友加入后加入。朋友不超过五位的人，*一位*就够；朋友更多则需两位以上。关系太少，连不起来；太多，则被还没加入的朋友拖住。两者之间有一个*窗口*，少数起点就能带动几乎所有人。
#
# We ask that no run inside the window, up to a mean of six friends, is off theory by more than 7 points. Beyond it, look.
#
# 我们要求窗口之内（平均朋友数不超过 6）每次运行与理论相差不超过 7 个百分点。窗口边缘，请看图。

# %%
FRIENDS = [1, 1.5, 2, 3, 4, 5, 6, 6.5, 7, 7.5, 8, 9]


def window(friends, seed=1, fraction=0.18, people=3000, seeds=15):
    """The summary of a contagion with a threshold as a fraction, on a random network."""
    world = {
        "name": "window",
        "users": people,
        "steps": 200,
        "network": {"kind": "erdos_renyi", "mean_degree": friends},
        "contagion": {"model": "complex_contagion", "fraction": fraction},
        "seeds": {"count": seeds},
    }
    return run(world, seed=seed, out=None).summary


worlds = [[window(z, seed) for seed in range(3)] for z in FRIENDS]
runs = np.array([[[one["people_reached"], one["theory_people_reached"]] for one in row] for row in worlds]) / 3000
fig, ax = plt.subplots()
ax.plot(FRIENDS, runs[:, 0, 1], "--", color="#888888", label="theory 理论")
for seed in range(3):
    ax.plot(FRIENDS, runs[:, seed, 0], "o", color="#1f77b4", alpha=0.6, label="runs 运行" if seed == 0 else None)
ax.set(title="The window 级联窗口", xlabel="mean number of friends 平均朋友数", ylabel="share reached 触达比例")
ax.legend()
plt.show()
inside = np.array(FRIENDS) <= 6
farthest = abs(runs[inside, :, 0] - runs[inside, :, 1]).max()
print(f"farthest from theory inside the window 窗口内最大偏差: {farthest:.1%}")
assert farthest < 0.07

# %% [markdown]
# At the right end a run takes all or nothing: there it is luck whether the seeds lie well, and the mean of many runs
# would describe none of them.
#
# 在右端，一次运行要么全部、要么几乎没有：全看起点的运气，多次运行的平均值不代表任何一次。
#
# ## On a platform
# ## 在平台上
#
# In the platform model whoever meets a story *several times lately* can be readier to act, `reinforcement` of a kind
# of content: remixes, challenges, picture filters ([decision note 0044](../decisions/0044-making.md)). Below, the same
# small world with and without it, for four seeds, computed when you run this. In which of them does it count, and why only there?
#
# 平台模型中，近来*多次*遇到同一故事的人会更愿意行动，这就是内容类型的 `reinforcement`（翻拍、挑战、换头像等）。下面是同一个小世界有无这一机制的对比（四个种子，运行时计算）。它在哪些世界里起作用？为什么只在那里？

# %%
CHALLENGE = {
    "name": "challenge",
    "start": "2021-04-01T08:00+08:00",
    "days": 1,
    "step_minutes": 30,
    "people": {"users": 3000, "represents": 989_000_000},
    "platforms": {"douyin": {}},
    "stories": {"dance": {"title": "Dance 手势舞", "appeal": 2.5, "interests": {"entertainment": 1.0}}},
    "actors": [{"name": "dancer", "kind": "kol", "accounts": {"douyin": 5_000_000}}],
    "interventions": [
        {"kind": "post", "at": "2021-04-01T10:00+08:00", "actor": "dancer", "platform": "douyin", "story": "dance",
         "content": "challenge"},
    ],
}  # fmt: skip
for strength in (0, 5):
    sets = [f"platforms.douyin.content.challenge.reinforcement={strength}"]
    series = [run(CHALLENGE, seed=seed, sets=sets, out=None).table("series") for seed in range(4)]
    print(f"reinforcement {strength}: posts made by users 用户创作 {[f'{one.creations.sum():,}' for one in series]}")

# %% [markdown]
# ## Exercises
# ## 练习
#
# **1.** In the crowd, change as *few* people as you can so that just 50 join.
#
# **1.** 在广场上的一百人中，改动*尽可能少*的人，使得恰好 50 人加入。

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# One: number 50 would join as the fifty-first, once 50 have. Let them wait for 51. Numbers 51 and above then wait too.
#
# 一个人：50 号本来会在 50 人之后加入；让他等 51 人，后面的人也就都等着了。
# </details>

# %% tags=["answer"]
print(joined(np.where(crowd == 50, 51, crowd))[-1])
assert joined(np.where(crowd == 50, 51, crowd))[-1] == 50

# %% [markdown]
# **2.** You may give a new app to three people of a ring of 1,000 with ten friends each, and it takes two friends to adopt.
# Is it better to choose them by lot or as neighbours? And if one friend is enough? Predict, then run both.
#
# **2.** 一个 1000 人的环，每人十位朋友；新应用需要两位朋友先用才会采纳。你可以送给三个人：抽签好，还是选相邻的人好？如果一位朋友就够呢？先预测，再运行。

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# As neighbours, where two friends are needed: of three by lot hardly two share a friend. Where one is enough all are
# reached either way, and by lot sooner, for it starts in three places. Who is a good beginner depends on what spreads.
#
# 需要两位朋友时选相邻的人：抽签的三人几乎没有共同的朋友。一位就够时都会传遍，而抽签更快，因为有三处同时开始。谁是好的起点，取决于传播的是什么。
# </details>

# %% tags=["answer"]
for name, model in {"one friend 一位": SIMPLE, "two friends 两位": COMPLEX}.items():
    by_lot, together = (
        ring(model, 1000, 10, 0.0, seeds, seed=2) for seeds in ({"count": 3}, {"around": 0, "count": 3})
    )
    for how, summary in {"by lot 抽签": by_lot, "neighbours 相邻": together}.items():
        print(f"{name}, {how}: {summary['people_reached']:,} in {summary['last_step']} steps 步")
    assert together["people_reached"] == 1000
    assert (by_lot["people_reached"] == 1000) == (model is SIMPLE)

# %% [markdown]
# **3.** Watts' condition: a single seed can start a large cascade if those who join after *one* friend are linked among
# themselves, $\sum_{k \le 1/0.18} k(k-1)\,p_k > \langle k\rangle$, with $p_k$ the share of people with $k$ friends (Poisson
# here). For which mean numbers of friends does it hold?
#
# **3.** Watts 条件：若“一位朋友就够”的人彼此相连，即 $\sum_{k \le 1/0.18} k(k-1)\,p_k > \langle k\rangle$（$p_k$ 为泊松分布），单个起点就可能引发大级联。平均朋友数在什么范围内成立？

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# From one friend to a little under six. Our 15 seeds stretch it to the right, since somebody may know two of them: that
# is why the picture's window is wider than that of a single seed.
#
# 大约从 1 到不足 6。我们有 15 个起点，可能有人认识其中两位，所以图中的窗口比单个起点的更宽。
# </details>

# %% tags=["answer"]
from scipy.stats import poisson

k = np.arange(6)  # 1 / 0.18 = 5.6
means = np.linspace(0.5, 9, 851)
holds = [z for z in means if (k * (k - 1) * poisson.pmf(k, z)).sum() > z]
print(f"{holds[0]:.2f} to {holds[-1]:.2f}")
assert 1 < holds[0] < 1.1 < 5.5 < holds[-1] < 6.5

# %% [markdown]
# ---
# **Further**: ask your class for its own thresholds, with phones: [sim studio --class](../guide/classroom.md);
# [the textbook ladder](../guide/textbook.md). **Next**: [one run, step by step](4_one_run.ipynb).
#
# **延伸**：用手机收集全班自己的阈值：[sim studio --class](../guide/classroom.md)；[教科书模型](../guide/textbook.md)。**下一课**：[逐步看懂一次运行](4_one_run.ipynb)。
