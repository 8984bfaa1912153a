// What comes of an activity: the class beside the model, as charts of the pages and as tables that can be read.

const views = new Map(); // of Vega, by the element of each: one that is shown no more would listen for ever

function letGo() {
  for (const [plot, view] of views) {
    if (!plot.isConnected) {
      view.finalize();
      views.delete(plot);
    }
  }
}

/** A chart of the projector: a specification by its name, rows, and files to save. */
function drawn(name, title, rows, about) {
  const plot = el("div", { class: "plot", role: "img", "aria-label": title });
  const view = {};
  const draw = async () => {
    await loaded;
    const spec = localised(larger(doc.charts[name]));
    spec.data = { name: "rows", values: rows.map(localised) };
    onlyThere(spec.encoding.color, spec.data.values);
    view.made = (await vegaEmbed(plot, spec, { actions: false, renderer: "svg", tooltip: { theme: "custom" } })).view;
    letGo();
    views.set(plot, view.made);
    plot.dataset.drawn = "yes";
  };
  draw();
  return el("figure", { class: "chart", id: `chart-${name}` }, el("div", { class: "bar" }, el("h3", { text: title }), savers(`class-${name}`, {
    png: () => view.made.toImageURL("png", 2), svg: () => view.made.toSVG(), csv: () => csvOf(rows.map(localised)),
  })), about ? el("p", { class: "about", text: about }) : null, plot);
}

const label = (key) => doc.words[key];
const range = (one) => `${amount(Math.round(one.low))} – ${amount(Math.round(one.high))}`;

/** A legend names only what is drawn. */
function onlyThere(colour, rows) {
  const { domain, range: colours } = (colour && colour.scale) || {};
  if (!domain) return;
  const there = domain.map((name) => rows.some((row) => row[colour.field] === name));
  colour.scale = { domain: domain.filter((_, i) => there[i]), range: colours.filter((_, i) => there[i]) };
}

// ---- nodes

function nodesResult(game, pair) {
  const parts = [];
  const curves = pair ? [["seeing", pair.seeing.curve], ["blind", pair.blind.curve]] : [[game.sees ? "seeing" : "blind", game.curve]];
  const rows = curves.flatMap(([who, curve]) => curve.map((k, round) => ({ round, who: label(`class_${who}`), low: k, middle: k, high: k, told: String(k), model: false })));
  const model = game.expected;
  if (model) {
    model.middle.forEach((middle, round) => rows.push({ round, who: label("model"), low: model.low[round], middle, high: model.high[round], told: `${model.low[round]} – ${model.high[round]}`, model: true }));
  }
  parts.push(el("p", { class: "finding", text: finding(game) }));
  parts.push(drawn("curve", word("curve_title"), rows, word("curve_about", { model: modelSaid(game.model), runs: model ? model.last.length : 0 })));
  parts.push(modelForm(game));
  parts.push(answersPart(game));
  parts.push(pair ? pairPart(pair) : el("p", { class: "about", text: word("no_pair") }));
  return parts;
}

function finding(game) {
  const k = game.curve.at(-1), n = game.people;
  if (!game.expected) return word("found_alone", { k, n }) + (game.why ? ` ${say(game.why)}` : "");
  const [low, middle, high] = ["low", "middle", "high"].map((key) => Math.round(game.expected[key].at(-1)));
  const key = k > high ? "found_more" : k < low ? "found_fewer" : "found_within";
  return word(key, { k, n, low, middle, high });
}

const modelSaid = (model) => word(`model_${model.model}`, { p: model.p, q: model.q });

/** Another model, or another chance: the band is computed anew, on the same network and the same beginners. */
function modelForm(game) {
  const form = modelFields("again", game.model);
  return el("form", { class: "bar again", onsubmit: (event) => { event.preventDefault(); act("expect", { options: form.read() }); } },
    el("span", { text: word("ask_again") }), ...form.fields, el("button", { type: "submit", id: "again", text: word("compute") }));
}

function answersPart(game) {
  const rows = game.answers.filter((row) => row.asked).map((row) => ({
    friends: row.friends === 4 ? "4+" : String(row.friends), share: row.shared / row.asked, told: `${row.shared} / ${row.asked}`,
  }));
  return drawn("answers", word("answers_title"), rows, word(game.sees ? "answers_about" : "answers_about_blind"));
}

function pairPart(pair) {
  const cell_ = (text, tag = "td") => el(tag, { class: tag === "td" ? "count" : null, scope: tag === "th" ? "row" : null, text });
  const rows = [["both", pair.both], ["only_seeing", pair.only_seeing], ["only_blind", pair.only_blind], ["neither", pair.neither]];
  return el("div", { id: "pair" }, el("h3", { text: word("pair_title") }),
    el("p", { class: "finding", text: word("pair_found", { more: pair.only_seeing, fewer: pair.only_blind, n: pair.people }) }),
    el("table", {}, el("tbody", {}, ...rows.map(([key, n]) => el("tr", {}, cell_(word(`pair_${key}`), "th"), cell_(String(n)))))),
    el("p", { class: "about", text: word("pair_chance", { chance: pair.chance < 0.001 ? "<0.001" : pair.chance.toFixed(3) }) }));
}

// ---- slider

const sliderSaid = (game, value) => (game.question === "guess" ? String(value) : game.question === "threshold" && value >= game.never ? word("never") : `${value}%`);

function histogramRows(game) {
  const by = game.question === "guess" ? Math.max(1, Math.ceil(game.most / 24)) : game.by;
  const counts = new Map();
  for (const value of game.values) counts.set(Math.floor(value / by) * by, (counts.get(Math.floor(value / by) * by) || 0) + 1);
  const middle = Math.floor(game.median / by) * by, rows = [];
  for (let value = 0; value <= game.most; value += by) {
    const end = Math.min(game.most, value + by - 1);
    rows.push({ value, label: game.question === "guess" && end > value ? `${value}–${end}` : sliderSaid(game, value), people: counts.get(value) || 0, middle: value === middle });
  }
  return rows;
}

function sliderResult(game) {
  if (!game.values.length) return [el("p", { class: "about", text: word("nobody_set") })];
  const said = word("median_said", { value: sliderSaid(game, Math.round(game.median)), n: game.values.length });
  const parts = [drawn("histogram", word(`histogram_${game.question}`), histogramRows(game), said)];
  if (game.state !== "over") return parts;
  const found = game.found;
  if (!found || !Object.keys(found.bands).length) return [...parts, el("p", { class: "about", text: game.why ? say(game.why) : word("too_few_set") })];
  if (game.question === "guess") return [el("p", { class: "finding", text: guessed(game, found) }), ...parts, guessChart(game, found)];
  const moves = (list) => list.findLastIndex((k, i) => i && k !== list[i - 1]);
  const last = 1 + Math.max(1, ...Object.values(found.bands).flatMap(({ low, middle, high }) => [low, middle, high].map(moves)));
  const rows = Object.entries(found.bands).flatMap(([kind, band]) => band.middle.slice(0, last + 1).map((middle, round) => (
    { round, network: label(`network_${kind}`), low: band.low[round], middle, high: band.high[round], told: `${band.low[round]} – ${band.high[round]}` })));
  const ends = Object.entries(found.bands).map(([kind, band]) => word("comes_to", { network: word(`network_${kind}`), k: Math.round(band.middle.at(-1)), n: found.people }));
  return [el("p", { class: "finding", text: ends.join(word("and_then")) }), ...parts, drawn("networks", word("networks_title"), rows, word(`networks_about_${game.question}`, { count: game.count }))];
}

function guessed(game, found) {
  const band = found.bands[game.network], middle = band.last[Math.floor(band.last.length / 2)];
  const off = (value) => Math.abs(value - middle);
  const better = game.values.filter((value) => off(value) > off(game.median)).length;
  return word("guess_found", { median: Math.round(game.median), middle, better: percent(better / game.values.length) });
}

/** How far the story came in the runs of the model, in the bins of the guesses. */
function guessChart(game, found) {
  const last = found.bands[game.network].last;
  const rows = histogramRows({ ...game, values: last, median: last[Math.floor(last.length / 2)] });
  return drawn("runs", word("reach_title"), rows, word("reach_about", { model: modelSaid(game.model), network: word(`network_${game.network}`), runs: last.length }));
}

// ---- roles

const placeSaid = (row) => { const title = say(row.topic ?? row.title); return row.ours === false ? title.replace(/^background /, `${word("other_topic")} `) : `#${title}#`; };

function listPart(game) {
  const rows = game.list.map((row) => el("li", { class: row.ours ? "ours" : null }, el("span", { class: "rank", text: row.rank || "▲" }), el("span", { class: "topic", text: placeSaid(row) }), el("span", { class: "heat", text: amount(row.heat) })));
  return el("div", { class: "list" }, el("h3", { text: word("hot_list") }), el("ol", { class: "hot" }, ...rows));
}

/** The story's topics: where they stand, and where they stood best. */
function topicsPart(game) {
  if (!game.topics.length) return null;
  const columns = ["topic", "reads", "place_now", "best_rank"];
  const placed = (rank) => (rank === null ? word("not_listed") : String(rank));
  const rows = game.topics.slice(0, 8).map((topic) => el("tr", {}, ...[`#${say(topic.title)}#`, amount(topic.reads), placed(topic.rank), placed(topic.best)].map((text, i) => el("td", { text, "data-label": word(columns[i]) }))));
  return el("div", { class: "scroll", id: "topics" }, el("h3", { text: word("topics") }), el("table", {}, el("thead", {}, el("tr", {}, ...columns.map((key) => el("th", { scope: "col", text: word(key) })))), el("tbody", {}, ...rows)));
}

function teamsPart(game) {
  const head = ["team", "players", "voted", "moves", "purse", "reads", "best_rank"].map((key) => el("th", { text: word(key), scope: "col" }));
  const rows = game.teams.map((team) => {
    const now = team.now || { reads: 0, best: null };
    const texts = [say(team.title), team.members ? String(team.members) : word("played_by_model"), team.members ? `${team.voted} / ${team.members}` : "–",
      team.moves.map((move) => word(`move_${move}`)).join(word("then")) || "–", amount(team.purse), amount(now.reads), now.best === null ? word("not_listed") : String(now.best)];
    return el("tr", {}, ...texts.map((text, i) => el("td", { text, "data-label": word(["team", "players", "voted", "moves", "purse", "reads", "best_rank"][i]) })));
  });
  return el("div", { class: "scroll", id: "teams" }, el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
}

function rolesResult(game) {
  const parts = [el("div", { class: "sides" }, listPart(game), el("div", {}, el("h3", { text: word("teams") }), teamsPart(game),
    topicsPart(game), el("p", { class: "about", text: word("reached_now", { n: amount(game.reached), story: say(game.story) }) })))];
  if (game.state === "over" && game.why) parts.unshift(el("p", { class: "notices", text: say(game.why) }));
  if (!game.outcome) return parts;
  const { outcome } = game, rows = [];
  for (const team of game.teams) {
    for (const side of ["class", "minds"]) {
      const one = outcome.teams[team.name][side];
      rows.push({ team: team.title, side: label(side), low: one.low, middle: one.middle, high: one.high, told: `${range(one)} (${amount(Math.round(one.middle))})` });
    }
  }
  const { class: ours, minds } = outcome.reached;
  parts.unshift(el("p", { class: "finding", text: word("roles_found", { ours: amount(Math.round(ours.middle)), minds: amount(Math.round(minds.middle)), worlds: outcome.worlds }) }));
  parts.push(drawn("reach", word("reach_teams"), rows, word("reach_teams_about", { worlds: outcome.worlds })), outcomeTable(game, outcome));
  return parts;
}

function outcomeTable(game, outcome) {
  const columns = ["team", "class", "minds", "class_listed", "minds_listed"];
  const rows = game.teams.map((team) => {
    const { class: ours, minds } = outcome.teams[team.name];
    const texts = [say(team.title), amount(Math.round(ours.middle)), amount(Math.round(minds.middle)), listedSaid(ours, outcome), listedSaid(minds, outcome)];
    return el("tr", {}, ...texts.map((text, i) => el("td", { text, "data-label": word(columns[i]) })));
  });
  return el("div", { class: "scroll", id: "outcome" }, el("table", {}, el("thead", {}, el("tr", {}, ...columns.map((key) => el("th", { scope: "col", text: word(key) })))), el("tbody", {}, ...rows)));
}

const listedSaid = (one, outcome) => word("listed_in", { k: one.listed, n: outcome.worlds, best: one.best === null ? "–" : one.best });
