// The repost forest replayed: a canvas on which every share comes at its time. Forward only what is new is drawn.
async function forest(section, holder) {
  const found = section.forest;
  if (!canUnpack()) {
    holder.append(el("p", { text: word("old") }));
    return;
  }
  const trees = await grown(found);
  const canvas = el("canvas", { role: "img", "aria-label": word("forest_label") });
  const pen = new CanvasPen(canvas);
  const state = { mode: 0, drawn: 0, frame: -1, size: 0 };
  const legend = el("ul", { class: "legend" });

  function draw(frame) {
    const wide = Math.max(280, Math.min(holder.clientWidth || 720, 760, Math.max(320, window.innerHeight * 0.86)));
    if (frame < state.frame || wide !== state.size || state.drawn === 0) {
      state.size = wide;
      state.drawn = 0;
      background(pen, trees, wide);
    }
    const until = trees.until[frame];
    strokes(pen, trees, state.mode, wide, state.drawn, until);
    numbers(pen, trees, wide);
    state.drawn = until;
    state.frame = frame;
    canvas.dataset.frame = frame;
  }

  const whole = (other) => {
    background(other, trees, state.size);
    strokes(other, trees, state.mode, state.size, 0, trees.until[state.frame]);
    numbers(other, trees, state.size);
    if (other === pen) state.drawn = trees.until[state.frame];
  };
  const show = (at) => {
    const frame = Math.floor(at);
    if (frame !== state.frame || state.drawn === 0) draw(frame);
    return spoken(found, trees, frame);
  };
  const steps = player(found.times.length, 12, show);
  const tools = el("div", { class: "tools" });
  if (found.colours.length > 1) {
    tools.append(chooser(word("colour"), found.colours.map((colour) => say(colour.label)), (i) => {
      state.mode = i;
      state.drawn = 0;
      explain(legend, found, trees, i);
      steps.again();
    }));
  }
  tools.append(drawingSavers(section.id, pen, whole, () => csvOf(trees.table())));
  explain(legend, found, trees, 0);
  holder.append(tools, legend, el("div", { class: "sheet" }, canvas), steps.bar);
  steps.put(steps.last);
  window.addEventListener("resize", () => {
    state.drawn = 0;
    if (canvas.isConnected) steps.again();
  });
}

/** The arrays, and what follows from them: the order of coming, depth, sums up to each frame. */
async function grown(found) {
  const names = ["x", "y", "parent", "frame", "weight"];
  const arrays = await Promise.all(names.map((name) => unpacked(found[name])));
  const trees = Object.fromEntries(names.map((name, i) => [name, arrays[i]]));
  trees.codes = await Promise.all(found.colours.map((colour) => unpacked(found.codes[colour.key])));
  const [n, frames] = [found.n, found.times.length];
  const counts = new Uint32Array(frames + 1);
  for (let i = 0; i < n; i += 1) counts[trees.frame[i] + 1] += 1;
  for (let f = 0; f < frames; f += 1) counts[f + 1] += counts[f];
  trees.until = counts.slice(1);
  trees.order = new Uint32Array(n);
  const next = counts.slice();
  for (let i = 0; i < n; i += 1) trees.order[next[trees.frame[i]]++] = i;
  trees.depth = new Uint16Array(n);
  trees.cross = new Uint8Array(n);
  const places = found.colours[0].key === "platform" ? trees.codes[0] : null;
  for (let i = 0; i < n; i += 1) {
    const parent = trees.parent[i];
    if (parent < 0) continue;
    trees.depth[i] = trees.depth[parent] + 1;
    if (places && places[i] !== places[parent]) trees.cross[i] = 1;
  }
  trees.most = trees.weight.reduce((most, weight) => Math.max(most, weight), 1);
  trees.rings = found.depth + 1;
  sums(trees, n, frames);
  trees.table = () => Array.from(trees.order.slice(0, n), (i) => ({
    row: i, parent: trees.parent[i], at: found.times[trees.frame[i]], people: trees.weight[i], depth: trees.depth[i],
    ...Object.fromEntries(found.colours.map((colour, k) => [colour.key, say(colour.codes[trees.codes[k][i]].label)])),
  }));
  return trees;
}

function sums(trees, n, frames) {
  const made = { people: new Float64Array(frames), shares: new Float64Array(frames),
    depth: new Uint16Array(frames), crossings: new Float64Array(frames) };
  for (let i = 0; i < n; i += 1) {
    const f = trees.frame[i];
    made.people[f] += trees.weight[i];
    if (trees.parent[i] >= 0) made.shares[f] += trees.weight[i];
    if (trees.cross[i]) made.crossings[f] += trees.weight[i];
    made.depth[f] = Math.max(made.depth[f], trees.depth[i]);
  }
  for (let f = 1; f < frames; f += 1) {
    for (const name of ["people", "shares", "crossings"]) made[name][f] += made[name][f - 1];
    made.depth[f] = Math.max(made.depth[f], made.depth[f - 1]);
  }
  trees.sums = made;
}

function spoken(found, trees, frame) {
  const { people, shares, depth, crossings } = trees.sums;
  const said = { people: amount(people[frame]), shares: amount(shares[frame]), depth: depth[frame],
    crossings: amount(crossings[frame]) };
  if (found.clock === "step") return word("forest_step", { ...said, time: found.times[frame] });
  return word("forest_now", { ...said, time: moment(found.begin + found.times[frame] * 60000) });
}

const MARGIN = 14;

function background(pen, trees, wide) {
  pen.begin(wide, wide);
  const [middle, far] = [wide / 2, wide / 2 - MARGIN];
  const every = Math.ceil(trees.rings / 8);
  for (let ring = 1; ring <= trees.rings; ring += 1) {
    if ((ring - 1) % every) continue;
    const r = (far * ring) / trees.rings;
    pen.circle(middle, middle, r, "#e3e7ec", 1);
  }
}

/** How far each ring is from the start, over whatever lies there. */
function numbers(pen, trees, wide) {
  const [middle, far] = [wide / 2, wide / 2 - MARGIN];
  const every = Math.ceil(trees.rings / 8);
  for (let ring = 1 + every; ring <= trees.rings; ring += every) {
    const y = middle - (far * ring) / trees.rings;
    pen.bar(middle - 10, y - 8, 20, 16, "#ffffff");
    pen.text(middle, y, String(ring - 1), { size: 12, colour: "#5a6270", align: "center" });
  }
}

/** What came from one place in the order of coming to another, colour by colour. */
function strokes(pen, trees, mode, wide, from, until) {
  if (until <= from) return;
  const scale = (wide - 2 * MARGIN) / 65535;
  const codes = trees.codes[mode];
  const [edges, dots, over] = [new Map(), new Map(), []];
  const n = trees.order.length;
  const base = n > 20000 ? 0.55 : n > 4000 ? 1 : n > 400 ? 1.8 : 3;
  const line = n > 20000 ? 0.35 : n > 2000 ? 0.6 : 1.2;
  for (let k = from; k < until; k += 1) {
    const i = trees.order[k];
    const [x, y, code] = [MARGIN + trees.x[i] * scale, MARGIN + trees.y[i] * scale, codes[i]];
    const parent = trees.parent[i];
    if (parent >= 0) {
      const points = trees.cross[i] ? over : group(edges, code);
      points.push(MARGIN + trees.x[parent] * scale, MARGIN + trees.y[parent] * scale, x, y);
    }
    group(dots, code).push(x, y, base * (0.8 + 1.4 * Math.sqrt(trees.weight[i] / trees.most) * (trees.most > 1 ? 1 : 0)));
  }
  const colour = (code) => trees.palette[mode][code];
  for (const [code, points] of edges) pen.lines(points, colour(code), line, n > 20000 ? 0.55 : 0.5);
  for (const [code, points] of dots) pen.dots(points, colour(code));
  if (over.length) pen.lines(over, "#111827", Math.max(1.4, line), 0.9);
}

function group(groups, code) {
  if (!groups.has(code)) groups.set(code, []);
  return groups.get(code);
}

function explain(legend, found, trees, mode) {
  trees.palette = found.colours.map((colour) => colour.codes.map((code) => code.colour));
  const there = new Set(trees.codes[mode]);
  const items = found.colours[mode].codes.map((code, i) => (there.has(i) ? swatch(code.colour, say(code.label)) : null));
  if (trees.cross.some(Boolean)) items.push(swatch("#111827", word("crossing")));
  legend.replaceChildren(...items.filter(Boolean));
}

function swatch(colour, text) {
  const dot = el("span", { class: "swatch" });
  dot.style.background = colour;
  return el("li", {}, dot, text);
}
