// Studies: a question of many runs about the scenario in the form, asked by its command; then its page.
S.studies = { busy: false, words: "", there: [] };
const SIZES = [[3, 2], [7, 4], [12, 6]]; // seeds, and seeds held back

function studyPart() {
  const { strategies, first, payoffs } = doc.tournament;
  const boxes = strategies.map((one) => el("label", { class: "choice", title: say(one.about) },
    el("input", { type: "checkbox", value: one.name, checked: first.includes(one.name) }), el("span", { text: say(one.title) })));
  const payoff = el("select", { id: "tournament-payoff" }, ...payoffs.map((one) => el("option", { value: one.name, text: say(one.title) })));
  const size = el("select", { id: "tournament-size" }, ...SIZES.map(([seeds, held], i) =>
    el("option", { value: i, text: word("tournament_size", { seeds, held }) })));
  const asked = () => ({ strategies: boxes.map((box) => box.firstChild).filter((box) => box.checked).map((box) => box.value),
    payoff: payoff.value, seeds: SIZES[size.selectedIndex][0], held: SIZES[size.selectedIndex][1] });
  return el("section", { id: "studies", "aria-labelledby": "studies-title" },
    el("h2", { id: "studies-title", text: word("tournament") }),
    el("p", { class: "about", text: word("tournament_about") }),
    el("div", { class: "bar", id: "tournament-strategies", role: "group", "aria-label": word("tournament_which") }, ...boxes),
    el("div", { class: "bar" }, el("label", { class: "choice" }, el("span", { text: word("tournament_payoff") }), payoff),
      el("label", { class: "choice" }, el("span", { text: word("seeds") }), size),
      el("button", { type: "button", id: "tournament", text: word("tournament_run"), onclick: () => tried(async () =>
        tookStudies(await ask("/api/studies", { study: "tournament", yaml: S.yaml, asked: asked() }))) })),
    el("p", { id: "study-said", class: "about", "aria-live": "polite", dir: "auto" }), el("div", { id: "study-page" }));
}

function tookStudies(found) {
  S.studies = found;
  showStudies();
}

function showStudies() {
  const { busy, words, there } = S.studies;
  document.getElementById("tournament").disabled = busy;
  document.getElementById("study-said").textContent = plainly(words);
  const place = document.getElementById("study-page");
  if (busy || !there.includes("tournament")) return place.replaceChildren();
  const src = `/api/studies/tournament?lang=${lang}`;
  return place.replaceChildren(el("div", { class: "bar" }, el("a", { class: "button", href: src, target: "_blank", rel: "noopener", text: word("own_tab") })),
    el("iframe", { id: "page-of-study", title: word("tournament"), src, sandbox: "allow-scripts allow-downloads allow-modals" }));
}
