// A sweep explored: a slider a knob, and the line of one number along one of them, all from points that were run before.
function explore(section, holder) {
  const found = section.explore;
  const { knobs, metrics } = found;
  const at = knobs.map((knob) => Math.floor((knob.values.length - 1) / 2));
  const state = { axis: found.axis, metric: 0, view: null };
  const places = new Map(found.points.map((point, i) => [point.join(), i]));
  const plot = el("div", { class: "plot", role: "img", "aria-label": say(section.title) });
  const told = el("output", { class: "now" });
  const shown = (value) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : value);

  function ends(point) {
    const i = places.get(point.join());
    return i === undefined ? [null, null, null] : found.cells[i][state.metric];
  }

  function rows() {
    return knobs[state.axis].values.map((x, k) => {
      const [middle, low, high] = ends(at.map((place, i) => (i === state.axis ? k : place)));
      return { x, middle, low: low ?? middle, high: high ?? middle, here: k === at[state.axis] };
    }).filter((row) => row.middle !== null);
  }

  function tell() {
    const where = knobs.map((knob, i) => `${knob.path} = ${shown(knob.values[at[i]])}`).join(", ");
    const [middle, low, high] = ends(at);
    told.textContent = middle === null ? word("explore_none", { where }) : word("explore_now", {
      where, value: `${say(metrics[state.metric])} ${amount(middle)}`, low: amount(low), high: amount(high) });
  }

  async function draw() {
    await loaded;
    const spec = larger(localised(found.specs[knobs[state.axis].numbers ? "numbers" : "words"]));
    spec.data = { name: "rows", values: rows() };
    if (state.view) state.view.finalize();
    state.view = (await vegaEmbed(plot, spec, { actions: false, renderer: "svg", tooltip: { theme: "custom" } })).view;
    plot.dataset.drawn = Math.round(performance.now());
    tell();
  }

  const sliders = knobs.map((knob, i) => {
    const value = el("b", { text: shown(knob.values[at[i]]) });
    const input = el("input", { type: "range", min: 0, max: knob.values.length - 1, step: 1, value: at[i],
      "aria-label": knob.path, "aria-valuetext": shown(knob.values[at[i]]), "data-knob": knob.path });
    input.addEventListener("input", () => {
      at[i] = Number(input.value);
      value.textContent = shown(knob.values[at[i]]);
      input.setAttribute("aria-valuetext", value.textContent);
      if (state.view) state.view.data("rows", rows()).runAsync();
      tell();
    });
    return el("label", { class: "knob" }, el("span", { text: knob.path }), input, value);
  });
  const tools = el("div", { class: "tools" },
    metrics.length > 1 ? chooser(word("metric"), metrics.map(say), (i) => { state.metric = i; draw(); }) : null,
    knobs.length > 1 ? chooser(word("axis"), knobs.map((knob) => knob.path), (i) => { state.axis = i; draw(); }, state.axis) : null,
    savers(section.id, {
      png: () => state.view.toImageURL("png", 2),
      svg: () => state.view.toSVG(),
      csv: () => csvOf(rows()),
    }));
  holder.append(tools, el("div", { class: "knobs" }, ...sliders), told, plot);
  return draw();
}
