// Forecasts: what stands in the form is registered up to a day; those on record are scored by later numbers.
S.forecasts = { busy: false, words: "", known: [] };

function forecastPart() {
  const day = (id) => el("input", { type: "date", id });
  const seeds = el("select", { id: "forecast-seeds" }, ...[10, 20, 50].map((n) => el("option", { value: n, text: String(n) })));
  return el("section", { id: "forecasts", "aria-labelledby": "forecasts-title" },
    el("div", { class: "bar" }, el("h2", { id: "forecasts-title", text: word("forecasts") }),
      el("a", { class: "button", id: "record", target: "_blank", rel: "noopener", hidden: true, text: word("forecast_record") })),
    el("p", { class: "about", text: word("forecast_about") }),
    el("div", { class: "bar" },
      el("label", {}, word("forecast_to"), " ", day("forecast-to")), el("label", {}, word("forecast_until"), " ", day("forecast-until")),
      el("label", {}, word("seeds"), " ", seeds),
      el("button", { type: "button", id: "register", text: word("forecast_register"), onclick: () => sent("/api/forecasts", {
        yaml: S.yaml, to: document.getElementById("forecast-to").value, until: document.getElementById("forecast-until").value,
        seeds: Number(seeds.value),
      }) })),
    el("div", { id: "to-score", hidden: true },
      el("div", { class: "bar" }, el("label", {}, word("forecast_which"), " ", el("select", { id: "forecast-which", onchange: showStated })),
        el("button", { type: "button", id: "score", text: word("forecast_score"), onclick: () => sent("/api/forecasts/score", {
          forecast: document.getElementById("forecast-which").value, later: document.getElementById("later").value,
        }) })),
      el("p", { id: "stated", class: "about" }), el("label", { for: "later", text: word("forecast_later") }),
      el("textarea", { id: "later", rows: 3, spellcheck: "false", placeholder: "date,quantity,value" })),
    el("p", { id: "forecast-said", class: "about", "aria-live": "polite", dir: "auto" }));
}

function sent(path, message) {
  return tried(async () => tookForecasts(await ask(path, message)));
}

function tookForecasts(found) {
  S.forecasts = found;
  showForecasts();
}

function showForecasts() {
  const { busy, words, known } = S.forecasts;
  for (const id of ["register", "score"]) document.getElementById(id).disabled = busy;
  document.getElementById("forecast-said").textContent = plainly(words);
  document.getElementById("to-score").hidden = !known.length;
  const record = document.getElementById("record");
  record.hidden = !known.length;
  record.href = `/api/forecasts/page?lang=${lang}`;
  const which = document.getElementById("forecast-which"), chosen = which.value;
  which.replaceChildren(...known.map((one) => el("option", { value: one.digest, text: `${one.title} · ${one.known} → ${one.to}` })));
  if (known.some((one) => one.digest === chosen)) which.value = chosen;
  showStated();
}

function showStated() {
  const one = S.forecasts.known.find((other) => other.digest === document.getElementById("forecast-which").value);
  document.getElementById("stated").textContent = one ? word("forecast_stated", { names: one.stated }) : "";
}
