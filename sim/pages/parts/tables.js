// A table of the document: sorted by a click on its head, searched, filtered, a page of lines at a time.
function tableOf(found, id, title) {
  const page = Math.ceil((found.page || 15) / (window.innerWidth > 640 ? 1 : 3));
  const state = { sort: null, down: false, text: "", filters: {}, most: page };
  const columns = found.columns;
  const lines = found.lines.map((line) => line.map((value, i) => ({ raw: value, text: cellText(value, columns[i].type) })));
  const haystack = lines.map((line) => line.map((one) => one.text).join("\n").toLowerCase());
  const body = el("tbody");
  const count = el("output", { class: "now" });
  const more = el("button", { type: "button", class: "quiet", text: word("more"), onclick: () => {
    state.most += 3 * page;
    fill();
  } });

  function shown() {
    const kept = lines.filter((line, i) => (!state.text || haystack[i].includes(state.text)) &&
      Object.entries(state.filters).every(([k, text]) => text === null || line[k].text === text));
    if (state.sort === null) return kept;
    const k = state.sort;
    const value = (line) => (typeof line[k].raw === "number" ? line[k].raw : line[k].raw === null ? -Infinity : line[k].text);
    const order = kept.slice().sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
    return state.down ? order.reverse() : order;
  }

  function fill() {
    const all = shown();
    body.replaceChildren(...all.slice(0, state.most).map((line) => el("tr", {}, ...line.map((one, i) => cellOf(one, columns[i])))));
    more.hidden = all.length <= state.most;
    count.textContent = word("shown", { shown: Math.min(all.length, state.most), all: lines.length });
  }

  const head = el("tr", {}, ...columns.map((column, i) => el("th", { scope: "col", class: column.type },
    el("button", { type: "button", class: "sort", text: say(column.title), onclick: () => {
      state.down = state.sort === i ? !state.down : typeof (lines[0] && lines[0][i].raw) === "number";
      state.sort = i;
      [...head.children].forEach((th, k) => th.removeAttribute("aria-sort") ||
        (k === i && th.setAttribute("aria-sort", state.down ? "descending" : "ascending")));
      fill();
    } }))));
  const tools = el("div", { class: "tools" });
  if (found.search) {
    const input = el("input", { type: "search", "aria-label": word("search"), placeholder: word("search") });
    input.addEventListener("input", () => {
      state.text = input.value.trim().toLowerCase();
      fill();
    });
    tools.append(input);
  }
  for (const key of [found.filter, ...(found.also || [])].filter(Boolean)) {
    const k = columns.findIndex((column) => column.key === key);
    const [one, found_] = [found.one === key, [...new Set(lines.map((line) => line[k].text))].filter(Boolean)];
    const kinds = one ? found_ : found_.sort(); // of what is shown one by one, in the order of the lines
    if (kinds.length < 2) continue;
    if (one) state.filters[k] = kinds[0];
    tools.append(chooser(say(columns[k].title), one ? kinds : [word("all"), ...kinds], (i) => {
      state.filters[k] = one ? kinds[i] : i ? kinds[i - 1] : null;
      fill();
    }));
  }
  if (found.search) tools.append(count);
  tools.append(savers(`${id}-table`, {
    csv: () => csv(columns.map((column) => say(column.title)), shown().map((line) => line.map((one) =>
      typeof one.raw === "number" ? one.raw : one.text))),
  }));
  fill();
  return el("div", { class: "table", "data-table": id }, tools,
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${word("table")}: ${title}` },
      el("table", {}, el("thead", {}, head), body)), more);
}

function cellText(value, type) {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value !== "number") return say(value);
  if (type === "share") return percent(value);
  if (type === "ratio") return `× ${Number(value.toPrecision(2))}`;
  return value === 0 && type === "yuan" ? "" : amount(value);
}

function cellOf(one, column) {
  const td = el("td", { class: column.type, "data-label": say(column.title), dir: "auto" });
  const long = one.text.length > 600 ? `${one.text.slice(0, 600)}…` : one.text;
  td.textContent = long || (column.type !== "yuan" && (typeof one.raw === "number" || one.raw === null) ? "–" : "");
  if (long.length > 80) td.classList.add("long");
  if (column.type === "verdict") td.dataset.verdict = { missed: "missed", close: "met" }[one.raw.en] || "";
  return td;
}
