// A sweep explored: sliders, and one number along one knob, all from points that were run before. What was not run is
// not made up: of a grid every setting was; else one knob is turned at a time, or the nearest points are shown.
const NEAREST = 3; // points told of where a setting was not run

function explore(section, holder) {
  const found = section.explore;
  const state = { axis: found.axis, metric: 0, view: null };
  const plot = el("div", { class: "plot", role: "img", "aria-label": say(section.title) });
  const told = el("output", { class: "now" });
  const way = { grid: overGrid, each: oneAtATime, nearest: nearestPoints }[found.mode](found, state);
  const zoom = zoomOf(plot, state);

  async function draw() {
    await loaded;
    const spec = zoom.ready(larger(localised(found.specs[found.knobs[state.axis].numbers ? "numbers" : "words"])));
    spec.data = { name: "rows", values: way.rows() };
    if (state.view) state.view.finalize();
    state.view = (await vegaEmbed(plot, spec, { actions: false, renderer: "svg", tooltip: { theme: "custom" } })).view;
    zoom.show();
    plot.dataset.drawn = Math.round(performance.now());
    told.textContent = way.tell();
  }

  function moved() {
    if (state.view) state.view.data("rows", way.rows()).runAsync();
    told.textContent = way.tell();
  }

  const sliders = el("div", { class: "knobs" });
  const fill = () => sliders.replaceChildren(...way.sliders().map((one) => knobSlider(one, moved)));
  const along = word(found.mode === "each" ? "knob" : "axis");
  const tools = el("div", { class: "tools" },
    found.metrics.length > 1 ? chooser(word("metric"), found.metrics.map(say), (i) => { state.metric = i; draw(); }) : null,
    found.knobs.length > 1 ? chooser(along, found.knobs.map((knob) => knob.path), (i) => { state.axis = i; fill(); draw(); }, state.axis) : null,
    savers(section.id, {
      png: () => state.view.toImageURL("png", 2),
      svg: () => state.view.toSVG(),
      csv: () => csvOf(way.rows()),
    }));
  fill();
  holder.append(tools, sliders, told, plot, zoom.bar);
  return draw();
}

const knobWords = (value) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : value);

/** A slider of a knob: over places of its values, or over a range in a thousand steps. */
function knobSlider({ path, most, at, shown, set }, moved) {
  const value = el("b", { text: shown(at) });
  const input = el("input", { type: "range", min: 0, max: most, step: 1, value: at,
    "aria-label": path, "aria-valuetext": shown(at), "data-knob": path });
  input.addEventListener("input", () => {
    set(Number(input.value));
    value.textContent = shown(Number(input.value));
    input.setAttribute("aria-valuetext", value.textContent);
    moved();
  });
  return el("label", { class: "knob" }, el("span", { text: path }), input, value);
}

/** What a point came to, in words. */
function cameTo(found, state, [middle, low, high]) {
  return { value: `${say(found.metrics[state.metric])} ${amount(middle)}`, low: amount(low), high: amount(high) };
}

/** Sliders of all knobs, each over its values. */
function valueSliders(knobs, at, which) {
  return which.map((i) => ({ path: knobs[i].path, most: knobs[i].values.length - 1, at: at[i],
    shown: (place) => knobWords(knobs[i].values[place]), set: (place) => { at[i] = place; } }));
}

/** Every setting of the sliders was run. */
function overGrid(found, state) {
  const { knobs } = found;
  const at = knobs.map((knob) => Math.floor((knob.values.length - 1) / 2));
  const places = new Map(found.points.map((point, i) => [point.join(), i]));
  const ends = (point) => (places.has(point.join()) ? found.cells[places.get(point.join())][state.metric] : [null, null, null]);
  return {
    sliders: () => valueSliders(knobs, at, knobs.map((_, i) => i)),
    rows: () => knobs[state.axis].values.map((x, k) => {
      const [middle, low, high] = ends(at.map((place, i) => (i === state.axis ? k : place)));
      return { x, middle, low: low ?? middle, high: high ?? middle, here: k === at[state.axis] };
    }).filter((row) => row.middle !== null),
    tell: () => {
      const where = knobs.map((knob, i) => `${knob.path} = ${knobWords(knob.values[at[i]])}`).join(", ");
      const now = ends(at);
      return now[0] === null ? word("explore_none", { where }) : word("explore_now", { where, ...cameTo(found, state, now) });
    },
  };
}

/** One knob was turned at a time, all others as they are: so does the slider. */
function oneAtATime(found, state) {
  const { knobs } = found;
  const at = knobs.map((knob) => Math.floor((knob.values.length - 1) / 2));
  const asIs = (value) => value === "as is";
  const base = found.raw.findIndex((values) => values.every(asIs));
  const place = (k) => found.raw.findIndex((values) => values.every((value, i) =>
    (i === state.axis ? value === knobs[i].values[k] : asIs(value))));
  const ends = (i) => (i < 0 ? [null, null, null] : found.cells[i][state.metric]);
  return {
    sliders: () => valueSliders(knobs, at, [state.axis]),
    rows: () => knobs[state.axis].values.map((x, k) => {
      const [middle, low, high] = ends(place(k));
      return { x, middle, low: low ?? middle, high: high ?? middle, here: k === at[state.axis] };
    }).filter((row) => row.middle !== null),
    tell: () => {
      const where = `${knobs[state.axis].path} = ${knobWords(knobs[state.axis].values[at[state.axis]])}`;
      const now = ends(place(at[state.axis]));
      if (now[0] === null) return word("explore_none", { where });
      return word("alone_now", { where, ...cameTo(found, state, now), base: amount(ends(base)[0]) });
    },
  };
}

/** The points fill the ranges: a setting finds those that lie nearest, measured in parts of the ranges. */
function nearestPoints(found, state) {
  const { knobs, raw } = found;
  const STEPS = 1000;
  const scale = knobs.map((knob) => {
    if (!knob.numbers) return null;
    const ends = [Math.min(...knob.values), Math.max(...knob.values)];
    const of = knob.log && ends[0] > 0 ? Math.log : (x) => x;
    const back = knob.log && ends[0] > 0 ? Math.exp : (x) => x;
    const [low, high] = ends.map(of);
    return { part: (x) => (high > low ? (of(x) - low) / (high - low) : 0), value: (part) => back(low + part * (high - low)) };
  });
  const at = knobs.map((knob, i) => (scale[i] ? STEPS / 2 : Math.floor((knob.values.length - 1) / 2)));
  const wanted = (i) => (scale[i] ? scale[i].value(at[i] / STEPS) : knobs[i].values[at[i]]);
  const off = (values) => Math.hypot(...knobs.map((_, i) =>
    (scale[i] ? scale[i].part(values[i]) - at[i] / STEPS : Number(values[i] !== wanted(i)))));

  function order() {
    const known = raw.map((values, i) => i).filter((i) => found.cells[i][state.metric][0] !== null);
    return known.sort((a, b) => off(raw[a]) - off(raw[b]) || a - b);
  }

  const where = (i) => knobs.map((knob, k) => `${knob.path} = ${knobWords(raw[i][k])}`).join(", ");
  return {
    sliders: () => knobs.map((knob, i) => ({ path: knob.path, most: scale[i] ? STEPS : knob.values.length - 1, at: at[i],
      shown: (place) => knobWords(scale[i] ? scale[i].value(place / STEPS) : knob.values[place]), set: (place) => { at[i] = place; } })),
    rows: () => order().map((i, rank) => {
      const [middle, low, high] = found.cells[i][state.metric];
      return { x: raw[i][state.axis], middle, low: low ?? middle, high: high ?? middle, where: where(i),
        near: rank === 0 ? 2 : rank < NEAREST ? 1 : 0 };
    }).reverse(),
    tell: () => {
      const [nearest] = order();
      if (nearest === undefined) return word("nearest_none");
      const now = cameTo(found, state, found.cells[nearest][state.metric]);
      return word("nearest_now", { n: raw.length, where: where(nearest), ...now });
    },
  };
}
