// The studio as a whole: made anew when the language changes; it listens while it is seen.
let listening = null;

function top_() {
  const other = lang === "en" ? "zh" : "en";
  return el("header", {}, el("div", { class: "top" }, el("h1", { text: word("studio") }),
    el("span", { id: "engine", class: "name", "aria-live": "polite" }),
    el("button", { type: "button", id: "language", lang: other === "zh" ? "zh-CN" : "en", text: word("language"), onclick: () => {
      lang = other;
      memory.put("lang", lang);
      render();
      document.getElementById("language").focus();
    } })), el("div", { id: "wrong", class: "notices", role: "alert", hidden: true }));
}

function engine() {
  document.getElementById("engine").textContent = S.away ? word("away") : S.ready ? word("engine_ready") : word("getting_ready");
}

function render() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = word("studio");
  document.querySelector("a.skip")?.remove();
  document.body.prepend(el("a", { class: "skip", href: "#live", text: word("skip_to_run") }));
  const desk = el("div", { class: "desk" }, editorPart(), livePart());
  document.getElementById("page").replaceChildren(top_(), desk, bookPart(), studyPart());
  engine();
  wrong(S.wrong);
  showFaults();
  showBefore();
  showMove();
  showMishap();
  showRun();
  showBook();
  showStudies();
}

function listen() {
  if (listening) listening.close();
  listening = new EventSource("/api/events");
  const on = (kind, hear) => listening.addEventListener(kind, (event) => hear(JSON.parse(event.data)));
  on("notebook", async ({ entries, ready, out }) => {
    [S.entries, S.ready, S.out, S.away] = [new Map(entries.map((entry) => [entry.id, entry])), ready, out, false];
    engine();
    S.live.clear();
    S.gone.clear();
    if (S.shown && !S.entries.has(S.shown)) S.shown = null;
    if (S.pair && !ofPair(S.pair).length) S.pair = null;
    if (S.shown) await fetchRun(S.shown);
    S.studies.as_of = 0; // of an earlier server, it may be
    tried(async () => tookStudies(await ask("/api/studies")));
    showBook();
    showRun();
    document.getElementById("page").dataset.ready = lang;
  });
  on("ready", () => { S.ready = true; engine(); });
  on("entry", took_);
  on("studies", tookStudies);
  on("wrong", (words) => wrong(plainly(words)));
  on("steps", stepped);
  on("gone", (id) => {
    const { pair } = S.entries.get(id) || {};
    S.gone.add(id);
    S.entries.delete(id);
    S.live.delete(id);
    if (pair && pair === S.pair && !ofPair(pair).length) show(null);
    S.picked.delete(id);
    if (S.shown === id) show(null);
    showBook();
  });
  listening.onerror = () => {
    S.away = true;
    engine();
  };
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden && listening) {
    listening.close();
    listening = null;
  } else if (!document.hidden && !listening) listen();
});

if (memory.get("lang")) lang = memory.get("lang") === "zh" ? "zh" : "en";
S.shown = memory.get("shown") || null;
S.pair = memory.get("pair") || null;
S.metric = memory.get("metric") || "";
try { S.base = JSON.parse(memory.get("base") || "null"); } catch { S.base = null; }
render();
if (memory.get("yaml")) inTurn(() => write(memory.get("yaml"), memory.get("begun") || ""));
else inTurn(() => choose(doc.first));
if (!document.hidden) listen();
