// The notebook: every run with its settings, its digest, and where it is kept; two of them side by side.
function bookPart() {
  return el("section", { id: "book", "aria-labelledby": "book-title" }, el("div", { class: "bar" }, el("h2", { id: "book-title", text: word("notebook") }),
    el("button", { type: "button", id: "arms", disabled: true, text: word("side_by_side"), onclick: () => {
      S.arms = [...S.entries.keys()].filter((id) => S.picked.has(id)).slice(0, 2);
      showRun();
      document.getElementById("live").scrollIntoView();
    } }), el("span", { class: "about", text: word("pick_two") })), el("ul", { id: "entries", class: "entries" }));
}

function showBook() {
  const list = document.getElementById("entries");
  const entries = [...S.entries.values()].reverse();
  const rows = entries.filter((one, i) => !one.pair || entries.findIndex((other) => other.pair === one.pair) === i);
  list.replaceChildren(...(rows.length ? rows.map((one) => (one.pair ? pairRow(one.pair) : row(one))) : [el("li", { class: "about", text: word("no_runs") })]));
  const done = [...S.picked].filter((id) => S.entries.get(id)?.state === "done");
  document.getElementById("arms").disabled = done.length !== 2 || S.picked.size !== 2;
}

function row(entry) {
  const box = el("input", { type: "checkbox", checked: S.picked.has(entry.id), "aria-label": word("pick", { title: entry.title }), onchange: () => {
    if (box.checked) S.picked.add(entry.id);
    else S.picked.delete(entry.id);
    while (S.picked.size > 2) S.picked.delete([...S.picked][0]);
    showBook();
  } });
  const facts = [word("seed_of", { seed: entry.seed }), word("people_of", { n: entry.users.toLocaleString("en-US") })];
  if (entry.of) facts.push(word("branch_of", { at: entry.at.replace("T", " ") }));
  if (entry.digest) facts.push(word("reached_of", { n: amount(entry.reached) }), word("digest_of", { digest: entry.digest.slice(0, 8) }));
  if (entry.kept) facts.push(word("kept_short"));
  return el("li", { "data-id": entry.id, "data-state": entry.state, class: entry.id === S.shown ? "shown" : null }, box,
    el("div", { class: "told" }, el("b", { dir: "auto", text: entry.title }), " ", el("span", { class: "state", "data-state": entry.state, text: word(`state_${entry.state}`) }),
      el("span", { class: "facts", text: facts.join(" · ") }),
      settingsOf(entry), entry.words ? el("span", { class: "refusal", dir: "auto", text: plainly(entry.words) }) : null),
    el("div", { class: "bar" }, el("button", { type: "button", class: "quiet", text: word("show"), onclick: () => show(entry.id).then(showBook) }),
      el("button", { type: "button", class: "quiet", text: word("load"), onclick: () => { S.branch = null; inTurn(() => write(entry.text, "")); } }),
      el("button", { type: "button", class: "quiet", text: word("forget"), disabled: ["waiting", "running", "paused"].includes(entry.state),
        onclick: () => tried(() => ask(`/api/runs/${entry.id}/forget`, {})) })));
}

function settingsOf(entry) {
  if (!entry.settings.length) return null;
  return el("span", { class: "settings", dir: "auto", text: entry.settings.slice(0, 4).map(say).join(lang === "zh" ? "；" : "; ") + (entry.settings.length > 4 ? " …" : "") });
}

/** Take down what is known of a run, unless something newer is known; whether it was taken.
 *
 * Its curve is known apart: it only grows, so the longer one is the newer. */
function noted({ frame, rows, acts, ...entry }) {
  if (S.gone.has(entry.id)) return false;
  const known = S.live.get(entry.id) || { rows: [], acts: [] };
  if (frame) known.frame = frame;
  if (rows && rows.length > known.rows.length) Object.assign(known, { rows, acts });
  S.live.set(entry.id, known);
  const had = S.entries.get(entry.id);
  if (!fresh(entry, had)) return false;
  S.entries.set(entry.id, { ...had, ...entry });
  return true;
}

/** A run has changed: show it where it is shown. */
function took_(entry) {
  const had = S.entries.get(entry.id);
  if (!noted(entry)) return;
  showBook();
  if (entry.pair) pairTook(entry.pair);
  if (entry.id === S.shown && !S.arms && (!had || had.state !== entry.state || had.kept !== entry.kept || had.words !== entry.words)) showRun();
}

function showArms(place) {
  const [a, b] = S.arms;
  const address = `/api/arms?a=${a}&b=${b}&lang=${lang}`;
  ask(`${address}&as=json`).then(() => place.replaceChildren(
    el("div", { class: "bar" }, el("a", { class: "button", href: address, target: "_blank", rel: "noopener", text: word("own_tab") })),
    el("iframe", { id: "page-of-arms", title: word("side_by_side"), src: address, sandbox: "allow-scripts allow-downloads allow-modals" }),
  ), (error) => place.replaceChildren(el("p", { class: "refusal", text: error.words })));
}
