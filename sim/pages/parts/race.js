// A hot list as a rank race: the places of the list, the story's topics on them, moving from hour to hour.
const ROW = 23;

async function race(section, holder) {
  if (!canUnpack()) {
    holder.append(el("p", { text: word("old") }));
    return;
  }
  const lists = await Promise.all(section.race.map(read));
  const canvas = el("canvas", { role: "img", "aria-label": word("race_label") });
  const pen = new CanvasPen(canvas);
  const state = { list: 0, at: 0 };
  const place = el("div");
  const wide = () => Math.max(280, Math.min(holder.clientWidth || 900, 1200));
  const drawOn = (other) => drawList(other, lists[state.list], state.at, wide());

  function begin(i) {
    state.list = i;
    const list = lists[i];
    const steps = player(list.times.length, Math.min(40, 6 + list.times.length / 12), (at) => {
      state.at = at;
      drawOn(pen);
      canvas.dataset.frame = Math.floor(at);
      return spokenList(list, Math.floor(at));
    });
    place.replaceChildren(steps.bar);
    steps.put(list.fullest);
    return steps;
  }

  const tools = el("div", { class: "tools" });
  if (lists.length > 1) {
    tools.append(chooser(say(section.platform_label), lists.map((list) => say(doc.names.platform[list.platform])), begin));
  }
  tools.append(drawingSavers(section.id, pen, drawOn, () => csvOf(tableOfList(lists[state.list]))));
  holder.append(tools, el("div", { class: "sheet" }, canvas), place);
  const steps = begin(0);
  window.addEventListener("resize", () => canvas.isConnected && steps.again());
}

async function read(found) {
  const [entries, others] = await Promise.all([unpacked(found.entries), unpacked(found.others)]);
  const frames = found.times.map(() => new Map());
  for (let i = 0; i < entries.length; i += 5) {
    const [frame, rank, topic, heat, bought] = entries.subarray(i, i + 5);
    const there = frames[frame].get(topic);
    if (!there || !bought) frames[frame].set(topic, { topic, rank, heat, bought });
  }
  const counts = frames.map((frame) => frame.size);
  return { ...found, frames, others, fullest: counts.indexOf(Math.max(...counts)) };
}

function spokenList(list, frame) {
  const there = [...list.frames[frame].values()];
  const time = moment(Date.parse(`${list.times[frame]}Z`));
  const ranks = there.filter((one) => !one.bought && one.rank > 0).map((one) => one.rank);
  if (!there.length) return word("race_none", { time });
  return word("race_now", { time, n: there.length, rank: ranks.length ? Math.min(...ranks) : "–" });
}

function tableOfList(list) {
  return list.frames.flatMap((frame, f) => [...frame.values()].map((one) => ({
    time: list.times[f].replace("T", " "), rank: one.rank, topic: list.titles[one.topic], bought: one.bought,
  })));
}

/** Where a place of the list lies: in one column, or in two where there is room. */
function spot(rank, list, wide) {
  const columns = wide >= 680 ? 2 : 1;
  const rows = Math.ceil((list.places + 1) / columns);
  const column = Math.min(columns - 1, Math.floor(rank / rows));
  const each = wide / columns;
  return { x: column * each, y: (rank - column * rows) * ROW, each: each - 14, rows };
}

function drawList(pen, list, at, wide) {
  const { rows, each } = spot(0, list, wide);
  pen.begin(wide, rows * ROW + 4);
  const frame = Math.floor(at);
  const part = at - frame;
  const [now, next] = [list.frames[frame], list.frames[Math.min(frame + 1, list.frames.length - 1)]];
  const left = 40;
  for (let rank = 0; rank <= list.places; rank += 1) {
    const { x, y } = spot(rank, list, wide);
    const heat = list.others[frame * (list.places + 1) + rank];
    if (heat) pen.bar(x + left, y + 3, ((each - left) * heat) / 255, ROW - 5, "#e9edf1");
    pen.text(x + left - 8, y + ROW / 2, rank ? String(rank) : word("pinned"), { size: 12, colour: "#5a6270", align: "right" });
  }
  const moving = [...now.values()].sort((a, b) => b.rank - a.rank);
  for (const one of moving) {
    const then = next.get(one.topic);
    const [a, b] = [spot(one.rank, list, wide), spot(then ? then.rank : one.rank, list, wide)];
    const same = a.x === b.x;
    const y = same ? a.y + (b.y - a.y) * part : a.y;
    const heat = then ? one.heat + (then.heat - one.heat) * part : one.heat;
    drawTopic(pen, list, one, a.x + left, y, each - left, heat, then ? 1 : 1 - 0.8 * part);
  }
}

function drawTopic(pen, list, one, x, y, room, heat, alpha) {
  const long = Math.max(4, (room * heat) / 255);
  pen.bar(x, y + 2, long, ROW - 4, "#ffffff", alpha);
  pen.bar(x, y + 2, long, ROW - 4, list.colour, 0.3 * alpha);
  pen.bar(x, y + 2, 4, ROW - 4, list.colour, alpha);
  if (one.bought) pen.frame(x, y + 2, Math.max(long, 40), ROW - 4, list.colour, alpha);
  pen.text(x + 9, y + ROW / 2, `#${list.titles[one.topic]}#`, { alpha, most: room - 12 });
}
