// A chart zoomed along its horizontal axis: by a drag, by the wheel, by keys; a double click shows all again.
const LEAST_DRAG = 6; // px; less is a click
const STEP_IN = 0.8; // of what was seen, for a turn of the wheel or a key

/** Of a chart in `plot`, whose view stands in `state`: a way to make its specification ready, and the bar below it. */
function zoomOf(plot, state, chosen = null) {
  if (!plot) return { bar: null, ready: (spec) => spec, show: () => {} }; // nothing to look closer at
  let shown = null; // the part of the axis that is seen; null: all
  const all = el("button", { type: "button", class: "quiet zoom-all", hidden: true, text: word("zoom_all"), onclick: () => to(null) });
  const bar = el("div", { class: "zoom", hidden: true }, el("span", { class: "hint", text: word("zoom_told") }), all);
  const box = el("div", { class: "brush", hidden: true });

  /** The horizontal scale of the view, if it can be zoomed. */
  function scale() {
    try {
      const found = state.view && state.view.scale("x");
      return found && found.invert && !found.bandwidth ? found : null;
    } catch { // a chart without such a scale
      return null;
    }
  }

  function to(part) {
    shown = part;
    all.hidden = !part;
    plot.dataset.zoomed = part ? part.join(" ") : "";
    if (chosen) chosen(part);
    else state.view.signal("zoomed", part).runAsync();
  }

  const left = () => plot.querySelector("svg").getBoundingClientRect().left + state.view.origin()[0];
  const inside = (event) => Math.min(Math.max(event.clientX - left(), 0), state.view.width());
  const value = (x) => Number(scale().invert(x));
  const ends = () => (chosen ? scale().domain().map(Number) : shown || scale().domain().map(Number));

  function around(x, factor) {
    const part = x / state.view.width();
    const [from, till] = [value(x * (1 - factor)), value(x * (1 - factor) + state.view.width() * factor)];
    if (factor > 1 && shown) {
      const whole = full();
      if (from <= whole[0] && till >= whole[1]) return to(null);
      return to([Math.max(from, whole[0]), Math.min(till, whole[1])]);
    }
    if (factor < 1 && part >= 0) to([from, till]);
  }

  let whole = null;
  const full = () => whole || ends();

  let begun = null;
  plot.addEventListener("pointerdown", (event) => {
    if (!scale() || event.button !== 0) return;
    whole ||= ends();
    begun = inside(event);
    plot.setPointerCapture(event.pointerId);
  });
  plot.addEventListener("pointermove", (event) => {
    if (begun === null) return;
    const [from, till] = [begun, inside(event)].sort((a, b) => a - b);
    const place = plot.getBoundingClientRect();
    Object.assign(box.style, { left: `${left() - place.left + from}px`, width: `${till - from}px`, height: `${state.view.height()}px`,
      top: `${plot.querySelector("svg").getBoundingClientRect().top - place.top + state.view.origin()[1]}px` });
    box.hidden = till - from < LEAST_DRAG;
    if (!box.hidden && box.parentNode !== plot) plot.append(box);
  });
  plot.addEventListener("pointerup", (event) => {
    if (begun === null) return;
    const [from, till] = [begun, inside(event)].sort((a, b) => a - b);
    begun = null;
    box.hidden = true;
    if (till - from >= LEAST_DRAG) to([value(from), value(till)]);
  });
  plot.addEventListener("pointercancel", () => {
    begun = null;
    box.hidden = true;
  });
  plot.addEventListener("dblclick", () => scale() && to(null));
  plot.addEventListener("wheel", (event) => {
    if (!scale() || !(event.ctrlKey || event.metaKey || document.activeElement === plot)) return;
    event.preventDefault();
    whole ||= ends();
    around(inside(event), event.deltaY < 0 ? STEP_IN : 1 / STEP_IN);
  }, { passive: false });
  plot.addEventListener("keydown", (event) => {
    if (!scale() || !["+", "=", "-", "0", "Escape"].includes(event.key)) return;
    event.preventDefault();
    whole ||= ends();
    if (event.key === "0" || event.key === "Escape") to(null);
    else around(state.view.width() / 2, event.key === "-" ? 1 / STEP_IN : STEP_IN);
  });

  return {
    bar,
    /** The specification with an axis that can be set. */
    ready: (spec) => {
      shown = null;
      whole = null;
      all.hidden = true;
      return chosen ? spec : zoomable(spec);
    },
    /** Say how, where there is something to zoom; the chart can be reached by keys then. */
    show: () => {
      const can = Boolean(scale());
      bar.hidden = !can;
      plot.classList.toggle("zooms", can);
      if (can) plot.setAttribute("tabindex", "0");
    },
  };
}

/** A specification whose horizontal numbers or moments follow the signal `zoomed`; marks end at the edge. */
function zoomable(spec) {
  const walk = (part) => {
    if (Array.isArray(part)) return part.map(walk);
    if (part === null || typeof part !== "object") return part;
    const made = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, key === "data" ? value : walk(value)]));
    const x = made.encoding && made.encoding.x;
    if (x && x.field && (x.type === "quantitative" || x.type === "temporal") && x.scale !== null) {
      made.encoding.x = { ...x, scale: { ...x.scale, domainRaw: { expr: "zoomed" } } };
    }
    return made;
  };
  const clip = { expr: "isValid(zoomed)" }; // a dot at the edge is whole, as long as all is seen
  const cut = (mark) => (mark.type === "text" ? mark : { ...(typeof mark === "string" ? { type: mark } : mark), clip });
  const clipped = (part) => ({
    ...part,
    ...(part.mark ? { mark: cut(part.mark) } : {}),
    ...(part.layer ? { layer: part.layer.map(clipped) } : {}),
  });
  return { ...clipped(walk(spec)), params: [...(spec.params || []), { name: "zoomed", value: null }] };
}
