// What both pages of a class share: asking the server, listening to it, the language, and what is remembered.
const memory = {
  get(key) {
    try { return window.localStorage.getItem(`class.${key}`); } catch { return null; }
  },
  put(key, value) {
    try { window.localStorage.setItem(`class.${key}`, value); } catch { /* a browser that keeps nothing */ }
  },
};

/** Ask the server: an answer, or an error with words and a code (0: nobody answered). */
async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(path, body === undefined ? { cache: "no-store" } : {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    throw { said: null, code: 0 };
  }
  const data = await answer.json().catch(() => ({}));
  if (answer.ok) return data;
  throw { said: data.error || null, code: answer.status };
}

/** What went wrong, in words. */
const reason = (error) => (error.said ? say(error.said) : word("away"));

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const FIRST = 6000; // ms in which a stream must have said something, or it is asked again and again instead
const EACH = 2000; // ms between two questions then

/** Listen to a stream of what is known now; where streams do not come through, ask again and again. */
function listen({ stream, question, hear, away, stranger }) {
  let source = null, asking = false, heard = false, over = false;
  const told = (data) => { heard = true; away(false); hear(data); };
  async function look() {
    try {
      const data = await ask(question);
      if (data.number === null) throw { said: data.error, code: 401 };
      told(data);
    } catch (error) {
      if (error.code === 401) { stop(); stranger(error); } else away(true);
    }
  }
  async function again() {
    if (asking) return;
    asking = true;
    while (!over && !document.hidden) { await look(); await pause(EACH); }
    asking = false;
  }
  function start() {
    if (over || source) return;
    heard = false;
    source = new EventSource(stream);
    source.onmessage = (event) => told(JSON.parse(event.data));
    source.onerror = () => {
      away(true);
      if (source && source.readyState === 2) { end(); look().then(() => { if (!over) setTimeout(start, EACH); }); }
    };
    setTimeout(() => { if (!heard && !over && source) { end(); again(); } }, FIRST);
  }
  function end() {
    if (source) source.close();
    source = null;
  }
  function stop() {
    over = true;
    end();
    document.removeEventListener("visibilitychange", seen);
  }
  function seen() {
    if (document.hidden) end(); else { look(); start(); }
  }
  document.addEventListener("visibilitychange", seen);
  start();
  return stop;
}

function languageButton(render) {
  const other = lang === "en" ? "zh" : "en";
  return el("button", { type: "button", id: "language", class: "quiet", lang: other === "zh" ? "zh-CN" : "en", text: word("other_language"), onclick: () => {
    lang = other;
    memory.put("lang", lang);
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    render();
    document.getElementById("language").focus();
  } });
}

if (memory.get("lang")) lang = memory.get("lang") === "zh" ? "zh" : "en";
document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";

/** A title as a heading; one that is so long that it scrolls can be scrolled by keys. */
const heading = (tag, text) => el(tag, { class: "title", tabindex: text.length > 100 ? 0 : null }, theirs(text));

/** A text of somebody's own: only text, in its own direction, turning nobody else's. */
const theirs = (text, props = {}) => el("bdi", { dir: "auto", ...props, text });
