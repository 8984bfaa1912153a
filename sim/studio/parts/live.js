// The run that is shown: its curve while it goes on, what was done, and its page when it is done.
let drawn = null; // of the curve: which run, its view, when it was last drawn

function livePart() {
  return el("section", { id: "live", "aria-labelledby": "live-title" }, el("h2", { id: "live-title", text: word("the_run") }), el("div", { id: "shown" }));
}

/** Let the curve go: a view of Vega that is drawn no more would listen for ever. */
function undraw() {
  if (drawn?.view) drawn.view.finalize();
  drawn = null;
}

/** Show a run of the notebook. */
async function show(id) {
  S.shown = id;
  [S.arms, S.pair] = [null, null];
  memory.put("pair", "");
  memory.put("shown", id || "");
  undraw();
  if (id && !S.live.get(id)?.frame) await fetchRun(id);
  showRun();
}

async function fetchRun(id) {
  const found = await tried(() => ask(`/api/runs/${id}`));
  if (!found) return;
  noted(found);
}

function showRun() {
  const place = document.getElementById("shown");
  if (S.arms) return showArms(place);
  if (S.pair) return place.replaceChildren(...pairPart());
  const entry = S.shown && S.entries.get(S.shown);
  if (!entry) return place.replaceChildren(el("p", { class: "about", text: word("nothing_shown") }));
  const known = S.live.get(entry.id) || { rows: [], acts: [] };
  const parts = [el("p", { class: "now" }, el("b", { dir: "auto", text: entry.title }), ` · ${word("seed_of", { seed: entry.seed })} · `,
    el("span", { class: "state", "data-state": entry.state, text: word(`state_${entry.state}`) }))];
  if (entry.words) parts.push(el("p", { class: "refusal", dir: "auto", text: plainly(entry.words) }));
  if (["waiting", "running", "paused"].includes(entry.state)) parts.push(...under(entry, known));
  else if (entry.state === "done") parts.push(...finished(entry, known));
  else parts.push(el("button", { type: "button", text: word("again"), onclick: () => tried(() => again(entry)) }));
  place.replaceChildren(...parts);
  if (document.getElementById("curve")) drawCurve(true);
  else undraw();
  return null;
}

/** A run that is under way: words to say to it, how far it is, the curve, what was done. */
function under(entry, known) {
  const button = (key, on = true) => el("button", { type: "button", "data-word": key, text: word(key), disabled: !on,
    onclick: () => tried(async () => took_(await ask(`/api/runs/${entry.id}/${key}`, {}))) });
  const going = entry.state === "running";
  return [
    el("div", { class: "bar" }, button(going ? "pause" : "go", entry.state !== "waiting"), button("step", entry.state !== "waiting"), button("stop"),
      el("progress", { id: "far", max: (known.frame || {}).steps || 1, value: last(known)[0], "aria-label": word("progress") }),
      el("output", { id: "where", class: "now", text: where(known) })),
    curvePart(known),
  ];
}

function curvePart(known) {
  const metrics = (known.frame || {}).metrics || [];
  const which = metrics.length > 1 ? el("div", { class: "tools" }, switcherOf(metrics)) : null;
  return el("figure", { class: "chart" }, which, el("div", { class: "plot", id: "curve", role: "img", "aria-label": word("curve") }),
    el("ol", { id: "acts", class: "acts", "aria-label": word("acts") }, ...actsOf(known)));
}

/** What the curve follows: a button each. */
function switcherOf(metrics) {
  const chosen = metrics.findIndex((one) => one.key === S.metric);
  const made = switcher(metrics.map((one) => say(one.label)), (i) => {
    S.metric = metrics[i].key;
    memory.put("metric", S.metric);
    drawCurve(true);
  });
  made.setAttribute("aria-label", word("follow"));
  made.id = "follow";
  [...made.children].forEach((button, i) => button.setAttribute("aria-pressed", i === Math.max(0, chosen) ? "true" : "false"));
  return made;
}

const followed = (frame) => frame.metrics.find((one) => one.key === S.metric) || frame.metrics[0];

function actsOf(known) {
  return known.acts.slice(-6).reverse().map(([step, who, did, platform, why]) => el("li", {}, el("span", { class: "when", text: at(known, Number(step) - 1) }), " ",
    el("b", { dir: "auto", text: who }), ` ${did}${platform ? ` · ${platform}` : ""} `, el("span", { class: "why", dir: "auto", text: why })));
}

const last = (known) => known.rows[known.rows.length - 1] || [0, 0];

function at(known, step) {
  const frame = known.frame;
  return frame && frame.key === "time" ? moment(frame.begin + step * frame.each) : word("step_n", { n: step });
}

function where(known) {
  const [step, people] = last(known);
  if (!known.frame) return "";
  if (!step) return S.ready ? word("begins") : word("getting_ready");
  return word("where", { at: at(known, step), people: amount(people), part: percent(step / known.frame.steps) });
}

/** Rows of the curve: what is followed in each bin, a column a line; of a classical run in each step. */
function curveRows(known) {
  const { frame, rows: steps } = known;
  const { columns, at: first, how } = followed(frame);
  const clock = frame.key === "time";
  const bins = new Map();
  for (const row of steps) {
    const bin = clock ? Math.floor(((row[0] - 1) * frame.each) / frame.bin) : row[0];
    const had = bins.get(bin);
    const values = row.slice(first, first + columns.length);
    bins.set(bin, how === "count" && had ? values.map((value, i) => value + had[i]) : values);
  }
  const rows = [];
  let before = columns.map(() => 0);
  for (const [bin, values] of bins) {
    values.forEach((value, i) => {
      const shown = how === "flow" ? value - before[i] : value;
      if (clock && (value || how !== "flow")) rows.push({ time: frame.begin + bin * frame.bin, platform: say(columns[i]), value: shown });
      if (!clock) rows.push({ step: bin, value: shown, key: "adopted", measure: say(columns[i]), theory: false });
    });
    if (how === "flow") before = values;
  }
  return rows;
}

async function drawCurve(anew) {
  const id = S.shown;
  const known = S.live.get(id);
  const plot = document.getElementById("curve");
  if (!plot || !known || !known.frame) return;
  await loaded;
  const rows = curveRows(known);
  if (!rows.length) return; // an axis of nothing has no ends
  if (anew || !drawn || drawn.id !== id || drawn.plot !== plot) {
    undraw();
    const mine = (drawn = { id, plot, view: null, time: 0 });
    const spec = larger(localised(followed(known.frame).spec));
    spec.data = { name: "rows", values: rows };
    const { view } = await vegaEmbed(plot, spec, { actions: false, renderer: "canvas", tooltip: { theme: "custom" } });
    if (drawn !== mine) {
      view.finalize();
      return;
    }
    mine.view = view;
  }
  const now = drawn;
  if (!now.view) return;
  await now.view.data("rows", curveRows(known)).runAsync(); // more may have come meanwhile
  now.time = performance.now();
  plot.dataset.points = known.rows.length;
  if (S.clicked && known.rows.length) {
    plot.dataset.first = Math.round(performance.now() - S.clicked);
    document.documentElement.dataset.first = plot.dataset.first;
    S.clicked = 0;
  }
}

/** More of the run that is shown. */
function stepped({ id, from, rows, acts }) {
  const known = S.live.get(id);
  if (known && from + rows.length <= known.rows.length) return null; // an answer had them already
  if (!known || known.rows.length < from) return fetchRun(id).then(() => id === S.shown && showRun());
  known.rows = known.rows.slice(0, from).concat(rows);
  known.acts = known.acts.concat(acts).slice(-300);
  if (id !== S.shown || !document.getElementById("far")) return null;
  document.getElementById("far").value = last(known)[0];
  document.getElementById("where").textContent = where(known);
  if (acts.length) document.getElementById("acts").replaceChildren(...actsOf(known));
  clearTimeout(stepped.timer);
  if (!drawn || performance.now() - drawn.time > 200) return drawCurve(false);
  stepped.timer = setTimeout(() => drawCurve(false), 200);
  return null;
}

/** A run that is done: its very page, and what can be done with it. */
function finished(entry, known) {
  const parts = [el("div", { class: "bar" },
    entry.kept ? el("span", { class: "kept", text: word("kept_in", { folder: `${S.out}/${entry.kept}` }) })
      : el("button", { type: "button", id: "keep", text: word("keep"), onclick: () => tried(() => ask(`/api/runs/${entry.id}/keep`, {})) }),
    el("a", { class: "button", href: pageOf(entry.id), target: "_blank", rel: "noopener", text: word("own_tab") }),
    el("span", { class: "now", text: word("took", { seconds: entry.seconds, digest: entry.digest.slice(0, 8) }) }))];
  if (entry.ended) parts.push(el("p", { class: "about", text: word("was_ended") }));
  parts.push(...[noticesOf(entry.notices)].filter(Boolean));
  if (known.frame && known.frame.key === "time") parts.push(forking(entry, known));
  parts.push(!entry.there ? el("p", { class: "about" }, word("not_there"), " ", el("button", { type: "button", text: word("again"), onclick: () => tried(() => again(entry)) }))
    : el("iframe", { id: "page-of-run", title: word("page_of", { title: entry.title }), src: pageOf(entry.id), sandbox: "allow-scripts allow-downloads allow-modals" }));
  return parts;
}

const pageOf = (id) => `/api/runs/${id}/page?lang=${lang}`;

/** Go on from a minute of a run that is done, under a changed scenario. */
function forking(entry, known) {
  const frame = known.frame;
  const hour = Math.max(1, Math.round(3_600_000 / frame.each));
  const slider = el("input", { type: "range", id: "fork-at", min: hour, max: frame.steps - 1, step: hour, value: Math.round(frame.steps / 3 / hour) * hour || hour,
    "aria-label": word("fork_at") });
  const told = el("output", { class: "now" });
  const tell = () => {
    told.textContent = moment(frame.begin + slider.value * frame.each);
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  slider.addEventListener("input", tell);
  tell();
  const go = el("button", { type: "button", id: "fork", text: word("fork"), onclick: () => {
    const when = new Date(frame.begin + slider.value * frame.each).toISOString().slice(0, 16);
    S.branch = { of: entry.id, at: when, title: entry.title };
    inTurn(() => write(entry.text, S.begun)).then(() => document.getElementById("scenario").scrollIntoView());
  } });
  return el("div", { class: "bar fork" }, el("label", {}, el("span", { text: word("fork_at") }), slider), told, go);
}

async function again(entry) {
  const made = await ask("/api/runs", { yaml: entry.text, of: entry.of, at: entry.at, begun: "" });
  noted(made);
  await show(made.id);
  showBook();
}
