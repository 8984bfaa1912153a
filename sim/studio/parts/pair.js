// Two arms: the scenario as it was beside the scenario as it is now, run with the same seeds; and facts moved in time.
const SEEDS = [1, 3, 5, 10];
const PATIENCE = 90; // seconds of computing that are asked for without being told to

const baseText = () => (S.base ? S.base.yaml : "");

/** From now on what is changed is the second arm. */
function setBase() {
  S.branch = null;
  S.base = { yaml: S.yaml, title: say(S.check.title) };
  memory.put("base", JSON.stringify(S.base));
  return inTurn(check);
}

function leaveBase() {
  S.base = null;
  memory.put("base", "");
}

function showVersus() {
  const place = document.getElementById("versus");
  if (!S.base) return place.replaceChildren();
  const changes = (S.check && S.check.changes) || [];
  const seeds = el("select", { id: "seeds", "aria-label": word("seeds"), onchange: () => { S.seeds = SEEDS[seeds.selectedIndex]; showVersus(); } },
    ...SEEDS.map((n) => el("option", { text: String(n), selected: n === seedsNow() })));
  const price = S.check && S.check.price;
  const seconds = price ? Math.max(1, Math.round(price.seconds * 2 * seedsNow())) : 0;
  return place.replaceChildren(el("div", { class: "banner" }, el("p", { dir: "auto", text: word("comparing", { title: S.base.title }) }),
    changes.length ? el("ul", { class: "changes", "aria-label": word("b_changes") }, ...changes.map((one) => el("li", { dir: "auto", text: say(one) })))
      : el("p", { class: "about", text: word("no_changes") }),
    el("div", { class: "bar" }, el("button", { type: "button", class: "play", id: "run-both", disabled: !price || Boolean(price.refusal) || !changes.length,
      text: word("run_both"), onclick: () => tried(runBoth) }),
    el("label", { class: "choice" }, el("span", { text: word("seeds") }), seeds),
    price ? el("span", { class: "now", text: word(seconds > PATIENCE ? "pair_takes_long" : "pair_takes", { n: 2 * seedsNow(), seconds }) }) : null,
    el("button", { type: "button", class: "quiet", id: "back-to-a", disabled: !changes.length && !S.faults.length, text: word("back_to_a"), onclick: () => inTurn(() => write(S.base.yaml, S.begun)) }),
    el("button", { type: "button", class: "quiet", id: "no-compare", text: word("no_compare"), onclick: () => { leaveBase(); showBefore(); } }))));
}

/** As many seeds as were chosen; before, as many as take no longer than one is ready to wait. */
function seedsNow() {
  const each = S.check ? 2 * S.check.price.seconds : 0;
  return S.seeds || Math.max(SEEDS[1], ...SEEDS.filter((n) => n <= 5 && n * each <= PATIENCE));
}

async function runBoth() {
  await S.busy;
  const made = await ask("/api/pairs", { a: S.base.yaml, b: S.yaml, seeds: seedsNow() });
  made.entries.forEach(noted);
  showPair(made.pair);
  showBook();
  if (window.innerWidth < 1100) document.getElementById("live").scrollIntoView();
}

const ofPair = (name) => [...S.entries.values()].filter((entry) => entry.pair === name);

/** Show a pair: how far it is, then its page. */
function showPair(name) {
  [S.pair, S.arms, S.shown] = [name, null, null];
  memory.put("pair", name || "");
  memory.put("shown", "");
  showRun();
}

function pairPart() {
  const entries = ofPair(S.pair);
  if (!entries.length) return [el("p", { class: "about", text: word("nothing_shown") })];
  const [over, done, failed] = [overOf(entries), entries.filter((one) => one.state === "done").length, failedOf(entries)];
  const parts = [el("p", { class: "now" }, el("b", { dir: "auto", text: word("pair_title", { title: entries[0].title }) }))];
  parts.push(el("div", { class: "bar" }, over ? null : el("button", { type: "button", id: "pair-stop", text: word("stop"), onclick: () => tried(() => ask(`/api/pairs/${S.pair}/stop`, {})) }),
    over ? el("a", { class: "button", href: pairPage(S.pair), target: "_blank", rel: "noopener", text: word("own_tab") })
      : el("progress", { id: "far", max: entries.length, value: done + failed, "aria-label": word("progress") }),
    el("output", { class: "now", text: [word("pair_far", { n: done, all: entries.length }), failed ? word("pair_failed", { n: failed }) : ""].filter(Boolean).join(" · ") })));
  for (const words of new Set(entries.filter((one) => one.state === "failed").map((one) => plainly(one.words)))) {
    parts.push(el("p", { class: "refusal", dir: "auto", text: words }));
  }
  if (over && complete(entries).length) {
    parts.push(el("iframe", { id: "page-of-pair", title: word("pair_page"), src: pairPage(S.pair), sandbox: "allow-scripts allow-downloads allow-modals" }));
  } else if (!over) parts.push(soFar(entries));
  else if (paired(entries).length) parts.push(el("p", { class: "about", id: "pair-gone", text: word("pair_not_there") }), soFar(entries));
  return parts;
}

const pairPage = (name) => `/api/pairs/${name}?lang=${lang}`;
const overOf = (entries) => entries.every((one) => ["done", "failed", "lost"].includes(one.state));
const failedOf = (entries) => entries.filter((one) => ["failed", "lost"].includes(one.state)).length;
const paired = (entries) => [...bySeed(entries).values()].filter((pair) => pair.a?.state === "done" && pair.b?.state === "done");
const complete = (entries) => paired(entries).filter((pair) => pair.a.there && pair.b.there);

function bySeed(entries) {
  const seeds = new Map();
  for (const entry of entries) seeds.set(entry.seed, { ...seeds.get(entry.seed), [entry.arm]: entry });
  return seeds;
}

/** A line a seed, filled as its runs are done. */
function soFar(entries) {
  const cell = (entry) => el("td", { class: "count", text: entry.state === "done" ? amount(entry.reached) : word(`state_${entry.state}`) });
  const gap = ({ a, b }) => (a.state === "done" && b.state === "done" ? `${b.reached >= a.reached ? "+" : "−"}${amount(Math.abs(b.reached - a.reached))}` : "");
  return el("div", { class: "scroll" }, el("table", { id: "so-far" }, el("caption", { text: word("pair_so_far") }),
    el("thead", {}, el("tr", {}, ...["", "A", "B", word("pair_gap")].map((text, i) => el(i ? "th" : "td", { scope: i ? "col" : null, text })))),
    el("tbody", {}, ...[...bySeed(entries).values()].filter((pair) => pair.a && pair.b).map((pair, i) => el("tr", {}, el("th", { scope: "row", text: word("pair_seed", { i: i + 1 }) }), cell(pair.a), cell(pair.b),
      el("td", { class: "count", text: gap(pair) }))))));
}

/** A run of a pair has changed. */
function pairTook(name) {
  if (S.pair !== name) return;
  if (!document.getElementById("page-of-pair")) showRun();
}

/** A pair in the notebook is one line. */
function pairRow(name) {
  const entries = ofPair(name);
  const [done, over] = [entries.filter((one) => one.state === "done").length, overOf(entries)];
  const state = !over ? "running" : done ? "done" : "failed";
  const b = entries.find((one) => one.arm === "b") || entries[0]; // entries come one by one
  const facts = [word("people_of", { n: entries[0].users.toLocaleString("en-US") }), word("pair_far", { n: done, all: entries.length })];
  return el("li", { "data-pair": name, "data-state": state, class: name === S.pair ? "shown" : null },
    el("div", { class: "told" }, el("b", { dir: "auto", text: word("pair_title", { title: entries[0].title }) }), " ", el("span", { class: "state", "data-state": state, text: word(`state_${state}`) }),
      el("span", { class: "facts", text: facts.join(" · ") }), settingsOf(b)),
    el("div", { class: "bar" }, el("button", { type: "button", class: "quiet", text: word("show"), onclick: () => { showPair(name); showBook(); } }),
      el("button", { type: "button", class: "quiet", text: word("load_b"), onclick: () => { S.branch = null; leaveBase(); inTurn(() => write(b.text, "")); } }),
      el("button", { type: "button", class: "quiet", text: word("forget"), disabled: !over, onclick: () => tried(() => ask(`/api/pairs/${name}/forget`, {})) })));
}

// ---- moved in time

function showMove() {
  const place = document.getElementById("move");
  const groups = (S.check && S.check.groups_to_move) || [];
  if (!groups.length) return place.replaceChildren();
  const had = { who: place.querySelector("select")?.value, days: place.querySelector("input")?.value, open: place.querySelector("details")?.open };
  const who = el("select", { id: "move-who", "aria-label": word("move_who") }, ...groups.map((one) =>
    el("option", { value: one.who, selected: one.who === had.who, text: word("move_count", { label: say(one.label), n: one.count }) })));
  const days = el("input", { type: "text", inputmode: "decimal", class: "number", id: "move-days", value: had.days || "2", "aria-label": word("move_days") });
  const minutes = () => Math.round(Number(days.value.replace("−", "-")) * 1440) || 0;
  const button = (id, key, then) => el("button", { type: "button", id, text: word(key), onclick: () => inTurn(async () => {
    if (then && !S.base) await setBaseNow();
    await move(who.value, minutes());
    if (then && S.check && !S.faults.length) setTimeout(() => tried(runBoth)); // after this turn
  }) });
  return place.replaceChildren(el("details", { class: "group", open: had.open }, el("summary", { text: word("move") }),
    el("div", { class: "bar" }, el("label", { class: "choice" }, el("span", { text: word("move_who") }), who),
      el("label", { class: "choice" }, days, el("span", { text: word("move_days") })), button("move-do", "move_do", false), button("move-both", "move_compare", true)),
    S.told ? el("p", { class: "about", id: "moved", role: "status", text: S.told }) : null));
}

/** The first arm is the scenario as it is; nothing is asked of the server. */
async function setBaseNow() {
  S.branch = null;
  S.base = { yaml: S.yaml, title: say(S.check.title) };
  memory.put("base", JSON.stringify(S.base));
}

async function move(who, minutes) {
  const answer = await ask("/api/shift", { yaml: S.yaml, base: baseText(), who, minutes });
  const days = minutes / 1440;
  S.told = word(answer.late ? "moved_late" : "moved", { n: answer.moved, late: answer.late, days: Number(days.toFixed(2)) });
  put(answer);
}

// ---- something goes wrong

/** What may happen to the plan; it is asked for when somebody wants to know, for many worlds are tried for it. */
function showMishap() {
  const place = document.getElementById("mishap");
  if (!S.check) return place.replaceChildren();
  const open = place.querySelector("details")?.open;
  const list = el("div", { class: "bar", id: "mishaps" });
  const group = el("details", { class: "group", open }, el("summary", { text: word("mishap") }), list);
  const fill = () => { if (group.open && !list.childElementCount) tried(() => askMishaps(list)); };
  group.addEventListener("toggle", fill);
  place.replaceChildren(group);
}

async function askMishaps(list) {
  const yaml = S.yaml;
  const { mishaps } = await ask("/api/mishaps", { yaml });
  if (yaml !== S.yaml || list.childElementCount) return;
  if (!mishaps.length) return list.replaceChildren(el("p", { class: "about", text: word("mishap_none") }));
  const what = el("select", { id: "mishap-what", "aria-label": word("mishap_what") }, ...mishaps.map((one) =>
    el("option", { value: one.key, text: word("mishap_option", { title: say(one.title), chance: Math.round(100 * one.chance) }) })));
  const both = el("button", { type: "button", id: "mishap-both", text: word("mishap_both"), onclick: () => inTurn(async () => {
    if (!S.base) await setBaseNow();
    put(await ask("/api/mishap", { yaml: S.yaml, base: baseText(), key: what.value }));
    if (S.check && !S.faults.length) setTimeout(() => tried(runBoth)); // after this turn
  }) });
  list.replaceChildren(el("label", { class: "choice" }, el("span", { text: word("mishap_what") }), what), both);
}
