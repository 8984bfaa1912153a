// What the studio asks its server, and what it keeps of the answers.
const S = {
  yaml: "", begun: "", check: null, faults: [], wrong: "", found: [], looked: "",
  shown: null, branch: null, base: null, pair: null, seeds: 0, metric: "", told: "", entries: new Map(), gone: new Set(), live: new Map(), picked: new Set(),
  ready: false, out: "", away: false, busy: Promise.resolve(),
};

/** Ask the server: an answer, or an error with words or faults. */
async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(path, body === undefined ? {} : {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    throw { words: word("away") };
  }
  const data = await answer.json().catch(() => ({}));
  if (answer.ok) return data;
  throw { words: plainly(data.error) || (data.faults ? "" : word("refused", { code: answer.status })), faults: data.faults || [] };
}

/** A line in the language of the page; one that is known in English alone says so. */
function plainly(line) {
  return line && typeof line === "string" && lang !== "en" ? `${line}${word("english_only")}` : say(line);
}

/** Have something done and say what went wrong, if it did. */
async function tried(what) {
  try {
    return await what();
  } catch (error) {
    if (error instanceof Error) throw error;
    wrong(error.words || (error.faults || []).map((one) => plainly(one.message)).join("; "));
    return null;
  }
}

function wrong(text) {
  S.wrong = text;
  const place = document.getElementById("wrong");
  if (!place) return;
  place.hidden = !text;
  place.replaceChildren(el("span", { text, dir: "auto" }), " ",
    el("button", { type: "button", class: "quiet", text: word("close"), onclick: () => wrong("") }));
}

/** One change after the other: each begins with what the one before has made. */
function inTurn(what) {
  S.busy = S.busy.then(() => tried(what));
  return S.busy;
}

const memory = {
  get(key) {
    try { return window.localStorage.getItem(`studio.${key}`); } catch { return null; }
  },
  put(key, value) {
    try { window.localStorage.setItem(`studio.${key}`, value); } catch { /* a browser that keeps nothing */ }
  },
};
