# %% [markdown]
# # 1 · One graph, from SIR to a platform
# # 第1课 · 同一张网络：从 SIR 到平台模型
#
# *Ten minutes.* We keep one network of friends and change what travels along its ties: a disease, a rumour, a post.
# Three models that look different turn out to be the same one. Then we add what a platform adds, piece by piece.
#
# *十分钟。* 朋友网络始终不变，只改变沿着关系传播的东西：疾病、传闻、帖子。三个看似不同的模型其实是同一个；然后再把平台带来的机制一件一件加上去。
#
# Run the cells from top to bottom (Shift + Enter). Answers to the exercises are folded.
#
# 请从上到下依次运行单元格（Shift + Enter）。练习的答案默认折叠。

# %%
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np

from sim import run
from sim.contagion.theory import final_size, transmissibility
from sim.pictures.slides import slides

slides()
PEOPLE, FRIENDS, SEEDS = 1000, 8, 20
friends = nx.fast_gnp_random_graph(PEOPLE, FRIENDS / (PEOPLE - 1), seed=1)
print(friends, "· mean number of friends 平均好友数", round(2 * friends.size() / PEOPLE, 2))

# %% [markdown]
# ## An epidemic
# ## 流行病
#
# In each step an infectious person infects every healthy friend with probability 0.05, and recovers with 0.2.
# A tie is ever used with probability $T$ (the *transmissibility*), so a first case infects $R_0 = 8\,T$ others.
# Theory says that a large outbreak takes the share $z$ of all people that solves $z = 1 - e^{-R_0 z}$.
# *Source*: Kermack & McKendrick 1927, doi:10.1098/rspa.1927.0118; on networks: Newman 2002, doi:10.1103/PhysRevE.66.016128.
#
# 每一步，患者以概率 0.05 感染每位健康的朋友，并以概率 0.2 康复。一段关系最终被用到的概率是 $T$（传播率），所以第一位患者平均感染 $R_0 = 8\,T$ 人。理论指出：大规模爆发所波及的比例 $z$ 满足 $z = 1 - e^{-R_0 z}$。
#
# The same world with 20 seeds of the random numbers gives 20 outcomes. We compare their mean with theory, and allow
# four standard errors: a right model misses so wide a bound less than once in 1,000 times.
#
# 同一个世界换 20 个随机种子，就有 20 个结果。我们把平均值与理论比较，允许 4 个标准误：正确的模型超出它的机会不到千分之一。

# %%
INFECT, RECOVER = 0.05, 0.2
T = transmissibility(INFECT, RECOVER)
theory = final_size(FRIENDS * T, seed_share=SEEDS / PEOPLE)
print(f"T = {T:.3f}   R0 = {FRIENDS * T:.2f}   theory 理论: z = {theory:.3f}")


def shares(scenario, sets, seeds=20):
    """The share of people reached, for so many seeds."""
    sets = [*sets, f"seeds={{count: {SEEDS}}}"]
    runs = (run(scenario, graph=friends, seed=seed, sets=sets, out=None) for seed in range(seeds))
    return np.array([one.summary["reached_share"] for one in runs])


def beside(name, found, expected):
    """Measured beside theory, within four standard errors."""
    error = found.std(ddof=1) / np.sqrt(len(found))
    print(f"{name}: measured 实测 {found.mean():.3f} ± {error:.3f}   theory 理论 {expected:.3f}")
    assert abs(found.mean() - expected) < 4 * error


sir = shares("sir", [f"contagion.infect={INFECT}", f"contagion.recover={RECOVER}", "steps=150"])
beside("SIR", sir, theory)

# %%
one = run("sir", graph=friends, sets=[f"contagion.infect={INFECT}", "steps=80", f"seeds={{count: {SEEDS}}}"], out=None)
series, expected = one.table("series"), one.table("theory")
fig, ax = plt.subplots()
ax.plot(series.step, series.infectious, label="infectious 患者")
ax.plot(series.step, series.adopted, label="ever infected 累计感染")
ax.plot(expected.step, expected.adopted, "--", color="#888888", label="theory 理论")
ax.set(title="One epidemic 一次流行", xlabel="step 步", ylabel="people 人数")
ax.legend()
plt.show()

# %% [markdown]
# ## A rumour
# ## 传闻
#
# In the *independent cascade* whoever has just heard it gets one single try at each friend, with probability $p$.
# No recovery, no time. Yet whether somebody is reached depends only on whether *some* path of ties that work leads to
# them. So with $p = T$ the mean share reached must be the same as that of SIR.
# *Source*: Goldenberg, Libai & Muller 2001, doi:10.1023/A:1011122126881; why the two agree: Kenah & Robins 2007,
# doi:10.1103/PhysRevE.76.036113.
#
# 在*独立级联*模型中，刚听说的人对每位朋友只有一次机会，成功概率为 $p$；没有康复，也没有时间。但一个人是否被触达，只取决于是否有一条由“打通的关系”连成的路通向他。所以当 $p = T$ 时，平均触达比例应与 SIR 相同。

# %%
rumour = shares("independent_cascade", [f"contagion.p={T}"])
beside("independent cascade 独立级联", rumour, theory)

# %% [markdown]
# ## A post
# ## 帖子
#
# Now the platform model, with everything that makes a platform special switched off: a follow feed that everybody
# sees, nobody gets tired, everybody is alike, and whoever sees a post reposts it with probability $p$. A scenario is
# a file, or here a dict; what it does not say comes from the catalogue (`sim show scenario`).
#
# 现在换成平台模型，但把平台的特点全部关掉：关注流人人都看，没有人疲劳，人人相同，看到帖子的人以概率 $p$ 转发。情景就是一个文件，这里写成字典；没写的数值取自目录（`sim show scenario`）。
#
# The post comes from an account with 96 followers, of whom $96\,p = 20$ repost it at first: as many as our seeds.
#
# 帖子来自一个有 96 位粉丝的账号，其中平均 $96\,p = 20$ 人首先转发：与前面的起点人数相同。

# %%
ALIKE = {"level": 1.0, "daily_views": 200}
SILENT = dict.fromkeys(("like", "comment", "create", "follow", "search", "intend"), 0.0)
PLAIN = {
    "day_clock": [1.0] * 24,  # awake around the clock 全天在线
    "activity": dict.fromkeys(("heavy", "daily", "weekly", "dormant"), ALIKE),
    "communities": {"spread": 0.0},  # no circle likes it more than another 各圈子兴趣相同
    "fatigue": {"helps_until": 0, "help": 1.0, "tire": 1.0, "floor": 1.0},  # nobody tires 无疲劳
    "reaction": {"flat_minutes": 5.0, "exponent": 2.0, "horizon_hours": 1},
}


def square(people=PLAIN, see=1.0, **mechanisms):
    """A platform where all people repost what they see with probability T."""
    platform = {
        "title": "Square 广场",
        "users": PEOPLE,
        "response": SILENT | {"attend": 1.0, "repost": T},
        "repost_spread": 0.0,
        "quality_spread": 0.0,
        "content": {"post": {"half_life_hours": 5.0}},
        "default_content": "post",
        "mechanisms": {"follow_feed": {"see": see}, **mechanisms},
    }
    return {
        "name": "square",
        "start": "2021-03-01T00:00+08:00",
        "days": 1,
        "step_minutes": 30,
        "people": {"users": PEOPLE, "represents": PEOPLE, **people},
        "platforms": {"square": platform},
        "stories": {"tale": {"title": "Tale 故事"}},
        "actors": [{"name": "teller", "kind": "kol", "accounts": {"square": 96}}],
        "interventions": [
            {"kind": "post", "at": "2021-03-01T00:00+08:00", "actor": "teller", "platform": "square", "story": "tale"}
        ],
    }


def posted(world, seeds=15):
    """Shares of people who reposted, and who saw it, for so many seeds."""
    runs = [run(world, graph=friends, seed=seed, out=None) for seed in range(seeds)]
    counts = [(one.table("series").reposts.sum(), one.summary["people_reached"]) for one in runs]
    return np.array(counts).T / PEOPLE


reposted, saw = posted(square())
beside("reposts on the plain platform 平台转发", reposted, theory)
print(f"saw it 看到的人: {saw.mean():.1%}")

# %% [markdown]
# Three models, one number. But the platform tells two things apart that the others do not: who *shares* and who *sees*.
#
# 三个模型，一个数字。但平台模型区分了另两个模型不区分的事：谁*转发*，谁*看到*。
#
# ## What a platform adds
# ## 平台带来什么
#
# On the same graph, one after the other: (1) a share of the followers never sees a share; (2) people as the catalogue
# has them: they sleep, have limited attention, get tired of a story, and like different things; (3) a recommender that
# shows the post to strangers, in pools that grow while it does well.
#
# 在同一张网络上依次加入：（1）部分粉丝刷不到转发；（2）目录里的真实人群：会睡觉、注意力有限、会看腻、兴趣各异；（3）推荐系统：把帖子放进逐级放大的流量池，推给陌生人。

# %%
POOLS = {
    "pools": [{"impressions": 50, "hours": 1, "pass_score": 1.0}, {"impressions": 300, "hours": 2, "pass_score": 1.0}],
    "completion_reference": 0.5,
    "like_reference": 0.1,
    "freshness_hours": 24,
}
worlds = {
    "all see it\n人人看到": square(),
    "60 % see it\n六成看到": square(see=0.6),
    "+ real people\n＋真实人群": square(people={}, see=0.6),
    "+ recommender\n＋推荐": square(people={}, see=0.6, traffic_pools=POOLS),
}
means = {name: [found.mean() for found in posted(world, seeds=6)] for name, world in worlds.items()}
fig, ax = plt.subplots()
places = np.arange(len(means))
for shift, label, values in zip((-0.2, 0.2), ("shared 转发", "saw 看到"), np.array([*means.values()]).T, strict=True):
    for bar in ax.bar(places + shift, values, 0.38, label=label):
        ax.annotate(f"{bar.get_height():.0%}", (bar.get_x() + 0.19, bar.get_height()), ha="center", va="bottom")
ax.set_xticks(places, list(means))
ax.set(title="The same post on the same graph 同一帖子，同一网络", ylabel="share of people 比例", ylim=(0, 1.12))
ax.legend()
plt.show()

# %% [markdown]
# ## Exercises
# ## 练习
#
# **1.** For which `recover` does the epidemic die out? Work it out from $R_0 = 1$, then try a value above it.
#
# **1.** `recover` 多大时流行会熄灭？先由 $R_0 = 1$ 求出，再用更大的值试一试。

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# $T = 1/8$ must hold, and $T = q/(1-(1-q)(1-r))$ with $q = 0.05$. So $1-(1-q)(1-r) = 0.4$ and
# $r = 1 - 0.6/0.95 \approx 0.37$. Above it only the seeds and few others are reached. The cell below does it.
#
# 需要 $T = 1/8$，而 $T = q/(1-(1-q)(1-r))$，$q = 0.05$，于是 $r = 1 - 0.6/0.95 \approx 0.37$。超过它，就只有起点和少数人被触达。见下面折叠的单元格。
# </details>

# %% tags=["answer"]
threshold = 1 - 0.6 / 0.95
assert abs(FRIENDS * transmissibility(INFECT, threshold) - 1) < 1e-9
above = shares("sir", [f"contagion.infect={INFECT}", "contagion.recover=0.6", "steps=150"], seeds=10)
print(f"recover = 0.6: R0 = {FRIENDS * transmissibility(INFECT, 0.6):.2f}, reached 触达 {above.mean():.1%}")
assert above.mean() < 0.1 < sir.mean()

# %% [markdown]
# **2.** 60 % see a share, and of these $T$ repost it. Which independent cascade is that? Predict the share that
# reposts, then compare with the second pair of bars. (The first 20 are then 12.)
#
# **2.** 六成人能看到，其中比例 $T$ 转发。这等于哪个独立级联？先预测转发比例，再与第二组柱子比较。（最初的 20 人此时变成 12 人。）

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# One coin for seeing and one for sharing are one coin of probability $0.6\,T$, so $R_0 = 8 \cdot 0.6\,T$: just at the
# threshold. Near it a little less of everything changes all, which is why small changes of a feed matter so much.
#
# “看到”和“转发”两枚硬币合起来就是一枚概率为 $0.6\,T$ 的硬币，所以 $R_0 = 8 \cdot 0.6\,T$，正好在阈值附近。临界点附近，稍有变化结果就大不相同，这就是信息流的小改动影响巨大的原因。
# </details>

# %% tags=["answer"]
print(f"R0 = {FRIENDS * 0.6 * T:.2f}")
SEEDS = 12
cascade = shares("independent_cascade", [f"contagion.p={0.6 * T}"])
on_the_platform = posted(square(see=0.6), seeds=20)[0]
apart = cascade.mean() - on_the_platform.mean()
error = np.hypot(cascade.std(ddof=1), on_the_platform.std(ddof=1)) / np.sqrt(20)
print(
    f"cascade 级联 {cascade.mean():.1%}   platform 平台 {on_the_platform.mean():.1%}   apart 相差 {apart:.1%} ± {error:.1%}"
)
assert abs(apart) < 4 * error

# %% [markdown]
# **3.** What does the recommender do that no tie can? Set `see=0` for the follow feed and keep the pools.
#
# **3.** 推荐系统做到了哪件任何关系都做不到的事？把关注流的 `see` 设为 0，只保留流量池。

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# People see it who follow nobody that shared it: reach without a path. The graph no longer limits how far it comes;
# the score of the post does.
#
# 不认识任何转发者的人也能看到：没有路径也能触达。限制传播的不再是网络，而是帖子在流量池里的得分。
# </details>

# %% tags=["answer"]
alone = square(people={}, see=0.0, traffic_pools=POOLS)
print(f"saw it without any tie 没有任何关系也看到: {posted(alone, seeds=4)[1].mean():.1%}")
assert posted(square(people={}, see=0.0), seeds=2)[1].sum() == 0 < posted(alone, seeds=2)[1].sum()

# %% [markdown]
# ---
# **Further**: the same five textbook models to play with in a browser, `sim ladder`; [the textbook ladder](../guide/textbook.md);
# [what the platform model computes](../model.md). **Next**: [why hubs matter](2_hubs.ipynb).
#
# **延伸**：在浏览器里玩五个教科书模型：`sim ladder`；[教科书模型](../guide/textbook.md)；[平台模型的公式](../model.md)。**下一课**：[枢纽为什么重要](2_hubs.ipynb)。
