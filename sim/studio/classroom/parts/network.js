// The class as a network on a canvas: ties, who has shared and when; the cascade grows as rounds close, and again afterwards.
const COLOURS = ["#1f2933", "#0b4f7d", "#0072b2", "#2e9bd0", "#e69f00", "#d55e00", "#a8380a", "#7a1510"]; // by round, the start first
const UNTOLD = "#ffffff", TIE = "#c3cad2", HOT = "#7a8794";

const roundColour = (round, rounds) => COLOURS[round === 0 ? 0 : 1 + Math.min(COLOURS.length - 2, Math.floor((round - 1) * (COLOURS.length - 1) / Math.max(rounds, COLOURS.length - 1)))];

function networkPart(game) {
  const canvas = el("canvas", { id: "network", role: "img", "aria-label": networkSaid(game, game.round) });
  const box = el("div", { class: "network" }, canvas, legend(game));
  const draw = (at) => drawNetwork(canvas, game, at);
  requestAnimationFrame(() => draw(Infinity));
  new ResizeObserver(() => draw(canvas.dataset.at === undefined ? Infinity : Number(canvas.dataset.at))).observe(canvas);
  if (game.state === "over" && game.round) box.append(replay(game, canvas, draw));
  return box;
}

function networkSaid(game, at) {
  const shared = Object.values(game.shared).filter((when) => when <= at).length;
  return game.hidden ? word("hidden_network", { n: game.people }) : word("network_said", { n: game.people, k: shared });
}

function legend(game) {
  if (game.hidden) return el("p", { class: "about", text: word("hidden_until") });
  const rounds = [...Array(game.round + 1).keys()].filter((at) => at === 0 || Object.values(game.shared).includes(at));
  const dot = (fill, text) => el("li", {}, swatch(fill), text);
  return el("ul", { class: "legend" }, dot(UNTOLD, word("not_yet")), ...rounds.map((at) => dot(roundColour(at, game.rounds), at ? word("in_round", { n: at }) : word("began"))));
}

function swatch(fill) {
  const mark = el("span", { class: "swatch" });
  mark.style.background = fill;
  mark.style.border = "1px solid #5a6270";
  return mark;
}

function drawNetwork(canvas, game, at) {
  const width = canvas.clientWidth, height = canvas.clientHeight, scale = window.devicePixelRatio || 1;
  if (!width || !height) return;
  if (Number.isFinite(at)) canvas.dataset.at = at;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  let radius = Math.max(6, Math.min(24, Math.sqrt(width * height / game.numbers.length) / 5));
  const circle = game.network === "hubs" ? Infinity : 0.9 * Math.PI * (Math.min(width, height) / 2 - 20) / game.numbers.length;
  radius = Math.max(5, Math.min(radius, circle));
  const edge = radius + 6, where = new Map();
  game.numbers.forEach((number, i) => {
    const [x, y] = game.places[i] || [0, 0];
    where.set(number, [edge + (x + 1) / 2 * (width - 2 * edge), edge + (y + 1) / 2 * (height - 2 * edge)]);
  });
  const when = (number) => (number in game.shared && game.shared[number] <= at ? game.shared[number] : null);
  for (const [a, b] of game.ties) {
    const hot = when(a) !== null && when(b) !== null;
    pen.strokeStyle = hot ? HOT : TIE;
    pen.lineWidth = hot ? 2.5 : 1.2;
    pen.beginPath();
    pen.moveTo(...where.get(a));
    pen.lineTo(...where.get(b));
    pen.stroke();
  }
  pen.font = `600 ${Math.round(radius * 0.95)}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const [number, [x, y]] of where) {
    const shared = when(number);
    pen.fillStyle = shared === null ? UNTOLD : roundColour(shared, game.rounds);
    pen.strokeStyle = "#5a6270";
    pen.lineWidth = shared === 0 ? 4 : 1.5;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    if (radius < 8) continue;
    pen.fillStyle = shared === null || ["#2e9bd0", "#e69f00"].includes(roundColour(shared, game.rounds)) ? "#1f2933" : "#ffffff";
    pen.fillText(String(number + 1), x, y + 0.5);
  }
}

/** The cascade once more, by hand or by itself. */
function replay(game, canvas, draw) {
  const out = el("output", { class: "now" });
  const slider = el("input", { type: "range", id: "replay", min: 0, max: game.round, value: game.round, "aria-label": word("replay"), oninput: () => to(Number(slider.value)) });
  let timer = null;
  const play = el("button", { type: "button", class: "play", text: word("play_again"), onclick: () => {
    clearInterval(timer);
    to(0);
    timer = setInterval(() => {
      if (Number(slider.value) >= game.round || !canvas.isConnected) clearInterval(timer);
      else to(Number(slider.value) + 1);
    }, 900);
  } });
  function to(at) {
    slider.value = at;
    draw(at);
    canvas.setAttribute("aria-label", networkSaid(game, at));
    out.textContent = word("at_round", { n: at, k: game.curve[at] ?? 0 });
  }
  out.textContent = word("at_round", { n: game.round, k: game.curve[game.round] ?? 0 });
  return el("div", { class: "player" }, play, slider, out);
}
