// The projector's page: who is here, what is played, what came of it. The teacher's token is taken out of the address at once.
const S = { stage: null, wrong: "", away: false, setup: memory.get("setup") || "nodes", shown: "", opened: false, stop: null };
const WAITS = ["preparing", "computing"];

function render() {
  document.title = word("title");
  S.shown = "";
  document.getElementById("page").replaceChildren(top_(), el("div", { id: "joining" }), el("div", { id: "stage" }), el("div", { id: "setup" }));
  if (S.stage) show();
}

function top_() {
  return el("header", {}, el("div", { class: "top" }, el("h1", { text: word("title") }), el("p", { id: "engine", class: "name", "aria-live": "polite" }), languageButton(render)),
    el("p", { id: "wrong", class: "notices", role: "alert", hidden: true }));
}

/** Draw what is known; each part only where it has changed, so that a form that is filled in stays. */
function show() {
  const stage = S.stage, game = stage.game;
  const place = document.getElementById("wrong");
  place.hidden = !S.wrong && !S.away;
  place.textContent = S.away ? word("away") : S.wrong;
  document.getElementById("engine").textContent = word(stage.ready ? "engine_ready" : "engine_loads");
  part("joining", [stage.seats, !game], () => (game ? strip(stage) : lobby(stage)));
  part("stage", [game && { ...game, left: null, chosen: null, teams: game.teams && game.teams.map((team) => ({ ...team, voted: null })) }, stage.pair], () => (game ? playing(stage) : null));
  part("setup", [!game || ["over", "failed"].includes(game.state), stage.here >= 3, stage.ready], () => setupPart(stage));
  counts(game);
  document.getElementById("page").dataset.ready = lang;
}

function part(id, key, make) {
  const place = document.getElementById(id), text = JSON.stringify([lang, key]);
  if (place.dataset.key === text) return;
  place.dataset.key = text;
  const focused = document.activeElement && document.activeElement.id;
  place.replaceChildren(...[].concat(make() || []));
  if (focused && !document.activeElement?.id) document.getElementById(focused)?.focus();
}

/** Take down what the projector shows, unless something newer is known. */
function saw(stage) {
  if (fresh(stage, S.stage)) S.stage = stage;
}

async function act(what, more = {}) {
  try {
    saw(await ask("/api/class/act", { word: what, ...more }));
    S.wrong = "";
  } catch (error) {
    S.wrong = reason(error);
  }
  show();
}

// ---- who is here

function lobby(stage) {
  return el("section", { class: "lobby" },
    el("div", { class: "qr" }, el("img", { src: doc.qr, alt: word("qr_alt", { address: doc.address, code: doc.code }) })),
    el("div", { class: "how" }, el("h2", { text: word("join_how") }),
      el("p", { class: "address" }, el("b", { text: doc.address.replace(/^http:\/\//, "").replace(/\/$/, "") })),
      el("p", {}, word("code"), " ", el("b", { id: "code", class: "code", text: doc.code })),
      el("p", { id: "here", class: "here", "aria-live": "polite", text: word("here", { n: stage.here }) }),
      seatList(stage), trouble()));
}

function seatList(stage) {
  return el("ul", { id: "seats", class: "seats" }, ...stage.seats.map((seat) => el("li", { class: seat.here ? "here" : "gone" },
    el("b", { text: String(seat.number + 1) }), " ", theirs(seat.name, { class: "own" }),
    el("button", { type: "button", class: "quiet", "aria-label": word("remove", { n: seat.number + 1 }), text: "×", onclick: () => act("remove", { number: seat.number }) }))));
}

function trouble() {
  const box = el("details", { class: "trouble", id: "trouble" }, el("summary", { text: word("trouble") }),
    el("ul", {}, ...["same_wifi", "isolates", "firewall", "offline"].map((key) => el("li", { text: word(`trouble_${key}`) }))),
    el("p", {}, el("a", { class: "button", href: `/ladder.html?save&lang=${lang}`, download: "ladder.html", text: word("save_ladder") })),
    el("p", { class: "about", text: word("nothing_kept") }));
  box.open = S.opened;
  box.addEventListener("toggle", () => { S.opened = box.open; });
  return box;
}

function strip(stage) {
  return el("p", { class: "strip" }, el("span", { text: word("here", { n: stage.here }) }), " · ", doc.address.replace(/^http:\/\//, "").replace(/\/$/, ""), " · ", word("code"), " ", el("b", { class: "code", text: doc.code }));
}

// ---- what is played

function playing(stage) {
  const game = stage.game, over = ["over", "failed"].includes(game.state);
  const tap = { kind: game.game, number: game.round }; // a tap that comes twice closes one round
  const bar = el("div", { class: "bar control" },
    over ? null : el("button", { type: "button", id: "close", class: "play", disabled: game.state !== "open", text: word(game.kind === "slider" ? "close_slider" : game.round >= game.rounds ? "last_round" : "next_round"), onclick: () => act("close", tap) }),
    over || game.kind === "slider" ? null : el("button", { type: "button", id: "end", disabled: game.state !== "open", text: word("end"), onclick: () => act("end", tap) }),
    over ? el("button", { type: "button", id: "leave", text: word("leave"), onclick: () => act("leave") }) : null,
    el("span", { id: "chosen", class: "chosen", "aria-live": "polite" }), el("span", { id: "left", class: "chosen" }));
  const title = game.title || word(game.kind === "nodes" ? "no_title" : game.kind === "slider" ? `histogram_${game.question}` : "game_roles");
  const round = over ? word("over") : WAITS.includes(game.state) ? word("computing") : game.kind === "slider" ? word("game_slider") : word("round", { n: game.round, of: game.rounds });
  return el("section", { class: "playing", "data-state": game.state, "data-kind": game.kind }, el("p", { class: "kicker", text: round }), heading("h2", title), bar,
    game.state === "failed" ? el("p", { class: "notices", text: say(game.why) }) : null, ...content(stage));
}

function content(stage) {
  const game = stage.game;
  if (game.state === "failed") return [];
  if (game.kind === "roles") return rolesResult(game);
  if (game.kind === "slider") return game.hidden ? [el("p", { class: "about", text: word("hidden_values") })] : sliderResult(game);
  if (!game.places.length) return [];
  const over = game.state === "over";
  return [el("div", { class: over ? "sides" : "alone" }, networkPart(game), over ? el("div", {}, ...nodesResult(game, stage.pair)) : null)];
}

/** Numbers that change with every tap. */
function counts(game) {
  const chosen = document.getElementById("chosen"), left = document.getElementById("left");
  if (!chosen || !game) return;
  const of = game.kind === "nodes" ? game.asked : game.people;
  chosen.textContent = game.state === "open" ? word("chosen", { n: game.chosen, of }) : "";
  left.textContent = game.state === "open" && game.left !== null && game.left !== undefined ? word("left", { n: game.left }) : "";
  if (game.kind === "roles") {
    const cells = document.querySelectorAll("#teams tbody tr");
    game.teams.forEach((team, i) => { const cell = cells[i] && cells[i].children[2]; if (cell && team.members) cell.textContent = `${team.voted} / ${team.members}`; });
  }
}

setInterval(() => {
  const game = S.stage && S.stage.game;
  if (game && game.left > 0) { game.left -= 1; counts(game); }
}, 1000);

// ---- what may be begun

const select = (id, key, names, chosen) => {
  const box = el("select", { id }, ...names.map(([value, text]) => el("option", { value, text, selected: value === chosen })));
  return [box, el("label", { class: "choice" }, el("span", { text: word(key) }), box)];
};
const number = (id, key, value, least, most, step = 1) => {
  const box = el("input", { type: "number", id, value, min: least, max: most, step });
  return [box, el("label", { class: "choice" }, el("span", { text: word(key) }), box)];
};
const tick = (id, key, checked) => {
  const box = el("input", { type: "checkbox", id, checked });
  return [box, el("label", { class: "choice tick" }, box, el("span", { text: word(key) }))];
};

/** Fields of a textbook model, and how they are read. */
function modelFields(id, known = { model: "independent_cascade", p: 0.3 }) {
  const [model, first] = select(`${id}-model`, "held_beside", ["independent_cascade", "linear_threshold", "bass"].map((name) => [name, word(`choose_${name}`)]), known.model);
  const [p, second] = number(`${id}-p`, "chance_p", known.p ?? 0.3, 0, 1, 0.05);
  const [q, third] = number(`${id}-q`, "chance_q", known.q ?? 0.3, 0, 1, 0.05);
  const seen = () => { second.hidden = model.value === "linear_threshold"; third.hidden = model.value !== "bass"; };
  model.addEventListener("change", () => { if (model.value === "bass") p.value = "0.05"; seen(); });
  seen();
  const read = () => ({ model: model.value, ...(model.value === "linear_threshold" ? {} : { p: Number(p.value) }), ...(model.value === "bass" ? { q: Number(q.value) } : {}) });
  return { fields: [first, second, third], read };
}

function setupPart(stage) {
  const free = !stage.game || ["over", "failed"].includes(stage.game.state);
  if (!free) return null;
  const buttons = ["nodes", "slider", "roles"].map((kind) => el("button", { type: "button", id: `setup-${kind}`, text: word(`game_${kind}`), "aria-pressed": kind === S.setup ? "true" : "false", onclick: () => {
    S.setup = kind;
    memory.put("setup", kind);
    document.getElementById("setup").dataset.key = "";
    show();
    document.getElementById(`setup-${kind}`).focus();
  } }));
  const { fields, read } = { nodes: nodesSetup, slider: sliderSetup, roles: rolesSetup }[S.setup]();
  const few = stage.here < 3;
  return el("section", { class: "setup" }, el("h2", { text: word(stage.game ? "another" : "begin_title") }), el("div", { class: "switch", role: "group", "aria-label": word("begin_title") }, ...buttons),
    el("p", { class: "about", text: word(`about_game_${S.setup}`) }),
    el("form", { onsubmit: (event) => { event.preventDefault(); act("start", { kind: S.setup, options: read() }); } },
      el("div", { class: "fields" }, ...fields),
      el("button", { type: "submit", id: "start", class: "play", disabled: few || !stage.ready, text: word("start") }),
      few || !stage.ready ? el("span", { class: "about", text: " " + word(few ? "needs_three" : "engine_loads") }) : null));
}

const kinds = () => ["small_world", "ring", "hubs"].map((kind) => [kind, word(`network_${kind}`)]);
const ways = () => ["lot", "friends", "near"].map((way) => [way, word(`way_${way}`)]);

function titleField() {
  const box = el("input", { type: "text", id: "story", maxlength: 10000, placeholder: word("no_title") });
  return [box, el("label", { class: "choice wide" }, el("span", { text: word("story") }), box)];
}

function nodesSetup() {
  const [story, a] = titleField();
  const [sees, b] = select("sees", "what_they_see", [["yes", word("sees_friends")], ["no", word("sees_nothing")]], "yes");
  const [network, c] = select("kind", "network", kinds(), "small_world");
  const [beginners, d] = number("beginners", "beginners", 2, 1, 20);
  const [way, e] = select("way", "who_begins", ways(), "lot");
  const [rounds, f] = number("rounds", "rounds", 6, 1, 30);
  const [seconds, g] = number("seconds", "seconds", 0, 0, 3600);
  const model = modelFields("first");
  const read = () => ({ title: story.value, sees: sees.value === "yes", network: network.value, beginners: Number(beginners.value), way: way.value, rounds: Number(rounds.value), seconds: Number(seconds.value), ...model.read() });
  return { fields: [a, b, c, d, e, f, g, ...model.fields], read };
}

function sliderSetup() {
  const [question, a] = select("question", "question", ["threshold", "chance", "guess"].map((name) => [name, word(`question_${name}`)]), "threshold");
  const [shown, b] = tick("shown", "show_live", true);
  const [network, c] = select("kind", "network", kinds(), "small_world");
  const [beginners, d] = number("beginners", "beginners", 2, 1, 20);
  const [way, e] = select("way", "who_begins", ways(), "lot");
  const [seconds, f] = number("seconds", "seconds", 0, 0, 3600);
  const model = modelFields("first");
  const seen = () => { for (const one of [c, ...model.fields.slice(0, 1)]) one.hidden = question.value !== "guess"; e.hidden = question.value === "threshold"; shown.checked = question.value !== "guess"; for (const one of model.fields.slice(1)) if (question.value !== "guess") one.hidden = true; };
  question.addEventListener("change", () => { seen(); if (question.value === "guess") model.fields[1].hidden = false; });
  seen();
  const read = () => ({ question: question.value, shown: shown.checked, network: network.value, beginners: Number(beginners.value), way: way.value, seconds: Number(seconds.value), ...model.read() });
  return { fields: [a, b, c, d, e, ...model.fields, f], read };
}

function rolesSetup() {
  const [rounds, a] = number("rounds", "rounds", 4, 1, 8);
  const [seconds, b] = number("seconds", "seconds", 0, 0, 3600);
  const read = () => ({ rounds: Number(rounds.value), seconds: Number(seconds.value) });
  return { fields: [a, b], read };
}

// ---- begin

async function begin() {
  const token = location.hash.slice(1);
  if (token) {
    history.replaceState(null, "", location.pathname + location.search);
    try {
      await ask("/api/class/teacher", { token });
    } catch (error) {
      stranger(error);
      return;
    }
  }
  S.stop = listen({
    stream: "/api/class/stage/events", question: "/api/class/stage", hear: (stage) => { saw(stage); show(); },
    away: (away) => { if (S.away !== away) { S.away = away; if (S.stage) show(); } }, stranger,
  });
}

function stranger(error) {
  document.getElementById("page").replaceChildren(top_(), el("section", {}, el("p", { text: reason(error) })));
}

render();
begin();
