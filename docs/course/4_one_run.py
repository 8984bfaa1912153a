# %% [markdown]
# # 4 · One run, step by step
# # 第4课 · 逐步看懂一次运行
#
# *Ten minutes.* A simulation is no black box if every draw can be looked at. We follow one person, one topic and one
# cascade of a single run, down to the coins.
#
# *十分钟。* 如果每一次随机抽取都能查看，模拟就不是黑箱。我们在一次运行里跟踪一个人、一个话题、一条级联，一直看到每枚硬币。

# %%
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np

from sim import explain_topic, explain_user, run
from sim.base import metrics
from sim.contagion.cascade import edge_coin
from sim.pictures.slides import slides

slides()

# %% [markdown]
# ## Coins that belong to ties
# ## 属于关系的硬币
#
# First a rumour among 60 people. `explain_user` runs the world again, checks that the digest is the same, and tells
# who tried to win over a person, with which coin, against which chance.
#
# 先看 60 人中的一个传闻。`explain_user` 会重新运行一遍，核对摘要一致，然后告诉你：谁试图说服这个人，掷出了哪枚硬币，概率是多少。

# %%
CHANCE = 0.25
rumour = run(
    {
        "name": "rumour",
        "users": 60,
        "steps": 30,
        "network": {"kind": "watts_strogatz", "k": 6, "rewire": 0.2},
        "contagion": {"model": "independent_cascade", "p": CHANCE},
        "seeds": {"users": [0]},
    },
    out=None,
)
forest = rumour.table("cascades")
print(rumour)
last = int(forest.user.iloc[-1])
print(*explain_user(rumour, last), sep="\n")

# %% [markdown]
# There is no dice cup that is shaken in some order. A coin is a *hash* of the seed and of what it is about: this tie,
# in this direction. So it can be computed again by itself, and does not change when something else does.
# *Source*: counter-based random numbers, Salmon et al. 2011, doi:10.1145/2063384.2063405; here:
# [decision note 0002](../decisions/0002-keyed-randomness.md).
#
# 这里没有按某种顺序摇的骰子。硬币是种子与“它关于什么”（哪条关系、哪个方向）的*哈希*，所以可以单独重算，也不会因别处的改动而改变。
#
# Two checks: the coins of everybody who was won over, computed anew, are all below the chance; and of 40,000 coins of
# ties that do not even exist, 25 % are below it, within four standard errors.
#
# 两项核对：重新计算每位被说服者的硬币，都小于概率；再取 4 万枚（根本不存在的关系的）硬币，小于 25% 的比例在 4 个标准误之内。

# %%
key = np.uint64(rumour.scenario.key("contagion"))


def coin(source, target):
    """The coin of a tie, from 0 to 1."""
    return edge_coin(key, source, target) / 2**32


won = forest[forest.parent >= 0]
coins = [coin(forest.user[parent], user) for parent, user in zip(won.parent, won.user, strict=True)]
print("coins of those won over 被说服者的硬币:", np.round(coins, 3))
assert max(coins) < CHANCE
share = np.mean([coin(u, v) < CHANCE for u in range(200) for v in range(1000, 1200)])
print(f"share of 40,000 coins below the chance 低于概率的比例: {share:.4f}")
assert abs(share - CHANCE) < 4 * np.sqrt(CHANCE * (1 - CHANCE) / 40_000)

# %% [markdown]
# ## A small festival
# ## 一个小音乐节
#
# Now the platforms: a county bureau posts on Douyin and on Weibo, a blogger joins in the evening, and four newsrooms
# watch the hot list. 3,000 simulated people stand for 989 million, so it shows mechanisms and not numbers.
#
# 现在轮到平台：县文旅局在抖音和微博发帖，傍晚一位博主加入，四家媒体盯着热搜。3000 个模拟的人代表 9.89 亿人，所以看的是机制，不是数字。

# %%
FESTIVAL = {
    "name": "festival",
    "title": "A festival in the mountains 山城音乐节",
    "start": "2021-04-01T08:00+08:00",
    "days": 1.5,
    "step_minutes": 30,
    "people": {"users": 3000, "represents": 989_000_000},
    "platforms": {"douyin": {}, "weibo": {}},
    "stories": {"festival": {"title": "山城音乐节", "appeal": 1.5, "interests": {"travel": 1.0, "entertainment": 0.5}}},
    "actors": [
        {"name": "county", "title": "山城文旅", "kind": "bureau", "accounts": {"douyin": 200_000, "weibo": 500_000}},
        {"name": "blogger", "title": "音乐博主", "kind": "kol", "accounts": {"weibo": 30_000_000}},
        {"name": "desks", "title": "新闻号", "kind": "media", "count": 4,
         "accounts": {"weibo": 2_000_000, "douyin": 2_000_000},
         "policies": [{"kind": "news_desk", "max_rank": 50, "chance": 0.5}]},
    ],
    "interventions": [
        {"kind": "post", "at": "2021-04-01T10:00+08:00", "actor": "county", "platform": "douyin", "story": "festival",
         "appeal": 2.5, "boost": 20_000},
        {"kind": "post", "at": "2021-04-01T12:00+08:00", "actor": "county", "platform": "weibo", "story": "festival"},
        {"kind": "post", "at": "2021-04-01T18:00+08:00", "actor": "blogger", "platform": "weibo", "story": "festival",
         "topic": "山城的夜晚", "appeal": 3.0},
    ],
}  # fmt: skip
heard = []
result = run(FESTIVAL, out=None, on_step=heard.append)  # told after every step 每步之后告知
print(heard[3])
print(result)
result.table("actions")[["time", "name", "action", "platform", "topic", "why"]]

# %%
hours = [step.step / 2 for step in heard]
fig, ax = plt.subplots()
for platform in ("douyin", "weibo"):
    seen = np.diff([0, *(step.counts[platform]["impressions"] for step in heard)])
    ax.plot(hours, seen / 1e6, label=platform)
for step in heard:
    if step.acts:
        ax.axvline(step.step / 2, color="#bbbbbb", lw=1, zorder=0)
ax.set(title="Views in every half hour 每半小时浏览", xlabel="hours since 08:00 距8点的小时数", ylabel="million 百万")
ax.legend(title="grey: somebody acted 灰线：有行动", loc="upper left")
plt.show()

# %% [markdown]
# ## A topic
# ## 一个话题
#
# How it was born, what it was read through, what the list made of it, who joined and *why*.
#
# 它如何诞生，经由哪里被阅读，热搜如何计算它，谁加入了，*为什么*。

# %%
topics = result.table("topics").query("origin != 'background'").sort_values("reads", ascending=False)
most = topics.iloc[0]
print(*explain_topic(result, f"{most.platform}/{most.topic}", limit=8), sep="\n")

# %% [markdown]
# ## A person
# ## 一个人
#
# Each exposure in the order of time: did they *look* (a coin against channel, taste and attention left), did they
# *attend* (against the post's rate and how the story suits them), and what did they then do?
#
# 按时间列出每次曝光：是否*看到*（硬币对比渠道、口味和剩余注意力），是否*留意*（对比帖子本身的比率和故事是否合口味），之后做了什么？

# %%
shares = result.table("cascades").query("parent >= 0 and user < 3000")
person = int(shares.user.iloc[0]) if len(shares) else 0
print(*explain_user(result, person, limit=4, only_seen=True), sep="\n")

# %% [markdown]
# ## The shape of a cascade
# ## 级联的形状
#
# A thousand shares can be one broadcast or a long chain. *Structural virality* is the mean distance between two people of
# the tree: $2 - 2/n$ for a star of $n$, and $(n+1)/3$ for a chain. *Source*: Goel, Anderson, Hofman & Watts 2016,
# doi:10.1287/mnsc.2015.2158. We hold our measure against NetworkX, which goes from everybody to everybody.
#
# 一千次转发可以是一次广播，也可以是一条长链。*结构性病毒度*是树中两人之间的平均距离：$n$ 人的星形为 $2 - 2/n$，链形为 $(n+1)/3$。我们用 NetworkX 逐对计算来核对。

# %%
star, chain = np.array([-1] + [0] * 99), np.arange(-1, 99)
for name, parent, theory in (("star 星形", star, 2 - 2 / 100), ("chain 链形", chain, 101 / 3)):
    measured = metrics.structural_virality(parent)["structural_virality"][0]
    print(f"{name}: {measured:.3f}, theory 理论 {theory:.3f}")
    assert abs(measured - theory) < 1e-9

parent = forest.parent.to_numpy()
tree = nx.Graph([(int(i), int(p)) for i, p in enumerate(parent) if p >= 0])
ours = metrics.structural_virality(parent)["structural_virality"][0]
print(f"the rumour 传闻: {ours:.3f}; pair by pair 逐对计算 {nx.average_shortest_path_length(tree):.3f}")
assert abs(ours - nx.average_shortest_path_length(tree)) < 1e-9
depth = metrics.depths(parent)
place = {}
for level in range(depth.max() + 1):
    rows = sorted(np.flatnonzero(depth == level), key=lambda row: place[int(parent[row])][0] if level else 0)
    place |= {int(row): ((at + 0.5) / len(rows), -level) for at, row in enumerate(rows)}
fig, ax = plt.subplots()
nx.draw_networkx_edges(tree, place, ax=ax, edge_color="#999999", width=2)
nx.draw_networkx_nodes(tree, place, ax=ax, node_color=depth[list(tree)], cmap="viridis", node_size=160)
ax.set_title(f"{len(parent)} people, {depth.max()} deep: structural virality 结构性病毒度 {ours:.2f}")
ax.axis("off")
plt.show()

# %% [markdown]
# ## Exercises
# ## 练习
#
# **1.** Run the festival twice with one seed and once with another. Compare the digests. What does a digest prove?
#
# **1.** 用同一个种子运行两次音乐节，再换一个种子运行一次，比较摘要（digest）。摘要能证明什么？

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# The same seed gives the same digest: every integer of every table is the same, on any machine. Another seed is
# another world with the same rules. The digest proves that you saw what I saw; not that it is true.
#
# 同一种子摘要相同：每张表的每个整数都一样。换种子就是规则相同的另一个世界。摘要证明“你看到的就是我看到的”，不证明它是真的。
# </details>

# %% tags=["answer"]
again, other = run(FESTIVAL, out=None), run(FESTIVAL, seed=2, out=None)
print(result.digest[:8], again.digest[:8], other.digest[:8])
assert result.digest == again.digest != other.digest

# %% [markdown]
# **2.** Switch the blogger's post at 18:00 off (`interventions[2].enabled=false`). Until when are the two runs the same?
#
# **2.** 关掉博主 18:00 的帖子（`interventions[2].enabled=false`）。两次运行到什么时候为止完全相同？

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# In every number until 18:00, since each coin belongs to what it is about. So what differs afterwards comes of the post
# alone: that is the foundation of the next lesson.
#
# 在 18:00 之前每个数字都相同，因为每枚硬币只属于它所关于的事。所以之后的差别完全来自这条帖子：这正是下一课的基础。
# </details>

# %% tags=["answer"]
silent = run(FESTIVAL, sets=["interventions[2].enabled=false"], out=None)
with_it, without = result.table("series"), silent.table("series")
before = with_it.time < "2021-04-01T18:00+08:00"
assert with_it[before].equals(without[without.time < "2021-04-01T18:00+08:00"])
assert not with_it.equals(without)
print(
    "the same until 18:00 相同; people reached 触达:",
    f"{result.summary['people_reached']:,}",
    "/",
    f"{silent.summary['people_reached']:,}",
)

# %% [markdown]
# **3.** In the rumour, find the friend of person 0 whose coin came closest to the chance without winning. For which `p`
# would that friend have been won over?
#
# **3.** 在传闻中，找出 0 号的朋友里硬币最接近却没有成功的那一位。`p` 多大时这位朋友会被说服？

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# For every `p` above the coin. Coins do not change with `p`, so raising it only ever *adds* people.
#
# 只要 `p` 大于那枚硬币即可。硬币不随 `p` 改变，所以提高 `p` 只会*增加*被触达的人。
# </details>

# %% tags=["answer"]
world = rumour.scenario
network = world.network.build(world.users, world.key("graph"))
lost = {int(friend): coin(0, int(friend)) for friend in network.audience(0) if coin(0, int(friend)) >= CHANCE}
nearest = min(lost, key=lost.get)
print(f"friend 朋友 {nearest}: coin 硬币 {lost[nearest]:.4f}")
more = run(world, sets=[f"contagion.p={lost[nearest] + 0.0001}"], out=None).table("cascades")
assert set(forest.user) <= set(more.user)
assert more[more.user == nearest].step.iloc[0] == 1

# %% [markdown]
# ---
# **Further**: the same from a shell, `sim explain`: [follow one user, or one topic](../guide/explain.md); what stands in a
# result's folder: `run(…, out="results")`, [the page of a run](../guide/pages.md). **Next**: [a what-if](5_what_if.ipynb).
#
# **延伸**：命令行 `sim explain`：[跟踪一位用户或一个话题](../guide/explain.md)；[一次运行的网页](../guide/pages.md)。**下一课**：[假如](5_what_if.ipynb)。
