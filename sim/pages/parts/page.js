// The page as a whole: it is made anew from the document when the language changes.
function heading() {
  const other = lang === "en" ? "zh" : "en";
  return el("header", {},
    el("div", { class: "top" },
      el("p", { class: "name", dir: "auto", text: doc.name }),
      el("button", { type: "button", id: "language", lang: other === "zh" ? "zh-CN" : "en", text: word("language"),
        onclick: () => {
          lang = other;
          render();
          document.getElementById("language").focus();
        } })),
    el("h1", { text: say(doc.title), dir: "auto" }),
    el("p", { class: "about", text: doc.about.map(say).join(" · ") }));
}

function notices() {
  if (!doc.notices.length) return null;
  return el("aside", { class: "notices", "aria-label": word("notices") },
    el("strong", { text: word("notices") }), el("ul", {}, ...doc.notices.map((line) => el("li", { text: say(line), dir: "auto" }))));
}

function cards() {
  if (!doc.cards.length) return null;
  return balanced(el("ul", { class: "cards" }, ...doc.cards.map((card) => el("li", { "data-card": card.id, "data-verdict": card.verdict },
    el("span", { class: "label", text: say(card.label) }), el("b", { text: say(card.value) }),
    card.note ? el("span", { class: "note", text: say(card.note) }) : null))));
}

/** Rows of cards of nearly one length, whatever the width. */
function balanced(list) {
  const fit = () => {
    const wide = Math.min(window.innerWidth, 1240);
    const most = window.innerWidth <= 640 ? 2 : Math.max(3, Math.floor(wide / 165));
    const rows = Math.ceil(list.children.length / most);
    list.style.gridTemplateColumns = `repeat(${Math.ceil(list.children.length / rows)}, minmax(0, 1fr))`;
  };
  fit();
  window.addEventListener("resize", () => list.isConnected && fit());
  return list;
}

function contents() {
  return el("nav", { "aria-label": word("sections") }, ...doc.sections.map((section) =>
    el("a", { href: `#${section.id}`, text: say(section.nav) })));
}

function part(section) {
  const made = el("section", { id: section.id, "aria-labelledby": `${section.id}-title` },
    el("p", { class: "kicker", text: say(section.nav) }),
    el("h2", { id: `${section.id}-title`, text: say(section.title), dir: "auto" }),
    section.about ? el("p", { class: "about", text: say(section.about) }) : null,
    section.cut ? el("p", { class: "about", text: say(section.cut) }) : null);
  if (section.chart) made.append(chart(section));
  for (const [key, draw] of [["forest", forest], ["race", race], ["explore", explore]]) {
    if (!section[key]) continue;
    const holder = el("figure", { class: "chart", id: `chart-${section.id}` });
    made.append(holder);
    whenNear(holder, () => draw(section, holder));
  }
  if (section.table) made.append(beside(section, tableOf(section.table, section.id, say(section.title))));
  if (section.more) {
    made.append(el("h3", { text: say(section.more.title) }), tableOf(section.more, `${section.id}-more`, say(section.more.title)));
  }
  if (section.facts) made.append(recipe(section));
  if (section.follows) made.addEventListener("change", (event) => follow(made, event.target.selectedOptions?.[0]?.text), true);
  return made;
}

/** The table of a chart folds away, at first where there is little room. */
function beside(section, table) {
  if (!section.chart) return table;
  return el("details", { class: "numbers", open: window.innerWidth > 640 }, el("summary", { text: word("table") }), table);
}

function recipe(section) {
  const facts = section.facts.flatMap((fact) => [el("dt", { text: say(fact.label) }), el("dd", { text: say(fact.value), dir: "auto" })]);
  const made = el("div", { class: "recipe" }, el("dl", {}, ...facts));
  if (section.command) {
    const command = el("pre", { class: "command", tabindex: "0", text: section.command });
    made.append(el("h3", { text: word("command") }), command, copier("copy_command", () => section.command));
  }
  for (const file of section.files || []) made.append(wholeFile(file));
  if (section.onward) {
    made.append(el("h3", { text: say(section.onward.label) }), el("pre", { class: "command", tabindex: "0", text: section.onward.command }),
      copier("copy_command", () => section.onward.command));
  }
  return made;
}

/** A file that the command reads: to be looked at, copied, saved. */
function wholeFile(file) {
  const text = el("pre", { tabindex: "0", "aria-label": file.name });
  inflatedText(file.text).then((found) => { text.textContent = found; });
  const parts = { name: file.name };
  return el("div", {}, el("details", {}, el("summary", { text: file.name }), text),
    el("div", { class: "files" },
      copier("copy_file", () => inflatedText(file.text), parts),
      el("button", { type: "button", class: "copy", text: word("save_file", parts),
        onclick: async () => save(file.name.split("/").pop(), "text/yaml", await inflatedText(file.text)) })));
}

async function inflatedText(packed) {
  return canUnpack() ? new TextDecoder().decode(await inflated(packed)) : word("old");
}

/** A button that copies; where the browser forbids it, the text is selected instead. */
function copier(key, text, parts = {}) {
  const button = el("button", { type: "button", class: "copy", text: word(key, parts), onclick: async () => {
    const area = el("textarea", { class: "away", "aria-label": word(key, parts) });
    area.value = await text();
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    button.textContent = word(done ? "copied" : "select");
    button.focus();
  } });
  return button;
}

function render() {
  const at = window.scrollY;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  later.clear();
  const page = document.getElementById("page");
  const old = document.querySelector("a.skip");
  if (old) old.remove();
  document.body.prepend(el("a", { class: "skip", href: "#page", text: word("skip") }));
  page.replaceChildren(...[heading(), notices(), cards(), contents(), ...doc.sections.map(part)].filter(Boolean));
  page.dataset.ready = lang;
  page.dataset.ms = Math.round(performance.now());
  window.scrollTo(0, at);
}

render();
