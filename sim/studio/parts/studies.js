// Studies: questions of many runs, each a panel made from its fields; asked by a command, one at a time; then the answer.
S.studies = { busy: false, words: "", study: "", far: [], answers: {}, lists: {} };

function studyPart() {
  return el("section", { id: "studies", "aria-labelledby": "studies-title" },
    el("h2", { id: "studies-title", text: word("studies") }), el("p", { class: "about", text: word("studies_about") }),
    ...doc.studies.map(panelOf));
}

/** What a study is called, what is asked of it, and below that what is told of it. */
function panelOf(study) {
  const fields = study.fields.map((field) => ({ ...field, control: controlOf(study, field) }));
  const asked = () => Object.fromEntries(fields.map(({ name, control: { value } }) => [name, value()]));
  const button = el("button", { type: "button", class: "ask", text: say(study.button), onclick: () => tried(async () =>
    tookStudies(await ask("/api/studies", { study: study.name, yaml: S.yaml, asked: asked() }))) });
  const panel = el("details", { class: "group study", name: "studies", id: `study-${study.name}`, open: memory.get("study") === study.name },
    el("summary", { text: say(study.title) }), el("p", { class: "about", text: say(study.about) }), ...rowsOf_(fields, button), el("div", { class: "told" }));
  panel.addEventListener("toggle", () => {
    if (panel.open) memory.put("study", study.name);
    else if (memory.get("study") === study.name) memory.put("study", "");
    showStudies();
  });
  return panel;
}

/** Fields in their order, small ones beside each other, the button at the end of the last row; what is said of a choice below. */
function rowsOf_(fields, button) {
  const rows = [];
  for (const { kind, control } of fields) {
    const small = ["one", "day"].includes(kind), last = rows[rows.length - 1];
    if (small && last?.small) last.append(control.made);
    else rows.push(Object.assign(small ? el("div", { class: "bar" }, control.made) : control.made, { small }));
  }
  const last = rows[rows.length - 1];
  if (last.small) last.append(button);
  else rows.push(el("div", { class: "bar" }, button));
  return [...rows, ...fields.map(({ control }) => control.about).filter(Boolean)];
}

const controlOf = (study, field) => ({ one: oneOf, many: manyOf, day: dayOf, text: textOf })[field.kind](field, `${study.name}-${field.name}`);

function oneOf(field, id) {
  const select = el("select", { id, "data-of": field.of, onchange: tell }, ...optionsOf(field.choices, field.first[0]));
  const about = el("p", { class: "about", id: `${id}-about` });
  function tell() {
    const choices = S.studies.lists[field.of] || field.choices;
    about.textContent = say((choices.find((one) => one.name === select.value) || {}).about);
    about.hidden = !about.textContent;
  }
  select.tell = tell;
  tell();
  return { made: el("label", { class: "choice" }, el("span", { text: say(field.title) }), select), about, value: () => select.value };
}

const optionsOf = (choices, first) => choices.map((one) => el("option", { value: one.name, selected: one.name === first, text: say(one.title) }));

function manyOf(field, id) {
  const boxes = field.choices.map((one) => el("input", { type: "checkbox", value: one.name, checked: field.first.includes(one.name) }));
  const made = el("div", { class: "bar", id, role: "group", "aria-label": say(field.title) }, el("span", { class: "what", text: say(field.title) }),
    ...boxes.map((box, i) => el("label", { class: "choice", title: say(field.choices[i].about) }, box, el("span", { text: say(field.choices[i].title) }))));
  return { made, value: () => boxes.filter((box) => box.checked).map((box) => box.value) };
}

function dayOf(field, id) {
  const input = el("input", { type: "date", id });
  return { made: el("label", { class: "choice" }, el("span", { text: say(field.title) }), input), value: () => input.value };
}

function textOf(field, id) {
  const area = el("textarea", { id, rows: 3, spellcheck: "false", placeholder: field.shown });
  return { made: el("label", { class: "written" }, el("span", { text: say(field.title) }), area), value: () => area.value };
}

function tookStudies(found) {
  if (!fresh(found, S.studies)) return;
  const begun = found.busy && !S.studies.busy;
  S.studies = found;
  if (begun) document.getElementById(`study-${found.study}`)?.setAttribute("open", "");
  showStudies();
}

function showStudies() {
  for (const select of document.querySelectorAll("#studies select[data-of]:not([data-of=''])")) fill(select);
  for (const study of doc.studies) {
    const panel = document.getElementById(`study-${study.name}`);
    const lacks = [...panel.querySelectorAll("select")].some((select) => !select.options.length);
    panel.querySelector("button.ask").disabled = S.studies.busy || lacks;
    showAnswer(study, panel, lacks);
  }
}

/** Choices that change while the studio is open. */
function fill(select) {
  const choices = S.studies.lists[select.dataset.of] || [];
  const names = choices.map((one) => one.name).join();
  if (names !== select.dataset.names) {
    const had = select.value;
    select.replaceChildren(...optionsOf(choices, had));
    select.dataset.names = names;
  }
  select.tell();
}

/** How far a study is and a word to stop it; how it ended; what was found, and its page where the panel is open. */
function showAnswer(study, panel, lacks) {
  const { busy, words, far, answers, study: which } = S.studies;
  const mine = which === study.name ? { busy, words, far } : null, answer = answers[study.name], place = panel.querySelector(".told");
  const key = JSON.stringify([mine, answer, panel.open, lacks]);
  if (place.dataset.key === key) return; // or a page that is shown would be loaded anew
  place.dataset.key = key;
  place.replaceChildren(...[mine && busy ? farOf(far) : null,
    mine ? el("p", { class: "about said", role: "status", dir: "auto", text: plainly(words) }) : null,
    lacks ? el("p", { class: "about", text: word("study_empty") }) : null,
    ...(answer && !(mine && busy) ? answerOf(study, answer, panel.open) : [])].filter(Boolean));
}

function farOf([done, total]) {
  return el("div", { class: "bar" }, el("button", { type: "button", class: "stop", text: word("stop"), onclick: () => tried(() => ask("/api/studies/stop", {})) }),
    el("progress", { max: total || 1, value: done || 0, "aria-label": word("progress") }));
}

function answerOf(study, { lines, notices }, open) {
  const src = `/api/studies/${study.name}?lang=${lang}`;
  return [...lines.map((line, i) => el("p", { class: i ? "sure" : "finding", dir: "auto", text: say(line) })), noticesOf(notices),
    el("div", { class: "bar" }, el("a", { class: "button page", href: src, target: "_blank", rel: "noopener", text: word("study_page") })),
    open ? el("iframe", { title: word("study_shown", { title: say(study.title) }), src, sandbox: "allow-scripts allow-downloads allow-modals" }) : null];
}

/** What should be known beside numbers. */
function noticesOf(lines) {
  if (!(lines || []).length) return null;
  return el("aside", { class: "notices", "aria-label": word("study_notices") }, el("strong", { text: word("study_notices") }),
    el("ul", {}, ...lines.map((line) => el("li", { dir: "auto", text: plainly(line) }))));
}
