// The scenario: chosen or written, as a form and as YAML, two-way; faults at their lines; what a run will cost.
function editorPart() {
  const select = el("select", { id: "choose", "aria-label": word("choose"), onchange: () => select.value && inTurn(() => choose(select.value)) },
    el("option", { value: "", text: word("choose"), selected: !S.begun }));
  for (const [group, title] of Object.entries(doc.groups)) {
    const own = doc.choices.filter((choice) => choice.group === group);
    select.append(el("optgroup", { label: say(title) }, ...own.map((choice) =>
      el("option", { value: choice.name, selected: choice.name === S.begun, text: `${choice.name} — ${say(choice.title)}` }))));
  }
  const file = el("input", { type: "file", accept: ".yaml,.yml", class: "away", id: "file", "aria-label": word("open_file"), tabindex: "-1" });
  file.addEventListener("change", async () => {
    if (!file.files[0]) return;
    leaveBase();
    await write(await file.files[0].text(), "");
  });
  return el("section", { id: "scenario", "aria-labelledby": "scenario-title" },
    el("div", { class: "bar" }, el("h2", { id: "scenario-title", text: word("scenario") }), select, file,
      el("button", { type: "button", text: word("open_file"), onclick: () => file.click() }),
      el("button", { type: "button", text: word("save_yaml"), onclick: saveYaml })),
    el("div", { id: "branch" }), el("div", { id: "versus" }), el("div", { id: "before" }), el("div", { id: "move" }), el("div", { id: "mishap" }), el("div", { class: "two" }, el("div", {}, formPart()), yamlPart()));
}

function yamlPart() {
  const area = el("textarea", { id: "yaml", spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off",
    "aria-label": word("yaml_text"), "aria-describedby": "faults", dir: "ltr" });
  area.value = S.yaml;
  const lines = el("pre", { class: "lines", "aria-hidden": "true" });
  area.addEventListener("input", () => {
    S.yaml = area.value;
    numbered();
    clearTimeout(area.timer);
    area.timer = setTimeout(() => inTurn(check), 350);
  });
  area.addEventListener("scroll", () => { lines.scrollTop = area.scrollTop; });
  return el("div", { class: "written" }, el("div", { class: "sheet" }, lines, area), el("ol", { id: "faults", "aria-live": "polite" }));
}

/** Numbers beside the lines; those with a fault are marked. */
function numbered() {
  const lines = document.querySelector(".lines");
  const faulty = new Set(S.faults.map((fault) => fault.line));
  const count = S.yaml.split("\n").length;
  lines.replaceChildren(...Array.from({ length: count }, (_, i) => el("span", { class: faulty.has(i + 1) ? "bad" : null, text: `${i + 1}\n` })));
}

function showFaults() {
  document.getElementById("faults").replaceChildren(...S.faults.map((fault) => el("li", {},
    el("button", { type: "button", class: "fault", dir: "auto", onclick: () => goTo(fault),
      text: `${fault.line ? `${fault.line}:${fault.col} ` : ""}${fault.path ? `${fault.path}: ` : ""}${plainly(fault.message)}${fault.hint ? `; ${plainly(fault.hint)}` : ""}` }))));
  numbered();
}

function goTo(fault) {
  const area = document.getElementById("yaml");
  const lines = S.yaml.split("\n");
  const start = lines.slice(0, Math.max(0, fault.line - 1)).reduce((sum, line) => sum + line.length + 1, 0);
  area.focus();
  area.setSelectionRange(start + Math.max(0, fault.col - 1), start + (lines[fault.line - 1] || "").length);
  area.scrollTop = Math.max(0, (fault.line - 4) * parseFloat(getComputedStyle(area).lineHeight));
}

async function choose(name) {
  const answer = await ask(`/api/scenarios/${encodeURIComponent(name)}`);
  S.branch = null;
  S.looked = "";
  leaveBase();
  await write(answer.yaml, name);
}

/** Have another text, and look at it. */
async function write(yaml, begun) {
  [S.yaml, S.begun, S.check] = [yaml, begun, null];
  S.told = "";
  memory.put("begun", begun);
  document.getElementById("yaml").value = yaml;
  document.getElementById("choose").value = begun;
  await check();
}

async function check() {
  const asked = S.yaml;
  memory.put("yaml", asked);
  const answer = await ask("/api/check", { yaml: asked, base: baseText() });
  if (asked !== S.yaml) return;
  S.faults = answer.faults || [];
  took(answer.faults ? null : answer);
}

/** Another value at a path: the server writes it into the text. */
async function edit(path, value) {
  let answer;
  try {
    answer = await ask("/api/edit", { yaml: S.yaml, base: baseText(), path, value });
  } catch (error) {
    if (S.check) took(S.check); // the control goes back
    throw error;
  }
  S.told = "";
  put(answer);
}

/** Show a text that the server has changed, and what it says of it. */
function put(answer) {
  S.faults = answer.faults || [];
  const area = document.getElementById("yaml");
  const top = area.scrollTop;
  S.yaml = area.value = answer.yaml;
  area.scrollTop = top;
  memory.put("yaml", S.yaml);
  took(answer.faults ? null : answer);
}

/** Show what the server says of the text. */
function took(answer) {
  const same = answer && S.check && answer.fields.map((one) => one.path).join() === S.check.fields.map((one) => one.path).join();
  const had = S.check;
  S.check = answer || (S.faults.length ? null : S.check);
  showFaults();
  if (same) {
    for (const field of answer.fields) {
      if (!document.activeElement?.closest?.(`[data-path="${CSS.escape(field.path)}"] input.number`)) controls.get(field.path)?.(field.value);
    }
  } else if (had !== S.check || !document.querySelector("#form details")) {
    document.getElementById("form").replaceWith(formPart());
  }
  showBefore();
  showMove();
  showMishap();
}

/** What a run will cost, and the buttons that begin it. */
function showBefore() {
  const place = document.getElementById("before");
  const price = S.check && S.check.price;
  const go = (paused) => el("button", { type: "button", class: paused ? null : "play", id: paused ? "run-paused" : "run",
    disabled: !S.check || Boolean(price.refusal), text: word(paused ? "run_paused" : S.branch ? "run_branch" : "run"),
    onclick: () => tried(() => begin(paused)) });
  const bill = price ? price.bill.map((row) => el("li", {}, `${say(row.label)} `, el("b", { text: say(row.value) }), row.note ? ` ${say(row.note)}` : "")) : [];
  const versus = el("button", { type: "button", id: "compare", disabled: !S.check || Boolean(S.base), text: word("compare"), onclick: () => setBase() });
  place.replaceChildren(el("div", { class: "bar go" }, go(false), go(true), versus,
    el("p", { class: "estimate", text: price ? say(price.words) : word(S.faults.length ? "faults_first" : "form_none"), "data-state": S.faults.length ? "faulty" : "good" })),
  ...(price && price.refusal ? [el("p", { class: "refusal", text: plainly(price.refusal) })] : []),
  ...(bill.length ? [el("ul", { class: "bill", "aria-label": word("bill") }, ...bill)] : []));
  showBranch();
  showVersus();
}

function showBranch() {
  const place = document.getElementById("branch");
  if (!S.branch) return place.replaceChildren();
  return place.replaceChildren(el("p", { class: "banner" }, el("span", { text: word("branching", { at: S.branch.at.replace("T", " "), title: S.branch.title }) }), " ",
    el("button", { type: "button", class: "quiet", text: word("no_branch"), onclick: () => { S.branch = null; showBefore(); } })));
}

async function begin(paused) {
  await S.busy;
  const body = { yaml: S.yaml, begun: S.begun, paused };
  if (S.branch) Object.assign(body, { of: S.branch.of, at: S.branch.at });
  S.clicked = performance.now();
  const entry = await ask("/api/runs", body);
  if (S.branch) S.picked = new Set([S.branch.of, entry.id]);
  S.branch = null;
  noted(entry);
  show(entry.id);
  if (window.innerWidth < 1100) document.getElementById("live").scrollIntoView();
  showBefore();
  showBook();
}

function saveYaml() {
  const link = el("a", { href: URL.createObjectURL(new Blob([S.yaml], { type: "text/yaml" })), download: `${(S.check && S.check.name) || "scenario"}.yaml` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
