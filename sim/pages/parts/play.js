// Unpacking what Python has packed, and a player that walks through frames.
async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i4: Int32Array };

async function unpacked(found) {
  return new ARRAYS[found.type](await inflated(found.raw));
}

const canUnpack = () => typeof DecompressionStream === "function";

/** Play, pause and a slider over so many frames; `show(frame)` draws one and returns what it says of it. */
function player(frames, seconds, show) {
  const last = Math.max(frames - 1, 0);
  const output = el("output", { class: "now" });
  const slider = el("input", { type: "range", min: 0, max: last, value: last, step: 1, "aria-label": word("moment") });
  const button = el("button", { type: "button", class: "play" });
  const bar = el("div", { class: "player" }, button, slider, output);
  let running = 0, begun = 0, at = last, drawn = 0;

  function put(frame) {
    at = frame;
    const words = show(frame);
    slider.value = String(Math.floor(frame));
    slider.setAttribute("aria-valuetext", words);
    output.textContent = words;
  }

  function label() {
    button.textContent = running ? `❚❚ ${word("pause")}` : `▶ ${word("play")}`;
    bar.dataset.playing = running ? "yes" : "no";
  }

  function stop() {
    if (!running) return;
    cancelAnimationFrame(running);
    running = 0;
    const passed = (performance.now() - begun) / 1000;
    bar.dataset.fps = passed > 0.2 ? (drawn / passed).toFixed(1) : "";
    label();
  }

  function play() {
    const from = at >= last ? 0 : at;
    begun = performance.now();
    drawn = 0;
    function tick(now) {
      const frame = Math.min(from + ((now - begun) / 1000) * (last / seconds), last);
      put(Math.max(frame, 0));
      drawn += 1;
      if (frame >= last) stop();
      else if (running) running = requestAnimationFrame(tick);
    }
    running = requestAnimationFrame(tick);
    label();
  }

  button.addEventListener("click", () => (running ? stop() : play()));
  slider.addEventListener("input", () => {
    stop();
    put(Number(slider.value));
  });
  label();
  return { bar, put, again: () => put(at), last };
}
