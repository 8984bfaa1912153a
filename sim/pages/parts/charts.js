// A chart of the document: a Vega-Lite specification with the rows put in, filters, a window of time, files to save.
const loaded = new Promise((done) => document.addEventListener("DOMContentLoaded", done)); // the chart script stands last
const later = new Map(); // what is drawn once it comes near the screen, or nothing else is to be done
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) drawNow(entry.target);
}, { rootMargin: "300px" });

function drawNow(element) {
  const draw = later.get(element);
  later.delete(element);
  watcher.unobserve(element);
  if (draw) draw();
}

function whenNear(element, draw) {
  if (!later.size) spareTime(); // in a frame the watcher sees only what is on the screen itself
  later.set(element, draw);
  watcher.observe(element);
}

const idle = window.requestIdleCallback || ((then) => setTimeout(then, 50));

/** Draw what still waits, from the top down, one thing whenever the page has nothing else to do. */
function spareTime() {
  loaded.then(() => idle(function next() {
    const [element] = later.keys();
    if (!element) return;
    drawNow(element);
    idle(next, { timeout: 1000 });
  }, { timeout: 300 }));
}

window.addEventListener("beforeprint", () => [...later.keys()].forEach(drawNow));

function chart(section) {
  const { data, variants = [section.chart], filters = [], window: span } = section.chart;
  const all = rowsOf(data);
  const state = { variant: 0, filters: {}, from: 0, to: 0, view: null };
  for (const { field, one } of filters) if (one) state.filters[field] = all.length ? all[0][field] : null;
  const high = (variants[0].spec || {}).height;
  const plot = el("div", { class: "plot", role: "img", "aria-label": say(section.title), style: typeof high === "number" ? `min-height:${high}px` : null });
  const sum = el("output", { class: "now" });

  const chosen = () => all.filter((row) =>
    Object.entries(state.filters).every(([field, value]) => value === null || row[field] === value));
  const inWindow = (row) => !span || (row[data.key] >= at(state.from) && row[data.key] <= at(state.to));
  const at = (i) => data.from + i * data.by;
  const ofVariant = (row) => {
    const only = variants[state.variant].only;
    return !only || only.slice(1).includes(row.key);
  };
  const rows = () => named(chosen().filter((row) => inWindow(row) && ofVariant(row)));

  async function draw() {
    await loaded;
    const spec = zoom.ready(larger(localised(variants[state.variant].spec)));
    spec.data = { name: "rows", values: rows() };
    if (state.view) state.view.finalize();
    const made = await vegaEmbed(plot, spec, { actions: false, renderer: "svg", tooltip: { theme: "custom" } });
    state.view = made.view;
    made.view.addEventListener("click", opened);
    zoom.show();
    plot.dataset.drawn = Math.round(performance.now());
  }

  function refresh() {
    if (state.view) state.view.data("rows", rows()).runAsync();
    tell();
  }

  function tell() {
    if (!span) return;
    const counted = chosen().filter((row) => inWindow(row) && !row.theory && (!span.of || row.key === span.of));
    const value = amount(counted.reduce((total, row) => total + row.value, 0));
    const say_ = (i) => (data.key === "time" ? moment(at(i)) : at(i));
    sum.textContent = word(span.said, { value, from: say_(state.from), to: say_(state.to) });
  }

  // where sliders choose a window of time, a zoom sets them: what is seen is what is added up
  const whole = span ? Math.max(...data.columns.map((column) => column.values.length)) - 1 : 0;
  const place = (x) => Math.min(Math.max(Math.round((x - data.from) / data.by), 0), whole);
  const window_ = span ? windowOf(state, whole, refresh, sum) : null;
  const zoom = zoomOf(section.chart.zoom === false ? null : plot, state, span ? (part) => window_.put(...(part ? part.map(place) : [0, whole])) : null);

  const tools = el("div", { class: "tools" });
  if (variants.length > 1) {
    tools.append(switcher(variants.map((variant) => say(variant.label)), (i) => {
      state.variant = i;
      draw();
    }));
  }
  for (const { field, label, one, words: own } of filters) {
    const keys = [...new Set(all.map((row) => row[field]))];
    if (keys.length < 2) continue;
    const words = keys.map((key) => say((own || doc.names[field] || {})[key] || key));
    tools.append(chooser(say(label), one ? words : [word("all"), ...words], (i) => {
      state.filters[field] = one ? keys[i] : i ? keys[i - 1] : null;
      refresh();
    }));
  }
  tools.append(savers(section.id, {
    png: () => state.view.toImageURL("png", 2),
    svg: () => state.view.toSVG(),
    csv: () => csvOf(rows().map(plain)),
  }));
  const parts = [tools, plot, zoom.bar].filter(Boolean);
  if (span) {
    parts.push(window_.bar);
    window_.put(0, whole);
  }
  whenNear(plot, draw);
  return el("figure", { class: "chart", id: `chart-${section.id}` }, ...parts);
}

/** A mark that is clicked may say which section it opens, and what the choosers there are to show. */
function opened(event, item) {
  const { opens, shows } = (item && item.datum) || {};
  const place = opens && document.getElementById(opens);
  if (!place) return;
  follow(place, shows);
  place.scrollIntoView();
}

/** Every chooser of a section that knows a choice shows it. */
function follow(place, text) {
  for (const select of place.querySelectorAll("select")) {
    const at = [...select.options].findIndex((option) => option.text === text);
    if (at < 0 || at === select.selectedIndex) continue;
    select.selectedIndex = at;
    select.dispatchEvent(new Event("change"));
  }
}

/** On a projector letters and charts are larger. */
function larger(spec) {
  if (window.innerWidth < 1600) return spec;
  const sizes = (value) => (value === null || typeof value !== "object" ? value : Array.isArray(value) ? value.map(sizes) :
    Object.fromEntries(Object.entries(value).map(([key, one]) => [key, /fontSize$/i.test(key) ? one * 1.3 : sizes(one)])));
  return { ...sizes(spec), height: Math.round(spec.height * 1.25) };
}

/** A row for a spreadsheet: a moment as a date. */
function plain(row) {
  return "time" in row ? { ...row, time: new Date(row.time).toISOString().slice(0, 16).replace("T", " ") } : row;
}

/** Two sliders, from and to; neither passes the other. `put` sets both. */
function windowOf(state, last, refresh, sum) {
  const slider = (key) => el("input", {
    type: "range", min: 0, max: last, value: key === "to" ? last : 0, step: 1, "aria-label": word(key), "data-window": key,
  });
  const [from, to] = [slider("from"), slider("to")];
  const moved = (one) => () => {
    const [low, high] = [Number(from.value), Number(to.value)];
    if (low > high) (one === from ? to : from).value = one.value;
    [state.from, state.to] = [Number(from.value), Number(to.value)];
    refresh();
  };
  for (const one of [from, to]) one.addEventListener("input", moved(one));
  return {
    bar: el("div", { class: "window" }, labelled(word("from"), from), labelled(word("to"), to), sum),
    put: (low, high) => {
      [from.value, to.value] = [low, Math.max(low, high)];
      moved(from)();
    },
  };
}

function labelled(text, input) {
  return el("label", {}, el("span", { text }), input);
}

/** Buttons of which one is pressed. */
function switcher(labels, choose) {
  const buttons = labels.map((text, i) => el("button", {
    type: "button", text, "aria-pressed": i === 0 ? "true" : "false",
    onclick: () => {
      buttons.forEach((button, k) => button.setAttribute("aria-pressed", k === i ? "true" : "false"));
      choose(i);
    },
  }));
  return el("span", { class: "switch", role: "group" }, ...buttons);
}
