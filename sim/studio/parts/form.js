// The form: a control a field, by groups; a change is written into the YAML and comes back checked.
const GROUPS = ["world", "people", "stories", "campaign", "model", "facts", "plan", "actors", "platforms"];
const OPEN = new Set(["world", "people", "stories", "campaign", "model", "facts"]);
const controls = new Map(); // path → how to show another value

function formPart() {
  controls.clear();
  const part = el("div", { id: "form" });
  if (!S.check) return el("div", { id: "form" }, el("p", { class: "about", text: word(S.faults.length ? "form_faulty" : "form_none") }));
  const search = el("input", { type: "search", id: "look", value: S.looked, "aria-label": word("look"), placeholder: word("look") });
  const found = el("div", { id: "found", "aria-live": "polite" });
  search.addEventListener("input", () => {
    S.looked = search.value;
    clearTimeout(search.timer);
    search.timer = setTimeout(() => look(found), 250);
  });
  part.append(el("div", { class: "look" }, search), found);
  for (const group of GROUPS) {
    const fields = S.check.fields.filter((field) => field.group === group);
    if (!fields.length) continue;
    const opened = OPEN.has(group) && fields.length < (window.innerWidth > 640 ? 40 : 12);
    part.append(el("details", { class: "group", "data-group": group, open: opened },
      el("summary", { text: `${say(S.check.groups[group])} · ${fields.length}` }), ...cardsOf(fields)));
  }
  if (S.looked) look(found);
  return part;
}

/** Fields of one thing stand together under its head. */
function cardsOf(fields) {
  const heads = [...new Set(fields.map((field) => headOf(field)))];
  return heads.map((head) => {
    const own = fields.filter((field) => headOf(field) === head);
    const title = own[0].head ? el("p", { class: "head", dir: "auto", text: say(own[0].head) }) : null;
    return el("div", { class: "cardlet" }, title, ...own.map(control));
  });
}

const headOf = (field) => (field.head ? field.path.replace(/\.[^.]*$/, "").replace(/\.(response|reaction)$/, "") : "");

async function look(place) {
  const words = S.looked.trim();
  if (!words) return place.replaceChildren();
  const answer = await tried(() => ask("/api/search", { yaml: S.yaml, words }));
  if (!answer || words !== S.looked.trim()) return null;
  const rows = answer.fields.map((field) => el("div", { class: "cardlet" }, el("p", { class: "head path", text: field.path }), control(field)));
  return place.replaceChildren(el("p", { class: "about", text: word(rows.length ? "look_found" : "look_none", { n: rows.length }) }), ...rows);
}

function control(field) {
  const name = `${say(field.head) ? `${say(field.head)}: ` : ""}${say(field.label)}`;
  const [inputs, show] = ({ bool: ticked, choice: chosen, time: timed, text: written })[field.kind]?.(field, name) || counted(field, name);
  controls.set(field.path, show);
  const unit = field.unit && field.unit.en !== "factor" ? el("span", { class: "unit", text: say(field.unit) }) : null;
  const text = el("span", { class: "what", text: say(field.label), title: `${field.path}\n${field.help}` });
  return el("div", { class: `field ${field.kind}`, "data-path": field.path }, text, ...inputs, unit);
}

function change(field, value) {
  inTurn(() => edit(field.path, value));
}

function ticked(field, name) {
  const box = el("input", { type: "checkbox", checked: field.value, "aria-label": name, onchange: () => change(field, box.checked) });
  return [[box], (value) => { box.checked = value; }];
}

function chosen(field, name) {
  const select = el("select", { "aria-label": name, onchange: () => change(field, field.choices[select.selectedIndex]) },
    ...field.choices.map((choice) => el("option", { text: String(choice), selected: choice === field.value })));
  return [[select], (value) => { select.selectedIndex = field.choices.indexOf(value); }];
}

/** A time in the zone of the scenario. */
function timed(field, name) {
  const zone = /([+-]\d\d:\d\d|Z)$/.exec(field.value)?.[0] || "+08:00";
  const input = el("input", { type: "datetime-local", value: field.value.slice(0, 16), "aria-label": name,
    onchange: () => input.value && change(field, input.value + zone) });
  return [[input], (value) => { input.value = value.slice(0, 16); }];
}

function written(field, name) {
  const input = el("input", { type: "text", value: field.value ?? "", "aria-label": name, onchange: () => change(field, input.value) });
  return [[input], (value) => { input.value = value ?? ""; }];
}

/** A number, with a slider where it has ends; by factors where its field says so. */
function counted(field, name) {
  const number = el("input", { type: "text", inputmode: "decimal", class: "number", value: written_(field.value), "aria-label": name });
  const send = (value) => Number.isFinite(value) && change(field, field.kind === "int" ? Math.round(value) : value);
  number.addEventListener("change", () => send(Number(number.value.replace(/[,_\s]/g, ""))));
  const show = (value) => { number.value = written_(value); };
  if (!field.span || field.value === null) return [[number], show];
  const scale = scaleOf(field);
  const slider = el("input", { type: "range", min: 0, max: 1000, step: 1, value: scale.at(field.value), "aria-label": name });
  const told = (value) => slider.setAttribute("aria-valuetext", `${written_(value)} ${say(field.unit)}`);
  slider.addEventListener("input", () => { show(scale.of(slider.value)); told(scale.of(slider.value)); });
  slider.addEventListener("change", () => send(scale.of(slider.value)));
  told(field.value);
  return [[slider, number], (value) => { show(value); slider.value = scale.at(value); told(value); }];
}

const written_ = (value) => (value === null || value === undefined ? "" : typeof value === "number" && Number.isInteger(value) &&
  Math.abs(value) > 9999 && value < 1e15 ? value.toLocaleString("en-US") : String(value));

/** Places of a slider, 0 to 1000, and the values that they mean: three digits, whole where the field is. */
function scaleOf(field) {
  const log = field.log;
  const low = log ? Math.max(field.span[0], field.span[1] / 1e9) : field.span[0];
  const high = field.span[1];
  const rounded = (value) => {
    if (field.kind === "int" && Math.abs(value) < 1000) return Math.round(value);
    return Number(value.toPrecision(value >= 1000 ? 3 : 2)) || 0;
  };
  return {
    of: (place) => rounded(log ? low * (high / low) ** (place / 1000) : low + (high - low) * (place / 1000)),
    at: (value) => Math.round(1000 * (log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low))),
  };
}
