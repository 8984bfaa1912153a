// The ladder page: everything that is seen and pressed. What happens among people is `Twin`'s.
"use strict";

(() => {
  const doc = JSON.parse(document.getElementById("document").textContent);
  const $ = (id) => document.getElementById(id);
  const COLOURS = { blank: "#b9c2cc", seed: "#d55e00", fresh: "#e69f00", own: "#0072b2", past: "#007a5a" };
  const NARROW = 900; // px, as in the style
  const SVG = "http://www.w3.org/2000/svg";
  let language = doc.language;

  // ---- what is set; it travels in the address, so that a link shows the same

  const state = {
    model: "independent_cascade", seed: 1, ways: "count", count: 3, around: 0, users: "0", click: "seed",
    left: "ring_some", right: "random", two: false,
    how: Object.fromEntries(Object.entries(doc.models).map(([name, model]) => [name, Object.fromEntries(model.parameters.map((one) => [one.name, one.value]))])),
  };
  const panels = ["left", "right"].map((side) => ({ side, ties: null, chosen: -1, touched: -1 }));
  let leftOut = []; // of the names that were given, those that nobody has
  let now = 0, last = 0, timer = 0;

  function word(key, values = {}) {
    const entry = key.split(".").reduce((at, part) => at[part], doc.words);
    return entry[language].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function remember() {
    const short = { ...state, how: { [state.model]: state.how[state.model] } };
    history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(short))}`);
  }

  function recall() { // only what is known, and as what it must be
    let given;
    try { given = JSON.parse(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!given || typeof given !== "object") return;
    if (doc.models[given.model]) state.model = given.model;
    for (const side of ["left", "right"]) if (doc.networks[given[side]]) state[side] = given[side];
    if (["count", "around", "top_degree", "users"].includes(given.ways)) state.ways = given.ways;
    for (const key of ["seed", "count", "around"]) if (Number.isSafeInteger(given[key]) && given[key] >= 0) state[key] = given[key];
    if (typeof given.users === "string") state.users = given.users.slice(0, 1000);
    state.two = given.two === true;
    for (const [name, numbers] of Object.entries(given.how || {})) {
      for (const one of (doc.models[name] || { parameters: [] }).parameters) {
        const value = numbers && numbers[one.name];
        if (typeof value === "number" && value >= one.least && value <= one.most) state.how[name][one.name] = value;
      }
    }
  }

  // ---- worlds

  function named(text) { // numbers of persons out of a line of text, each once
    const found = (text.match(/\d+/g) || []).map(Number).filter((user) => user < doc.users);
    return [...new Set(found)];
  }

  function namesOf(text) { // the same, and what nobody is called
    const words = text.split(/[\s,，、;；]+/).filter(Boolean);
    leftOut = words.filter((one) => !/^\d+$/.test(one) || Number(one) >= doc.users);
    return named(words.filter((one) => !leftOut.includes(one)).join(", "));
  }

  function ways() {
    const count = Math.min(state.count, doc.users);
    if (state.ways === "users") return { users: named(state.users) };
    if (state.ways === "around") return { around: Math.min(state.around, doc.users - 1), count };
    return { [state.ways]: count };
  }

  function live(panel) {
    const given = doc.networks[state[panel.side]];
    if (panel.of !== given) Object.assign(panel, { of: given, ties: given.ties.map((tie) => [...tie]), chosen: -1, touched: -1, places: null });
    if (!panel.places) panel.places = given.places;
    const how = state.how[state.model], net = Twin.network(doc.users, panel.ties);
    const start = Twin.seeds(net, ways(), Twin.streamKey(state.seed, "seeds"));
    panel.net = net;
    panel.start = start;
    panel.spread = Twin.spread(state.model, net, start, how, Twin.streamKey(state.seed, "contagion"), doc.steps);
    panel.theory = Twin.expected(state.model, net, start, how, doc.steps);
    panel.reached = Array(doc.steps + 1).fill(0);
    for (const when of panel.spread.step) if (when >= 0) panel.reached[when]++;
    for (let t = 1; t <= doc.steps; t++) panel.reached[t] += panel.reached[t - 1];
    panel.last = Math.max(0, ...panel.spread.step, ...(panel.spread.recovered || []));
  }

  const shown = () => panels.slice(0, state.two ? 2 : 1);

  function renew() { // something was changed: all worlds anew, from the start
    shown().forEach(live);
    last = Math.min(doc.steps, Math.max(...shown().map((panel) => panel.last)));
    stop();
    now = 0;
    $("when").max = Math.max(last, 1);
    remember();
    same();
    show();
  }

  // ---- pictures

  function at(panel, v) {
    const size = panel.canvas.width, edge = size * 0.04;
    return [edge + (size - 2 * edge) * panel.places[v][0], edge + (size - 2 * edge) * panel.places[v][1]];
  }

  function draw(panel) {
    const { canvas, spread } = panel, pen = canvas.getContext("2d"), size = canvas.width;
    const { step, source, recovered } = spread, dot = Math.max(size / 130, 4);
    pen.clearRect(0, 0, size, size);
    const line = (a, b) => { pen.moveTo(...at(panel, a)); pen.lineTo(...at(panel, b)); };
    pen.strokeStyle = "#dfe4e9";
    pen.lineWidth = Math.max(1, size / 700);
    pen.beginPath();
    for (const [a, b] of panel.ties) line(a, b);
    pen.stroke();
    for (const [colour, fresh] of [[COLOURS.own, false], [COLOURS.fresh, true]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = size / (fresh ? 220 : 330);
      pen.beginPath();
      step.forEach((when, v) => { if (source[v] >= 0 && when >= 0 && when <= now && (when === now) === fresh) line(source[v], v); });
      pen.stroke();
    }
    for (let v = 0; v < doc.users; v++) {
      pen.fillStyle = colourOf(step[v], source[v], recovered ? recovered[v] : -1, panel.start.includes(v));
      pen.beginPath();
      pen.arc(...at(panel, v), v === panel.chosen ? dot * 1.8 : dot * (step[v] >= 0 && step[v] <= now ? 1.15 : 0.85), 0, 7);
      pen.fill();
    }
    if (panel.touched >= 0) number(panel, panel.touched, pen, size);
  }

  function number(panel, v, pen, size) { // beside the dot that was touched, so that a finger sees which one it met
    const [x, y] = at(panel, v), high = Math.max(size / 26, 14);
    pen.font = `600 ${high}px system-ui, sans-serif`;
    pen.textAlign = x > size / 2 ? "right" : "left";
    pen.lineWidth = high / 4;
    pen.strokeStyle = "#ffffff";
    pen.fillStyle = "#1c2530";
    const place = [String(v), x + (x > size / 2 ? -1 : 1) * high * 0.7, y + (y > size / 2 ? -high * 0.4 : high)];
    pen.strokeText(...place);
    pen.fillText(...place);
  }

  function colourOf(when, from, over, began) {
    if (when < 0 || when > now) return COLOURS.blank;
    if (over >= 0 && over <= now) return COLOURS.past;
    if (began) return COLOURS.seed;
    return when === now ? COLOURS.fresh : COLOURS.own;
  }

  function element(name, attributes, text) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function chart() {
    const wide = Math.max($("chart").clientWidth, 320), high = wide < 500 ? 210 : 260, left = 44, right = 118, top = 10, foot = 34;
    const steps = Math.max(last, 4);
    const x = (t) => left + ((wide - left - right) * t) / steps;
    const y = (n) => high - foot - ((high - foot - top) * n) / doc.users;
    const svg = element("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": word("chart") });
    for (let part = 0; part <= 4; part++) {
      const people = Math.round((doc.users * part) / 4);
      svg.append(element("line", { x1: left, x2: wide - right, y1: y(people), y2: y(people), stroke: "#e1e6eb" }));
      svg.append(element("text", { x: left - 6, y: y(people) + 4, "text-anchor": "end" }, people));
    }
    const every = Math.max(1, Math.ceil(steps / 8));
    for (let t = 0; t <= steps; t += every) svg.append(element("text", { x: x(t), y: high - 14, "text-anchor": "middle" }, t));
    svg.append(element("text", { x: wide - right + 14, y: high - 14 }, word("at_step")));
    const path = (values, until) => values.slice(0, until + 1).map((n, t) => `${t ? "L" : "M"}${x(t)} ${y(Math.min(n, doc.users))}`).join("");
    const ends = [];
    shown().forEach((panel, place) => {
      const colour = place ? "#a8437f" : COLOURS.own, name = place ? word("chart_second") : word("chart_here");
      svg.append(element("path", { d: path(panel.theory, steps), fill: "none", stroke: colour, "stroke-width": 1.5, "stroke-dasharray": "5 5", opacity: 0.75 }));
      svg.append(element("path", { d: path(panel.reached, Math.min(now, steps)), fill: "none", stroke: colour, "stroke-width": 3 }));
      ends.push([panel.theory[steps], word("chart_theory"), colour], [panel.reached[Math.min(now, steps)], name, colour, Math.min(now, steps)]);
    });
    let below = -Infinity;
    for (const [n, name, colour, t = steps] of ends.sort((a, b) => b[0] - a[0])) { // labels never lie on one another
      const place = Math.max(y(Math.min(n, doc.users)) + 4, below + 15);
      below = place;
      svg.append(element("text", { x: x(steps) + 8, y: place, style: `fill:${colour}` }, `${name} ${Math.round(n)}`));
      if (t < steps) svg.append(element("circle", { cx: x(t), cy: y(n), r: 4, fill: colour }));
    }
    $("chart").replaceChildren(svg);
  }

  function show() {
    shown().forEach((panel) => {
      draw(panel);
      const n = panel.reached[now], share = ((100 * n) / doc.users).toFixed(0);
      panel.said.textContent = word(now >= panel.last ? "said_end" : "said", { t: Math.min(now, panel.last), n, all: doc.users, share });
      const few = state.ways === "around" && panel.start.length < Math.min(state.count, doc.users);
      $(`short_${panel.side}`).textContent = few ? word("few_neighbours", { n: panel.start.length, a: state.around, asked: state.count }) : "";
    });
    $("left_out").textContent = state.ways === "users" && leftOut.length ? word("left_out", { names: leftOut.join(", "), last: doc.users - 1 }) : "";
    chart();
    $("when").value = now;
    $("when_said").textContent = `${now} / ${last}`;
    $("step").disabled = $("end").disabled = now >= last;
    $("play").textContent = word(timer ? "pause" : "play");
  }

  // ---- the clock

  function stop() {
    clearInterval(timer);
    timer = 0;
  }

  function go(t) {
    now = Math.max(0, Math.min(t, last));
    if (now >= last) stop();
    show();
  }

  function play() {
    if (timer) {
      stop();
      show();
      return;
    }
    if (now >= last) now = 0;
    timer = setInterval(() => go(now + 1), 450);
    show();
  }

  // ---- what may be changed

  function toggleTie(panel, a, b) {
    const place = panel.ties.findIndex(([u, v]) => (u === a && v === b) || (u === b && v === a));
    if (place >= 0) panel.ties.splice(place, 1);
    else panel.ties.push([Math.min(a, b), Math.max(a, b)]);
    [panel.chosen, panel.touched] = [-1, -1];
    $("no_tie").textContent = "";
    renew();
    panel.said.textContent = word(place >= 0 ? "tie_cut" : "tie_drawn", { a, b });
  }

  function nearest(panel, event) {
    const box = panel.canvas.getBoundingClientRect(), scale = panel.canvas.width / box.width;
    const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    let best = -1, least = (panel.canvas.width / 18) ** 2;
    for (let v = 0; v < doc.users; v++) {
      const [a, b] = at(panel, v), far = (a - x) ** 2 + (b - y) ** 2;
      if (far < least) [best, least] = [v, far];
    }
    return best;
  }

  function clicked(panel, event) {
    const v = nearest(panel, event);
    if (v < 0) return;
    panel.touched = v;
    if (state.click === "tie") {
      if (panel.chosen < 0 || panel.chosen === v) {
        panel.chosen = panel.chosen === v ? -1 : v;
        show();
        if (panel.chosen >= 0) panel.said.textContent = word("tie_first", { a: v });
      } else toggleTie(panel, panel.chosen, v);
      return;
    }
    if (state.ways === "around") state.around = v;
    else {
      const had = state.ways === "users" ? named(state.users) : [];
      leftOut = [];
      state.users = (had.includes(v) ? had.filter((one) => one !== v) : [...had, v]).join(", ");
      state.ways = "users";
    }
    fill();
    renew();
  }

  function options(select, names, words, chosen) {
    select.replaceChildren(...names.map((name) => new Option(word(`${words}${name}`), name, false, name === chosen)));
  }

  function slider(one) {
    const label = document.createElement("label"), output = document.createElement("output"), input = document.createElement("input");
    const value = state.how[state.model][one.name];
    Object.assign(input, { type: "range", min: one.least, max: one.most, step: one.by, value, id: `number_${one.name}` });
    output.textContent = value;
    label.append(word(one.words), output, input);
    input.addEventListener("input", () => {
      state.how[state.model][one.name] = Number(input.value);
      output.textContent = input.value;
      renew();
      go(last);
    });
    return label;
  }

  function fill() { // every control from what is set
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = word("title");
    for (const one of document.querySelectorAll("[data-word]")) one.textContent = word(one.dataset.word, { version: doc.version });
    for (const one of document.querySelectorAll("[data-colour]")) one.style.background = COLOURS[one.dataset.colour];
    for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", word(one.dataset.label));
    $("models").replaceChildren(...Object.keys(doc.models).map((name) => {
      const button = document.createElement("button");
      button.textContent = word(`models.${name}.title`);
      button.type = "button";
      button.setAttribute("aria-pressed", name === state.model);
      button.addEventListener("click", () => { state.model = name; fill(); renew(); });
      return button;
    }));
    for (const part of ["about", "formula", "notice", "try", "extend"]) $(`model_${part}`).textContent = word(`models.${state.model}.${part}`);
    $("model_source").textContent = doc.words.models[state.model].source;
    $("model_theory").textContent = word("theory_of", { theory: doc.models[state.model].theory[language] });
    $("sliders").replaceChildren(...doc.models[state.model].parameters.map(slider));
    for (const side of ["left", "right"]) options($(side), Object.keys(doc.networks), "networks.", state[side]);
    options($("ways"), ["count", "around", "top_degree", "users"], "seeds_", state.ways);
    options($("click"), ["seed", "tie"], "click_", state.click);
    for (const key of ["count", "around", "users", "seed"]) $(key).value = state[key];
    $("count_row").hidden = state.ways === "users";
    $("around_row").hidden = state.ways !== "around";
    $("users_row").hidden = state.ways !== "users";
    $("two").checked = state.two;
    $("right_row").hidden = $("panel_right").hidden = !state.two;
    $("panels").classList.toggle("two", state.two);
    $("key_past_row").hidden = state.model !== "sir";
  }

  function started() { // a neighbourhood has as many as there are
    const asked = ways();
    return "around" in asked ? { ...asked, count: panels[0].start.length } : asked;
  }

  function same() { // the file with which the program makes the first panel's world
    const flow = (value) => JSON.stringify(value).replace(/"/g, "").replace(/([:,])/g, "$1 ");
    $("same").textContent = [
      "name: ladder", `seed: ${state.seed}`, `users: ${doc.users}`, `steps: ${doc.steps}`,
      `network: ${flow({ kind: "edge_list", path: `${state.left}.txt`, directed: false })}`,
      `contagion: ${flow({ model: state.model, ...state.how[state.model] })}`, `seeds: ${flow(started())}`, "",
    ].join("\n");
  }

  function save() { // the ties of the first panel, as the file above asks for them
    const link = document.createElement("a"), lines = panels[0].ties.map(([a, b]) => `${a} ${b}\n`).join("");
    link.href = URL.createObjectURL(new Blob([lines], { type: "text/plain" }));
    link.download = `${state.left}.txt`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function exercise(part) {
    const set = doc.exercises[state.model][part];
    Object.assign(state, set.state);
    Object.assign(state.how[state.model], set.how);
    panels.forEach((panel) => { panel.of = null; });
    fill();
    renew();
    play();
    if (innerWidth <= NARROW) $("panels").scrollIntoView();
  }

  async function copy(text, button) {
    const before = button.textContent;
    try { await navigator.clipboard.writeText(text); } catch { // where the browser has no clipboard for a file
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = word("copied");
    setTimeout(() => { button.textContent = before; }, 1200);
  }

  function listen() {
    const set = (id, key, read) => $(id).addEventListener("change", () => { state[key] = read($(id)); fill(); renew(); });
    const whole = (most) => (input) => Math.max(0, Math.min(most, Math.floor(Number(input.value)) || 0));
    set("left", "left", (input) => input.value);
    set("right", "right", (input) => input.value);
    set("ways", "ways", (input) => input.value);
    set("click", "click", (input) => input.value);
    set("count", "count", whole(doc.users));
    set("around", "around", whole(doc.users - 1));
    set("users", "users", (input) => namesOf(input.value).join(", "));
    set("seed", "seed", whole(Number.MAX_SAFE_INTEGER));
    set("two", "two", (input) => input.checked);
    $("again").addEventListener("click", () => { state.seed += 1; fill(); renew(); go(last); });
    $("play").addEventListener("click", play);
    $("step").addEventListener("click", () => { stop(); go(now + 1); });
    $("restart").addEventListener("click", () => { stop(); go(0); });
    $("end").addEventListener("click", () => { stop(); go(last); });
    $("when").addEventListener("input", () => { stop(); go(Number($("when").value)); });
    $("language").addEventListener("click", () => { language = language === "en" ? "zh" : "en"; fill(); same(); show(); });
    $("ties_reset").addEventListener("click", () => { panels.forEach((panel) => { panel.of = null; }); renew(); });
    $("tie_change").addEventListener("click", () => {
      const [a, b] = named($("tie_ends").value);
      if (b !== undefined) toggleTie(panels[0], a, b);
      else $("no_tie").textContent = word("no_tie", { last: doc.users - 1 });
    });
    $("ties").addEventListener("click", save);
    $("copy").addEventListener("click", () => copy($("same").textContent, $("copy")));
    $("link").addEventListener("click", () => copy(location.href, $("link")));
    for (const part of ["notice", "try", "extend"]) $(`set_${part}`).addEventListener("click", () => exercise(part));
    panels.forEach((panel) => {
      panel.canvas = $(`net_${panel.side}`);
      panel.said = $(`said_${panel.side}`);
      panel.canvas.addEventListener("click", (event) => clicked(panel, event));
    });
    addEventListener("resize", () => { size(); show(); });
  }

  function size() {
    $(innerWidth <= NARROW ? "sliders_near" : "sliders_far").append($("sliders")); // on a phone beside what they change
    for (const { canvas } of panels) {
      const wide = Math.round((canvas.clientWidth || 600) * Math.min(devicePixelRatio || 1, 2));
      canvas.width = canvas.height = Math.max(280, wide);
    }
  }

  recall();
  listen();
  fill();
  size();
  renew();
  go(last);
})();
