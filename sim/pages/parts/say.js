// What the page says: the document, the language, numbers and moments in words, and elements whose text is only text.
const doc = JSON.parse(document.getElementById("document").textContent);
let lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

const isSaid = (value) => value !== null && typeof value === "object" && "en" in value && "zh" in value;

/** A text in the language of the page. */
function say(value) {
  if (value === null || value === undefined) return "";
  return isSaid(value) ? value[lang] : String(value);
}

/** A part of the document in one language: wherever both stand, the one. */
function localised(value) {
  if (isSaid(value)) return value[lang];
  if (Array.isArray(value)) return value.map(localised);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, localised(inner)]));
}

/** A word of the page's own controls; `{name}` is replaced by what is given. */
function word(key, parts = {}) {
  return say(doc.words[key]).replace(/\{(\w+)\}/g, (whole, name) => (name in parts ? String(parts[name]) : whole));
}

const UNITS = {
  en: [[1e12, 1e12, " tn"], [1e9, 1e9, " bn"], [1e6, 1e6, " M"], [1e5, 1e3, " k"]],
  zh: [[1e12, 1e12, "万亿"], [1e8, 1e8, "亿"], [1e4, 1e4, "万"]],
};

/** A count rounded for a reader: 1.2 bn, 42.3亿. */
function amount(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  for (const [least, scale, unit] of UNITS[lang]) {
    if (Math.abs(value) >= 0.9995 * least) return digits(value / scale) + unit;
  }
  return digits(value);
}

function digits(value) {
  if (Math.abs(value) >= 999.5 || Number.isInteger(value)) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

function percent(share) {
  if (share === null || !Number.isFinite(share)) return "–";
  if (share > 0 && share < 0.001) return "<0.1%";
  return `${(share * 100).toFixed(share && share < 0.0995 ? 1 : 0)}%`;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A moment, given in ms as if its clock showed UTC. */
function moment(ms) {
  const when = new Date(ms);
  const [month, day] = [when.getUTCMonth(), when.getUTCDate()];
  const clock = when.toISOString().slice(11, 16);
  return lang === "zh" ? `${month + 1}月${day}日 ${clock}` : `${day} ${MONTHS[month]} ${clock}`;
}

/** An element; `text` and children that are no elements become text nodes, so no title can become markup. */
function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") made.textContent = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A choice among labels; `choose` gets the place of the chosen one. */
function chooser(label, options, choose, chosen = 0) {
  const select = el("select", { onchange: () => choose(select.selectedIndex) });
  options.forEach((option, i) => select.append(el("option", { text: option, selected: i === chosen })));
  return el("label", { class: "choice" }, el("span", { text: label }), select);
}

/** Rows of the data of a chart, of either shape; keys stay keys. */
function rowsOf(data) {
  if (Array.isArray(data)) return data;
  return data.columns.flatMap((column) =>
    column.values.flatMap((value, i) =>
      value === null ? [] : [{ ...column.of, [data.key]: data.from + i * data.by, value }]));
}

/** The same with names in words where there are keys, in the language of the page. */
function named(rows) {
  return rows.map((row) => {
    const said = localised(row);
    for (const [field, names] of Object.entries(doc.names)) {
      if (field in row && row[field] in names) said[field] = say(names[row[field]]);
    }
    return said;
  });
}
