# %% [markdown]
# # 5 · A what-if, with its uncertainty
# # 第5课 · 假如……以及它有多不确定
#
# *Ten minutes.* “Without the blogger it would have reached half as many.” One run with and one without say nothing of
# the sort. How many does it take, and what may one claim?
#
# *十分钟。* “没有那位博主，触达会少一半。”有他和没他各运行一次，得不出这个结论。需要运行多少次？又可以声称什么？

# %%
import matplotlib.pyplot as plt
import numpy as np

from sim import compare
from sim.base import intervals
from sim.pictures.slides import slides

slides()

# %% [markdown]
# ## Two kinds of chance
# ## 两种偶然
#
# We begin where the answer is known: an epidemic, and the same a little weaker. `compare` runs both with the *same*
# seeds, so that every coin they share falls the same way. The differences of such pairs vary less than those of runs
# with seeds of their own, by the rule
# $\mathrm{Var}(B-A) = \mathrm{Var}A + \mathrm{Var}B - 2\,\mathrm{Cov}(A,B)$.
# *Source*: common random numbers, Glasserman & Yao 1992, doi:10.1287/mnsc.38.6.884.
#
# 先从答案已知的地方开始：一次流行，和稍弱一点的同一次流行。`compare` 用*相同*的种子运行两者，共有的硬币落法相同。这样成对的差异比各用各的种子时波动更小，规律见上式。

# %%
epidemic = {
    "name": "epidemic",
    "users": 1000,
    "steps": 120,
    "network": {"kind": "erdos_renyi", "mean_degree": 8},
    "contagion": {"model": "sir", "infect": 0.05, "recover": 0.2},
    "seeds": {"count": 20},
}
PAIRS, WEAKER = 120, "weaker: contagion.infect=0.045"
answer = compare(epidemic, what=[WEAKER], seeds=PAIRS, who=False)
runs = answer.tables()["runs"].pivot(index="seed", columns="arm", values="people_reached")
here, there = runs["as it is"].to_numpy(float), runs["weaker"].to_numpy(float)
pairs = there - here
covariance = np.cov(here, there)
assert np.isclose(pairs.var(ddof=1), covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
apart = there[np.random.default_rng(1).permutation(PAIRS)] - here
print(
    f"sd of a difference 差异的标准差: same seeds 同种子 {pairs.std(ddof=1):.0f}, own seeds 异种子 {apart.std(ddof=1):.0f}"
)
assert pairs.std(ddof=1) < apart.std(ddof=1)

fig, ax = plt.subplots()
bins = np.linspace(apart.min(), apart.max(), 30)
ax.hist(apart, bins, alpha=0.5, label="seeds of their own 各用各的种子")
ax.hist(pairs, bins, alpha=0.7, label="the same seeds 相同的种子")
ax.axvline(pairs.mean(), color="black")
ax.set(
    title="Weaker minus as it is 减弱后 − 原样", xlabel="difference in people reached 触达人数之差", ylabel="pairs 对数"
)
ax.legend()
plt.show()

# %% [markdown]
# ## Is a 95 % interval honest?
# ## 95% 区间诚实吗？
#
# With 8 pairs we get a mean difference and a 95 % interval. The 120 pairs make 15 such experiments. If intervals are
# honest, 95 of 100 hold the truth, for which we take the mean of all. That more than 3 of
# 15 miss happens then about once in 180 times.
# *Source*: “Student” 1908, doi:10.2307/2331554; how our intervals were tested:
# [decision note 0028](../decisions/0028-intervals.md).
#
# 8 对给出平均差异和 95% 区间。120 对可以做 15 次这样的实验。若区间诚实，100 个里有 95 个包含真值（这里取全部的平均）。15 个里超过 3 个落空的机会约为 1/180。

# %%
experiments = [intervals.mean(pairs[at : at + 8]) for at in range(0, PAIRS, 8)]
fig, ax = plt.subplots()
for row, one in enumerate(experiments):
    holds = one.low <= pairs.mean() <= one.high
    ax.plot([one.low, one.high], [row, row], color="#1f77b4" if holds else "#d62728")
    ax.plot(one.middle, row, "o", color="black", markersize=5)
ax.axvline(pairs.mean(), color="black", lw=1)
ax.set(
    title="15 experiments of 8 pairs 15次实验，每次8对", xlabel="difference in people reached 触达人数之差", yticks=[]
)
plt.show()
missed = sum(not one.low <= pairs.mean() <= one.high for one in experiments)
print(f"intervals that miss 落空的区间: {missed} of {len(experiments)}")
assert missed <= 3

# %% [markdown]
# ## The festival without its blogger
# ## 没有博主的音乐节
#
# Now a platform world. What is asked is one sentence; what `compare` answers is one too, with how sure it is. Read the
# verdict first, then the table. (A world of 3,000 people shows how the question is asked. To answer it take 100,000:
# [scale](../guide/scale.md).)
#
# 现在换成平台世界。问题是一句话，`compare` 的回答也是一句话，并说明有多大把握。先读结论，再看表。（3000 人的世界只演示如何提问；要真正回答，请用 10 万人。）

# %%
festival = {
    "name": "festival",
    "title": "A festival in the mountains 山城音乐节",
    "start": "2021-04-01T08:00+08:00",
    "days": 1,
    "step_minutes": 30,
    "people": {"users": 3000, "represents": 989_000_000},
    "platforms": {"weibo": {}},
    "stories": {"festival": {"title": "山城音乐节", "appeal": 1.5, "interests": {"travel": 1.0, "entertainment": 0.5}}},
    "actors": [
        {"name": "county", "title": "山城文旅", "kind": "bureau", "accounts": {"weibo": 2_000_000}},
        {"name": "blogger", "title": "音乐博主", "kind": "kol", "accounts": {"weibo": 30_000_000}},
    ],
    "interventions": [
        {"kind": "post", "at": "2021-04-01T10:00+08:00", "actor": "county", "platform": "weibo", "story": "festival"},
        {"kind": "post", "at": "2021-04-01T18:00+08:00", "actor": "blogger", "platform": "weibo", "story": "festival",
         "topic": "山城的夜晚", "appeal": 3.0},
    ],
}  # fmt: skip
SILENT = "no blogger: interventions[1].enabled=false"
whatif = compare(festival, what=[SILENT], seeds=8, who=False)
print(*whatif.lines(), sep="\n")

# %%
table = whatif.tables()["runs"].pivot(index="seed", columns="arm", values="people_reached") / 1e6
fig, ax = plt.subplots()
for pair in table[["as it is", "no blogger"]].to_numpy():
    ax.plot([0, 1], pair, "o-", color="#1f77b4", alpha=0.7)
ax.set_xticks([0, 1], ["as it is 照原样", "no blogger 没有博主"])
ax.set(
    title="Each line one seed 每条线一个种子",
    ylabel="people reached, million 触达（百万）",
    xlim=(-0.3, 1.3),
    ylim=(0, None),
)
plt.show()

# %% [markdown]
# Three sentences that may be claimed, and one that may not:
# - in this model, with these numbers, the difference is so much, and the interval is so wide;
# - what chance does to *both* worlds alike is no part of the difference;
# - with four times as many seeds the interval is half as wide;
# - *not*: so it would have been in reality. The interval holds chance, not what is wrong with the model.
#
# 可以声称的三句话，和不可以的一句：在这个模型、这些数值下，差异是多少、区间有多宽；两个世界共同的偶然已被抵消；种子增加到四倍，区间缩小一半；*不可以*说：现实就会如此。区间只包含偶然，不包含模型的错误。
#
# ## Exercises
# ## 练习
#
# **1.** “With four times as many seeds the interval is half as wide.” Check it with the epidemic: the standard error of
# 30 pairs beside that of 120.
#
# **1.** “种子增加到四倍，区间缩小一半。”用流行病核对：比较 30 对与 120 对的标准误。

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# The standard error is sd / √n. The sd of 30 pairs is itself known to some 13 % only, so the ratio is about 2, not just 2.
#
# 标准误是 sd / √n。30 对的标准差本身只知道到约 13%，所以比值约为 2，而非恰好 2。
# </details>

# %% tags=["answer"]
few = pairs[:30].std(ddof=1) / np.sqrt(30)
many = pairs.std(ddof=1) / np.sqrt(PAIRS)
print(f"{few:.2f} / {many:.2f} = {few / many:.2f}")
assert 1.4 < few / many < 2.8

# %% [markdown]
# **2.** Compare the epidemic with *itself*, once with the same seeds, once with seeds of its own. What should come out?
#
# **2.** 把流行病与*它自己*比较：一次用相同的种子，一次用不同的种子。应该得到什么？

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# With the same seeds exactly nothing: there is no luck left in which the two could differ. With seeds of their own a
# difference that is nothing but luck; an analyst without an interval would have reported it.
#
# 同种子时差异恰好为零；异种子时会出现纯属运气的差异，没有区间的分析者会把它当成发现。
# </details>

# %% tags=["answer"]
same = compare(epidemic, what=["same: contagion.infect=0.05"], seeds=4, who=False)
rows = same.tables()["runs"].pivot(index="seed", columns="arm", values="people_reached")
assert (rows["same"] == rows["as it is"]).all()
luck = here[:4].mean() - here[4:8].mean()
print(f"four seeds less four others 四个种子减另四个: {luck:+.0f} people 人")
assert luck != 0

# %% [markdown]
# **3.** How many *unpaired* runs would be needed to know the epidemic's difference as well as our 120 pairs do?
#
# **3.** 若不配对，需要多少次运行，才能把流行病的差异知道得和 120 对一样准？

# %% tags=["exercise"]
# your turn · 你来写

# %% [markdown]
# <details><summary>Answer · 答案</summary>
#
# As many more as the variances differ, by the square of the ratio of the standard deviations. `compare` prints it as
# “worth so many times as many runs”.
#
# 多出的倍数就是方差之比。`compare` 会打印“相当于多少倍的运行次数”。
# </details>

# %% tags=["answer"]
worth = (here.var(ddof=1) + there.var(ddof=1)) / pairs.var(ddof=1)
print(f"{worth:.1f} × as many 倍: {worth * PAIRS:.0f} runs of each 每组次数")
print(next(line for line in answer.lines() if line.startswith("pairing")))
assert worth > 1

# %% [markdown]
# ---
# **Further**: [comparisons](../guide/compare.md) that add seeds until they are precise enough; [which tool for which
# question](../guide/what-ifs.md); what could still be done at noon: [forks](../guide/fork.md).
# **Next**: [calibrate and hindcast](6_calibrate_and_hindcast.ipynb).
#
# **延伸**：[比较](../guide/compare.md)，可自动增加种子直到足够精确；[什么问题用什么工具](../guide/what-ifs.md)；[分支](../guide/fork.md)：从某一时刻接着往下走。**下一课**：[校准与回测](6_calibrate_and_hindcast.ipynb)。
