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
    el("strong", { text: word("notices") }), el("ul", {}, ...doc.notices.map((text) => el("li", { text, dir: "auto" }))));
}

function cards() {
  return el("ul", { class: "cards" }, ...doc.cards.map((card) => el("li", { "data-card": card.id, "data-verdict": card.verdict },
    el("span", { class: "label", text: say(card.label) }), el("b", { text: say(card.value) }),
    card.note ? el("span", { class: "note", text: say(card.note) }) : null)));
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
  for (const [key, draw] of [["forest", forest], ["race", race]]) {
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
  return made;
}

/** The table of a chart folds away, at first where there is little room. */
function beside(section, table) {
  if (!section.chart) return table;
  return el("details", { class: "numbers", open: window.innerWidth > 640 }, el("summary", { text: word("table") }), table);
}

function recipe(section) {
  const facts = section.facts.flatMap((fact) => [el("dt", { text: say(fact.label) }), el("dd", { text: say(fact.value), dir: "auto" })]);
  const yaml = el("pre", { tabindex: "0", "aria-label": word("yaml") });
  const filled = el("details", {}, el("summary", { text: word("yaml") }), yaml);
  inflatedText(section.yaml).then((text) => { yaml.textContent = text; });
  const command = el("pre", { class: "command", text: section.command });
  return el("div", { class: "recipe" }, el("dl", {}, ...facts),
    el("h3", { text: word("command") }), command, copier("copy_command", () => section.command),
    filled, copier("copy_yaml", () => inflatedText(section.yaml)));
}

async function inflatedText(packed) {
  return canUnpack() ? new TextDecoder().decode(await inflated(packed)) : word("old");
}

/** A button that copies; where the browser forbids it, the text is selected instead. */
function copier(key, text) {
  const button = el("button", { type: "button", class: "copy", text: word(key), onclick: async () => {
    const area = el("textarea", { class: "away", "aria-label": word(key) });
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
