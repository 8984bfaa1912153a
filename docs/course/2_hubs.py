# %% [markdown]
# # 2 · Why hubs matter
# # 第2课 · 枢纽为什么重要
#
# *Ten minutes.* Two networks with the same number of people and of ties. In one, everybody has about as many friends;
# in the other a few have very many. What does that change, for a rumour and for a platform?
#
# *十分钟。* 两张网络的人数和关系数相同：一张里大家的朋友数差不多，另一张里少数人朋友极多。对传闻和平台来说，这会带来什么不同？

# %%
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np

from sim import run
from sim.pictures.slides import slides

slides()
PEOPLE, SEEDS = 2000, 20
networks = {
    "even 均匀": nx.fast_gnp_random_graph(PEOPLE, 8 / (PEOPLE - 1), seed=1),
    "hubs 枢纽": nx.barabasi_albert_graph(PEOPLE, 4, seed=1),  # newcomers befriend the popular 新人更爱结交人气高者
}
for name, graph in networks.items():
    degrees = np.array([degree for _, degree in graph.degree()])
    print(
        f"{name}: {graph.size():,} ties 关系; friends 朋友数: mean 平均 {degrees.mean():.1f}, most 最多 {degrees.max()}"
    )

# %% [markdown]
# ## Your friends have more friends than you
# ## 你的朋友比你朋友多
#
# Take a random *end of a tie* instead of a random person: with $k$ friends one is met $k$ times as often. So the mean
# number of friends *of a friend* is $\langle k^2\rangle / \langle k\rangle$, which is never less than $\langle k\rangle$.
# *Source*: Feld 1991, doi:10.1086/229693. This is no approximation, so the check is exact.
#
# 如果随机抽的不是人，而是*关系的一端*，那么有 $k$ 位朋友的人被抽到的机会是 $k$ 倍。所以*朋友的*平均朋友数是 $\langle k^2\rangle / \langle k\rangle$，不会小于 $\langle k\rangle$。这不是近似，所以核对是精确的。


# %%
def moments(graph):
    """Mean and mean square of the numbers of friends."""
    degrees = np.array([degree for _, degree in graph.degree()], float)
    return degrees.mean(), (degrees**2).mean()


for name, graph in networks.items():
    met = np.mean([graph.degree(end) for u, v in graph.edges for end in (u, v)])
    mean, square = moments(graph)
    envious = np.mean(
        [np.mean([graph.degree(f) for f in graph[u]]) > graph.degree(u) for u in graph if graph.degree(u)]
    )
    print(f"{name}: friends 朋友数 {mean:.1f}; of a friend 朋友的朋友数 {met:.1f}; ", end="")
    print(f"fewer than their friends' mean 少于朋友平均值的人 {envious:.0%}")
    assert abs(met - square / mean) < 1e-9

# %% [markdown]
# ## The threshold
# ## 阈值
#
# A rumour passes along each tie with probability $p$. Whoever has just heard it came by one tie and has
# $\langle k^2\rangle/\langle k\rangle - 1$ others left, so it grows if $p$ is above
# $p_c = \langle k\rangle / (\langle k^2\rangle - \langle k\rangle)$. Hubs raise $\langle k^2\rangle$, and lower the threshold.
# *Source*: Newman 2002, doi:10.1103/PhysRevE.66.016128; Pastor-Satorras & Vespignani 2001, doi:10.1103/PhysRevLett.86.3200.
#
# 传闻沿每条关系以概率 $p$ 传播。刚听说的人沿一条关系得知，平均还剩 $\langle k^2\rangle/\langle k\rangle - 1$ 条，所以当 $p$ 超过 $p_c = \langle k\rangle / (\langle k^2\rangle - \langle k\rangle)$ 时传播会扩大。枢纽抬高 $\langle k^2\rangle$，从而压低阈值。
#
# The dashed lines are theory for a random network with the same numbers of friends (Gleeson & Cahalane 2007,
# doi:10.1103/PhysRevE.75.056103). One run for each point; we ask that none is off by more than 8 points of a hundred.
# (Below the threshold a run is luck, and a grown network with hubs is not quite a random one.)
#
# 虚线是“朋友数相同的随机网络”的理论。每个点只运行一次；我们要求偏差都不超过 8 个百分点。（低于阈值时，单次运行全凭运气；逐步生长出枢纽的网络，也不完全是随机网络。）

# %%
fig, ax = plt.subplots()
chances = np.linspace(0.01, 0.3, 16)
for (name, graph), colour in zip(networks.items(), ("#1f77b4", "#d62728"), strict=True):
    mean, square = moments(graph)
    threshold = mean / (square - mean)
    sets = [f"seeds={{count: {SEEDS}}}"]
    runs = [run("independent_cascade", graph=graph, sets=[*sets, f"contagion.p={p}"], out=None) for p in chances]
    reached = np.array([one.summary["people_reached"] for one in runs]) / PEOPLE
    theory = np.array([one.summary["theory_people_reached"] for one in runs]) / PEOPLE
    ax.plot(chances, reached, "o", color=colour, label=f"{name}: threshold 阈值 {threshold:.3f}")
    ax.plot(chances, theory, "--", color=colour)
    ax.axvline(threshold, color=colour, alpha=0.3)
    print(f"{name}: p_c = {threshold:.3f}; farthest from theory 与理论最大偏差 {abs(reached - theory).max():.1%}")
    assert abs(reached - theory).max() < 0.08
ax.set(
    title="How far a rumour comes 传闻传多远",
    xlabel="p, chance along a tie 每条关系的概率",
    ylabel="share reached 触达比例",
)
ax.legend()
plt.show()

# %% [markdown]
# ## Begin with hubs, or take them away
# ## 从枢纽开始，或者拿走枢纽
#
# Two uses of the same knowledge. *Begin* with the 20 best connected instead of 20 by lot; and *take away* the 100 best
# connected (an inoculation, or a rule for big accounts) instead of 100 by lot. Without its hubs the network has about
# the threshold of an even one. *Source*: Albert, Jeong & Barabási 2000, doi:10.1038/35019019.
#
# 同一知识的两种用法：从人脉最广的 20 人*开始*，而不是抽签的 20 人；或者*拿走*人脉最广的 100 人（接种，或针对大号的规则），而不是随机拿走 100 人。没有枢纽之后，阈值与均匀的网络差不多。

# %%
CHANCE = 0.1


def reached(graph, seeds="{count: 20}", runs=6):
    """Mean share of all people reached, over some seeds."""
    sets = [f"contagion.p={CHANCE}", f"seeds={seeds}"]
    found = (run("independent_cascade", graph=graph, seed=seed, sets=sets, out=None) for seed in range(runs))
    return np.mean([one.summary["people_reached"] for one in found]) / PEOPLE


def without(graph, some):
    """The network without some of its people, the others numbered anew."""
    return nx.convert_node_labels_to_integers(graph.subgraph(set(graph) - set(some)))


fig, ax = plt.subplots()
bars = {}
for name, graph in networks.items():
    ranked = sorted(graph, key=graph.degree, reverse=True)
    lot = np.random.default_rng(1).permutation(PEOPLE)[:100]
    bars[name] = {
        "20 by lot begin\n抽签20人开始": reached(graph),
        "20 hubs begin\n20个枢纽开始": reached(graph, "{top_degree: 20}"),
        "100 by lot away\n随机拿走100人": reached(without(graph, lot)),
        "100 hubs away\n拿走100个枢纽": reached(without(graph, ranked[:100])),
    }
    mean, square = moments(without(graph, ranked[:100]))
    print(f"{name}: threshold without its 100 hubs 拿走100个枢纽后的阈值 {mean / (square - mean):.3f}")
for shift, (name, values) in zip((-0.2, 0.2), bars.items(), strict=True):
    for bar in ax.bar(np.arange(4) + shift, list(values.values()), 0.38, label=name):
        ax.annotate(
            f"{bar.get_height():.1%}", (bar.get_x() + 0.19, bar.get_height()), ha="center", va="bottom", size=13
        )
ax.set_xticks(np.arange(4), list(bars["hubs 枢纽"]))
ax.set(title=f"p = {CHANCE}: who begins, who is missing 谁开始，谁缺席", ylabel="share reached 触达比例")
ax.margins(y=0.12)
ax.legend()
plt.show()
assert mean / (square - mean) > CHANCE, "without its hubs the network is below its threshold"

# %% [markdown]
# ## On a platform
# ## 在平台上
#
# A follow feed needs the followers of whoever posts; a recommender shows a post to strangers by how it does. So how
# much does the size of the account matter with each? The same post, liked two and a half times as much as the mean one,
# from accounts of three sizes, on the catalogue's Weibo (feed, list, search) and Douyin (a recommender beside the feed).
# The numbers are computed when you run this: which line is the flatter one, and where?
#
# 关注流依赖发帖者的粉丝；推荐系统按帖子表现推给陌生人。账号大小在两种平台上各有多重要？同一条内容（受欢迎程度是平均的 2.5 倍）由三种规模的账号发布，分别放在目录中的微博（关注流、热搜、搜索）和抖音（另有推荐）。数字在运行时计算：哪条线更平，在哪一段更平？

# %%
SIZES = [1_000, 100_000, 10_000_000]


def post(platform, followers, seed):
    """Views within 18 hours of one post by an account of that size."""
    world = {
        "name": "one_post",
        "start": "2021-04-01T18:00+08:00",
        "days": 0.75,
        "step_minutes": 30,
        "people": {"users": 2000, "represents": 989_000_000},
        "platforms": {platform: {}},
        "stories": {"festival": {"title": "Festival 音乐节", "appeal": 2.5}},
        "actors": [{"name": "account", "kind": "kol", "accounts": {platform: followers}}],
        "interventions": [
            {
                "kind": "post",
                "at": "2021-04-01T18:00+08:00",
                "actor": "account",
                "platform": platform,
                "story": "festival",
            }
        ],
    }
    return run(world, seed=seed, out=None).summary["first_post_impressions"]


fig, ax = plt.subplots()
for platform in ("weibo", "douyin"):
    reads = [np.median([post(platform, size, seed) for seed in range(3)]) for size in SIZES]
    ax.loglog(SIZES, reads, "o-", label=platform)
    print(platform, [f"{value:,.0f}" for value in reads])
ax.set(
    title="One post, three sizes of account 同一帖子，三种账号",
    xlabel="followers 粉丝",
    ylabel="views, median of 3 浏览中位数",
)
ax.legend()
plt.show()

# %% [markdown]
# ## Exercises
# ## 练习
#
# **1.** In a star everybody is tied to one hub. What are $\langle k\rangle$ and $\langle k^2\rangle$ for 1,001 people, and
# what does the formula say of the threshold? Why is it misleading for a rumour that begins at a leaf with $p = 0.1$?
#
# **1.** 星形网络中人人只与一个枢纽相连。1001 人时 $\langle k\rangle$ 和 $\langle k^2\rangle$ 各是多少？公式给出的阈值是多少？传闻从一个叶子以 $p = 0.1$ 开始时，为什么这个阈值会误导人？

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# $\langle k\rangle = 2000/1001$, $\langle k^2\rangle = (1000^2 + 1000)/1001 = 1000$: the threshold is 0.002, tiny. Yet a
# leaf must first win the hub over, which fails nine times in ten. The threshold says whether it *can* grow, not how often it does.
#
# $\langle k\rangle = 2000/1001$，$\langle k^2\rangle = 1000$，阈值约 0.002，极小。但叶子必须先说服枢纽，十次有九次失败。阈值说的是*能否*扩大，不是*多大机会*扩大。
# </details>

# %% tags=["answer"]
star = nx.star_graph(1000)
mean, square = moments(star)
print(f"<k> = {mean:.3f}, <k²> = {square:.1f}, p_c = {mean / (square - mean):.4f}")
assert abs(square - 1000) < 1e-9
grown = [
    run("independent_cascade", graph=star, seed=seed, sets=["contagion.p=0.1", "seeds={users: [7]}"], out=None)
    for seed in range(60)
]
spread = np.mean([one.summary["people_reached"] > 1 for one in grown])
print(f"it left the leaf in 离开叶子的比例: {spread:.0%} (0.1 ± 4 × 0.039)")
assert abs(spread - 0.1) < 4 * np.sqrt(0.1 * 0.9 / 60)

# %% [markdown]
# **2.** You may inoculate 100 people but do not know who the hubs are. Pick 100 people by lot and inoculate *one random
# friend of each*. Does it help? (Cohen, Havlin & ben-Avraham 2003, doi:10.1103/PhysRevLett.91.247901)
#
# **2.** 你可以接种 100 人，但不知道谁是枢纽。随机抽 100 人，给*每人的一位随机朋友*接种，有用吗？

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# Yes: a friend is a random end of a tie, so a hub is met more often. No list of hubs is needed, only the question
# “name a friend”. It raises the threshold by less
# than to take the hubs themselves away, and by more than to take people by lot.
#
# 有用：朋友就是“关系的一端”，更可能是枢纽。不需要枢纽名单，只要问一句“说一位朋友”。阈值的提高不如直接拿走枢纽，但胜过随机抽人。
# </details>

# %% tags=["answer"]
graph, dice = networks["hubs 枢纽"], np.random.default_rng(1)
lot = dice.permutation(PEOPLE)[:100].tolist()
named = [int(dice.choice(list(graph[person]))) for person in lot]


def threshold_without(some):
    mean, square = moments(without(graph, some))
    return mean / (square - mean)


hubs = sorted(graph, key=graph.degree, reverse=True)[:100]
for name, some in {"by lot 抽签": lot, "their friends 朋友": named, "hubs 枢纽": hubs}.items():
    print(f"{name}: {len(set(some))} people 人, threshold 阈值 {threshold_without(some):.3f}")
assert threshold_without(lot) < threshold_without(named) < threshold_without(hubs)

# %% [markdown]
# **3.** Everybody has 8 friends, or half of the people have 2 and half have 14: the same mean. Which network has the lower
# threshold? Work out both before you run anything.
#
# **3.** 人人都有 8 位朋友，或者一半人有 2 位、一半人有 14 位：平均相同。哪张网络阈值更低？先算出来再运行。

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# $\langle k^2\rangle$ is 64 or 100, so $p_c$ is $8/56 = 0.143$ or $8/92 = 0.087$. No great hubs are needed: unevenness will do.
#
# $\langle k^2\rangle$ 为 64 或 100，所以 $p_c$ 为 $8/56 = 0.143$ 或 $8/92 = 0.087$。不需要超级枢纽，不均匀就够了。
# </details>

# %% tags=["answer"]
for numbers, expected in (([8], 0.143), ([2, 14], 0.087)):
    k = np.array(numbers, float)
    threshold = k.mean() / ((k**2).mean() - k.mean())
    print(numbers, f"p_c = {threshold:.3f}")
    assert abs(threshold - expected) < 0.0005

# %% [markdown]
# ---
# **Further**: [networks one may choose](../guide/textbook.md), `sim list networks`; how big accounts are met on a
# platform: [the model](../model.md). **Next**: [thresholds](3_thresholds.ipynb).
#
# **延伸**：[可选的网络](../guide/textbook.md)，`sim list networks`；大账号在平台上的机制：[模型](../model.md)。**下一课**：[阈值](3_thresholds.ipynb)。
