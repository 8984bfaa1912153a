// A phone of the class: join, then do what is played; what was chosen is sent until the server has said that it has it.
const S = { code: decodeURIComponent(location.hash.slice(1)).slice(0, 12), name: memory.get("name") || "", view: null, wrong: "", away: false, pending: null, joining: false, shown: "", stop: null };

function render() {
  document.title = word("title");
  S.shown = "";
  show();
}

/** Draw what is known, where it has changed; a slider that is being moved stays as it is. */
function show() {
  const game = S.view && S.view.game;
  const key = JSON.stringify([lang, S.wrong, S.away, S.pending, S.view && { ...S.view, as_of: 0, game: game && { ...game, left: null, value: null } }]);
  clock();
  if (key === S.shown) return;
  S.shown = key;
  const focused = document.activeElement && document.activeElement.id;
  document.getElementById("page").replaceChildren(top_(), ...(S.view ? body(S.view) : [joinForm()]));
  clock();
  if (focused) document.getElementById(focused)?.focus();
  Object.assign(document.getElementById("page").dataset, { ready: S.view ? "in" : "out", round: game ? game.round : 0 });
}

function top_() {
  return el("header", {}, el("div", { class: "top" },
    S.view ? el("p", { class: "who" }, el("b", { text: word("seat", { n: S.view.number + 1 }) }), " ", theirs(S.view.name, { class: "own" })) : el("p", { class: "who", text: word("title") }),
    languageButton(render)),
  el("p", { id: "wrong", class: "wrong", role: "alert", hidden: !S.wrong && !S.away, text: S.away ? word("away") : S.wrong }));
}

function joinForm() {
  const code = el("input", { id: "code", type: "text", value: S.code, maxlength: 12, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", required: true, "aria-describedby": "wrong" });
  const name = el("input", { id: "name", type: "text", value: S.name, maxlength: 24, autocomplete: "off" });
  return el("form", { class: "card", onsubmit: (event) => { event.preventDefault(); join(code.value, name.value); } },
    el("h1", { text: word("join_title") }),
    el("label", {}, el("span", { text: word("code") }), code),
    el("label", {}, el("span", { text: word("name") }), name),
    el("p", { class: "small", text: word("name_note") }),
    el("button", { type: "submit", class: "go", id: "join", text: word("join") }));
}

/** Take down what the class looks like, unless something newer is known. */
function saw(view) {
  if (fresh(view, S.view)) S.view = view;
}

async function join(code, name) {
  if (S.joining) return; // a second tap would be a second seat
  [S.code, S.name, S.joining] = [code, name, true];
  memory.put("name", name);
  try {
    await ask("/api/class/join", { code, name });
    const view = await ask("/api/class/view");
    S.wrong = view.number === null ? word("no_cookie") : "";
    if (view.number !== null) {
      saw(view);
      hearAll();
    }
  } catch (error) {
    S.wrong = reason(error);
  }
  S.joining = false;
  show();
}

function hearAll() {
  if (S.stop) S.stop();
  S.stop = listen({
    stream: "/api/class/events", question: "/api/class/view",
    hear: (view) => { saw(view); show(); },
    away: (away) => { if (S.away !== away) { S.away = away; show(); } },
    stranger: (error) => { [S.view, S.pending, S.away, S.wrong] = [null, null, false, reason(error)]; show(); },
  });
}

/** Send a choice until it has come; one that comes twice counts once. */
async function send(value) {
  const { game, round } = S.view.game;
  const mine = { game, round, value };
  S.pending = mine;
  S.wrong = "";
  show();
  for (let tries = 1; S.pending === mine; tries += 1) {
    try {
      const view = await ask("/api/class/choose", mine);
      saw(view);
      if (S.pending === mine) S.pending = null;
    } catch (error) {
      if (error.code === 0 || error.code === 429 || error.code >= 500) {
        await pause(Math.min(4000, 300 * tries));
        continue;
      }
      if (S.pending === mine) [S.pending, S.wrong] = [null, reason(error)];
    }
  }
  show();
}

function clock() {
  const place = document.getElementById("left"), left = S.view && S.view.game && S.view.game.left;
  if (place) place.textContent = left === null || left === undefined ? "" : word("left", { n: left });
}

setInterval(() => {
  const game = S.view && S.view.game;
  if (game && game.left > 0) { game.left -= 1; clock(); }
}, 1000);

// ---- what is played

function body(view) {
  const game = view.game;
  if (!game) return [card(word("wait_title"), word("wait_text"))];
  if (!game.part) return [card(word("next_one"), word("next_one_text"))];
  if (game.state === "preparing" || game.state === "computing") return [card(word("moment"), word("look_up"))];
  if (game.state === "failed") return [card(word("failed"), say(game.why))];
  return { nodes: nodesBody, slider: sliderBody, roles: rolesBody }[game.kind](game);
}

const card = (title, text, ...more) => el("section", { class: "card" }, el("h1", { text: title }), el("p", { text }), ...more);

function kicker(game) {
  return el("p", { class: "kicker" }, word("round", { n: game.round, of: game.rounds }), " ", el("span", { id: "left", class: "left" }));
}

function pressed(id, text, on, choose, props = {}) {
  return el("button", { type: "button", id, class: "choice", "aria-pressed": on ? "true" : "false", onclick: choose, ...props }, ...[].concat(text));
}

const sent = (value) => (S.pending ? S.pending.value : value);

function state_(text) {
  return el("p", { class: "state", role: "status", text: S.pending ? word("sending") : text });
}

function nodesBody(game) {
  const title = heading("h1", game.title || word("no_title"));
  if (game.state === "over") {
    const mine = game.shared === null ? word("did_not_share") : game.shared === 0 ? word("you_began") : word("you_shared", { n: game.shared });
    return [el("section", { class: "card" }, el("p", { class: "kicker", text: word("over") }), title, el("p", { class: "big", text: mine }),
      el("p", { text: word("friends_in_the_end", { k: game.friends_shared, n: game.friends }) }), el("p", { text: word("look_up") }))];
  }
  const seen = game.sees ? el("p", { class: "big friends", text: word("friends_have", { k: game.friends_shared, n: game.friends }) }) : el("p", { class: "friends", text: word("blind") });
  if (game.shared !== null) {
    return [el("section", { class: "card" }, kicker(game), title, seen, el("p", { class: "state", role: "status", text: game.shared === 0 ? word("you_began") : word("you_shared", { n: game.shared }) }))];
  }
  const choice = sent(game.choice);
  const told = choice === null ? word("choose_now") : word(choice ? "noted_share" : "noted_not");
  return [el("section", { class: "card" }, kicker(game), title, seen,
    el("div", { class: "two" },
      pressed("share", word("share"), choice === true, () => send(true)),
      pressed("not", word("not_now"), choice === false, () => send(false))),
    state_(told))];
}

const valueSaid = (game, value) => (game.question === "guess" ? word("people_of", { n: value, of: game.people }) :
  value >= game.never && game.question === "threshold" ? word("never") : `${value}%`);

function sliderBody(game) {
  const head = el("h1", { text: word(`ask_${game.question}`) });
  if (game.state === "over") {
    return [el("section", { class: "card" }, el("p", { class: "kicker", text: word("over") }), head,
      game.value === null ? null : el("p", { class: "big", text: word("you_said", { value: valueSaid(game, game.value) }) }),
      game.median === undefined ? null : el("p", { text: word("class_said", { value: valueSaid(game, Math.round(game.median)) }) }),
      el("p", { text: word("look_up") }))];
  }
  const known = sent(game.value);
  const begin = known === null ? Math.round(game.most / 2 / game.by) * game.by : known;
  const out = el("output", { id: "value", class: "big", for: "slider", text: valueSaid(game, begin) });
  const slider = el("input", { id: "slider", type: "range", min: 0, max: game.most, step: game.by, value: begin, "aria-label": word(`ask_${game.question}`),
    "aria-valuetext": valueSaid(game, begin),
    oninput: () => {
      out.textContent = valueSaid(game, Number(slider.value));
      slider.setAttribute("aria-valuetext", out.textContent);
      told.textContent = word("not_sent");
    },
    onchange: () => send(Number(slider.value)) });
  const told = state_(known === null ? word("move_it") : word("noted_value"));
  return [el("section", { class: "card" }, el("p", { class: "kicker" }, word("slider"), " ", el("span", { id: "left", class: "left" })), head,
    el("p", { text: word(`about_${game.question}`, { count: game.count }) }), out, slider,
    el("div", { class: "ends" }, el("span", { text: valueSaid(game, 0) }), el("span", { text: valueSaid(game, game.most) })),
    el("button", { type: "button", id: "set", class: "go", text: word("set"), onclick: () => send(Number(slider.value)) }), told)];
}

function rolesBody(game) {
  const mine = game.mine;
  const facts = mine ? el("p", { class: "small", text: word("mine", { reads: amount(mine.reads), rank: mine.best === null ? word("not_listed") : mine.best }) }) : null;
  const head = [el("p", { class: "kicker" }, game.state === "over" ? word("over") : word("round", { n: game.round, of: game.rounds }), " ", el("span", { id: "left", class: "left" })),
    el("h1", { text: word("you_are", { team: say(game.team) }) }), el("p", { text: word(`role_${game.role}`) })];
  if (game.state === "over") return [el("section", { class: "card" }, ...head, facts, el("p", { text: word("look_up") })), hotList(game)];
  const choice = sent(game.choice);
  const moves = game.moves.map((move) => pressed(`move-${move.name}`, [
    el("b", { text: word(`move_${move.name}`) }),
    el("span", { class: "small", text: word(`move_about_${move.name}`, { lead: say(game.lead) }) }),
    el("span", { class: "small", text: [move.cost ? word("costs", { n: amount(move.cost) }) : word("free"), word("votes", { n: move.votes })].join(" · ") }),
  ], choice === move.name, () => send(move.name), { disabled: !move.may }));
  return [el("section", { class: "card" }, ...head,
    el("p", { class: "small", text: word("team_of", { n: game.members }) + (game.purse ? ` ${word("purse", { n: amount(game.purse) })}` : "") }), facts,
    el("div", { class: "moves" }, ...moves), state_(choice === null ? word("vote_now") : word("noted_vote"))), hotList(game)];
}

function hotList(game) {
  const rows = game.list.map((row) => el("li", { class: row.ours ? "ours" : null }, el("span", { class: "rank", text: row.rank || "▲" }), el("span", { text: place(row) })));
  return el("section", { class: "card" }, el("h2", { text: word("hot_list") }), el("ol", { class: "hot" }, ...rows));
}

const place = (row) => { const title = say(row.topic); return row.ours ? `#${title}#` : title.replace(/^background /, word("other_topic") + " "); };

// ---- begin

render();
ask("/api/class/view").then((view) => {
  if (view.number === null) S.wrong = view.error ? say(view.error) : "";
  else {
    saw(view);
    hearAll();
  }
  show();
}, (error) => { S.wrong = reason(error); show(); });
