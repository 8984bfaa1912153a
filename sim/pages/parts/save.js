// Files out of the page: pictures and tables. Nothing is sent anywhere.
function save(name, type, content) {
  const url = content.startsWith("data:") ? content : URL.createObjectURL(new Blob([content], { type }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  if (!content.startsWith("data:")) setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** A cell for a spreadsheet: quoted, and text that it would compute is marked as text. */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Lines as CSV that spreadsheets open in the right letters. */
function csv(head, lines) {
  return "\ufeff" + [head, ...lines].map((line) => line.map(cell).join(",")).join("\n") + "\n";
}

function csvOf(rows) {
  const head = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return csv(head, rows.map((row) => head.map((key) => row[key])));
}

/** Buttons that save a picture and its table; each is given a function that makes the content. */
function savers(id, makers) {
  const name = `${doc.kind}-${id}`;
  const kinds = { png: "image/png", svg: "image/svg+xml", csv: "text/csv" };
  const buttons = Object.entries(makers).map(([kind, make]) => el("button", {
    type: "button", class: "quiet", "data-save": kind, text: word(kind),
    onclick: async () => save(`${name}.${kind}`, kinds[kind], await make()),
  }));
  return el("span", { class: "savers" }, ...buttons);
}
