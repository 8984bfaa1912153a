// The five classical models of `sim/contagion`, in the page: the same networks, the same keyed coins, the same people.
//
// Whoever adopts here adopts in the same step and from the same person as in the Python engine; tests/test_twin.py holds
// both to it in Node. A network is rows of followers as the engine stores them: `indptr` (n + 1 places) and `indices`.
// Not here: worlds without a network (well mixed), and the making of networks, which come from the engine.
"use strict";

const Twin = (() => {
  const ONE32 = 2 ** 32;
  const GOLDEN = 0x9e3779b97f4a7c15n;
  // Multipliers of `sim/base/streams.py`, by halves: JavaScript multiplies 32 bits exactly, not 64.
  const M1 = [0xbf58476d, 0x1ce4e5b9];
  const M2 = [0x94d049bb, 0x133111eb];
  const K1 = [0xd1342543, 0xde82ef95];
  const K2 = [0xaf251af3, 0xb0f025b5];
  const K3 = [0x8cb92ba7, 0x2f3d8dd7];
  const C1 = 0x85ebca6b;
  const C2 = 0xc2b2ae35;

  // ---- 64-bit words: the last result lies in `high` and `low`, so that no draw makes an object

  let high = 0;
  let low = 0;

  // (high, low) = (a, b) · (c, d), each a half of 32 bits
  function multiply(a, b, c, d) {
    const b0 = b & 0xffff, b1 = b >>> 16, d0 = d & 0xffff, d1 = d >>> 16;
    const middle = b1 * d0 + Math.floor((b0 * d0) / 65536);
    const carried = b0 * d1 + (middle % 65536);
    const top = b1 * d1 + Math.floor(middle / 65536) + Math.floor(carried / 65536);
    high = (Math.imul(a, d) + Math.imul(b, c) + top) >>> 0;
    low = Math.imul(b, d) >>> 0;
  }

  function shiftIn(by) { // x ^= x >> by, for by below 32
    low = (low ^ ((low >>> by) | (high << (32 - by)))) >>> 0;
    high = (high ^ (high >>> by)) >>> 0;
  }

  function mix(a, b) { // the finaliser of SplitMix64
    high = a;
    low = b;
    shiftIn(30);
    multiply(high, low, M1[0], M1[1]);
    shiftIn(27);
    multiply(high, low, M2[0], M2[1]);
    shiftIn(31);
  }

  function stir(number, k) { // mix the last result with a whole number below 2^53
    const a = high, b = low;
    multiply(Math.floor(number / ONE32), number >>> 0, k[0], k[1]);
    mix((a ^ high) >>> 0, (b ^ low) >>> 0);
  }

  // 64 random bits of the trial (a, b, c) under a key [high, low]; they lie in `high` and `low`
  function bits(key, a, b, c) {
    [high, low] = key;
    stir(a, K1);
    stir(b, K2);
    stir(c, K3);
  }

  function crc32(bytes) {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return (crc ^ 0xffffffff) >>> 0;
  }

  // Key of a named stream under a seed (`streams.stream_key`), as [high, low]
  function streamKey(seed, stream) {
    const started = BigInt.asUintN(64, BigInt(seed) + GOLDEN);
    mix(Number(started >> 32n), Number(started & 0xffffffffn));
    const a = high, b = low;
    multiply([...stream].length, crc32(new TextEncoder().encode(stream)), K1[0], K1[1]);
    mix((a ^ high) >>> 0, (b ^ low) >>> 0);
    return [high, low];
  }

  function even(x) { // to the nearest whole number, halves to the even one, as Python rounds
    const whole = Math.floor(x), rest = x - whole;
    if (rest !== 0.5) return Math.round(x);
    return whole % 2 ? whole + 1 : whole;
  }

  const threshold = (p) => even(p * ONE32);

  // ---- networks and seeds

  // Rows of followers from ties that go both ways, [[a, b], …]; rows are rising, as the engine's are.
  function network(n, ties) {
    const rows = Array.from({ length: n }, () => []);
    for (const [a, b] of ties) {
      rows[a].push(b);
      rows[b].push(a);
    }
    const indptr = new Int32Array(n + 1);
    rows.forEach((row, u) => { indptr[u + 1] = indptr[u] + row.length; });
    const indices = new Int32Array(indptr[n]);
    rows.forEach((row, u) => indices.set(row.sort((a, b) => a - b), indptr[u]));
    return { n, indptr, indices };
  }

  function reversed(net) { // rows of those whom each follows
    const counts = followed(net), indptr = new Int32Array(net.n + 1);
    counts.forEach((count, v) => { indptr[v + 1] = indptr[v] + count; });
    const at = indptr.slice(0, net.n), indices = new Int32Array(net.indices.length);
    for (let u = 0; u < net.n; u++) {
      for (let e = net.indptr[u]; e < net.indptr[u + 1]; e++) indices[at[net.indices[e]]++] = u;
    }
    return { n: net.n, indptr, indices };
  }

  function followed(net) { // how many each person follows
    const counts = new Int32Array(net.n);
    for (const v of net.indices) counts[v]++;
    return counts;
  }

  function byHash(users, key) { // in the order of 64-bit hashes; of equal ones the first
    const ranked = users.map((user) => {
      bits(key, user, 0, 0);
      return [high, low, user];
    });
    ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return ranked.map((one) => one[2]);
  }

  // Ids of the seeds, rising (`contagion.seeds.Seeds.choose`): {users}, {count}, {top_degree} or {around, count}
  function seeds(net, ways, key) {
    const all = Array.from({ length: net.n }, (_, user) => user), rising = (a, b) => a - b;
    if (ways.users) return [...ways.users].sort(rising);
    if (ways.around !== undefined) return ball(net, ways.around, ways.count, key).sort(rising);
    if (ways.top_degree) {
      const degree = (user) => net.indptr[user + 1] - net.indptr[user];
      return all.sort((a, b) => degree(b) - degree(a) || a - b).slice(0, ways.top_degree).sort(rising);
    }
    return byHash(all, key).slice(0, ways.count).sort(rising);
  }

  // A person and those nearest to it, `count` in all; fewer where no more are tied to it.
  function ball(net, centre, count, key) {
    const known = [centre], there = new Set(known);
    let layer = [centre];
    while (known.length < count && layer.length) {
      const next = new Set();
      for (const u of layer) {
        for (let e = net.indptr[u]; e < net.indptr[u + 1]; e++) if (!there.has(net.indices[e])) next.add(net.indices[e]);
      }
      layer = byHash([...next].sort((a, b) => a - b), key);
      for (const user of layer) {
        there.add(user);
        known.push(user);
      }
    }
    return known.slice(0, count);
  }

  // ---- the models: step (−1: never) and source (−1: nobody) of every person

  function blank(n, start) {
    const spread = { step: new Int32Array(n).fill(-1), source: new Int32Array(n).fill(-1) };
    for (const user of start) spread.step[user] = 0;
    return spread;
  }

  function coin(saltHigh, saltLow, v) { // that of the edge to v, 32 bits
    let x = v ^ saltLow;
    x = Math.imul(x ^ (x >>> 16), C1) ^ saltHigh;
    x = Math.imul(x ^ (x >>> 13), C2);
    return (x ^ (x >>> 16)) >>> 0;
  }

  function independentCascade(net, start, { p }, key, steps) {
    const spread = blank(net.n, start), { step, source } = spread;
    const below = threshold(p), best = new Float64Array(net.n);
    let front = [...start];
    for (let t = 1; t <= steps && front.length; t++) {
      const next = [];
      for (const u of front) {
        multiply(Math.floor(u / ONE32), u >>> 0, K1[0], K1[1]);
        mix((key[0] ^ high) >>> 0, (key[1] ^ low) >>> 0);
        const saltHigh = high, saltLow = low;
        for (let e = net.indptr[u]; e < net.indptr[u + 1]; e++) {
          const v = net.indices[e];
          if (step[v] >= 0 && step[v] !== t) continue;
          const drawn = coin(saltHigh, saltLow, v);
          if (drawn >= below) continue;
          if (step[v] < 0) {
            step[v] = t;
            next.push(v);
          } else if (drawn > best[v] || (drawn === best[v] && u > source[v])) continue;
          best[v] = drawn;
          source[v] = u;
        }
      }
      front = next;
    }
    return spread;
  }

  function tip(net, start, need, key, steps) {
    const spread = blank(net.n, start), { step, source } = spread;
    const heard = new Int32Array(net.n), stamp = new Int32Array(net.n);
    const claimHigh = new Float64Array(net.n), claimLow = new Float64Array(net.n);
    let front = [...start];
    for (let t = 1; t <= steps && front.length; t++) {
      const touched = [];
      for (const u of front) {
        for (let e = net.indptr[u]; e < net.indptr[u + 1]; e++) {
          const v = net.indices[e];
          if (step[v] >= 0) continue;
          heard[v]++;
          bits(key, u, v, 0);
          if (stamp[v] !== t) {
            stamp[v] = t;
            touched.push(v);
          } else if (high > claimHigh[v] || (high === claimHigh[v] && (low > claimLow[v] || (low === claimLow[v] && u >= source[v])))) continue;
          claimHigh[v] = high;
          claimLow[v] = low;
          source[v] = u;
        }
      }
      front = touched.filter((v) => heard[v] >= need[v]);
      for (const v of front) step[v] = t;
    }
    step.forEach((when, v) => { if (when < 0) source[v] = -1; });
    return spread;
  }

  function linearThreshold(net, start, _, key, steps) {
    const need = Array.from(followed(net), (many, user) => {
      bits(key, user, 0, 1);
      return Math.floor((high * many) / ONE32) + 1;
    });
    return tip(net, start, need, key, steps);
  }

  // How many must have adopted before somebody does who follows so many
  function needed({ at_least, fraction }, many) {
    return at_least ? at_least : Math.max(Math.ceil(even(fraction * many * 1e6) / 1e6), 1);
  }

  function complexContagion(net, start, how, key, steps) {
    return tip(net, start, Array.from(followed(net), (many) => needed(how, many)), key, steps);
  }

  function sir(net, start, { infect, recover }, key, steps) {
    const spread = blank(net.n, start), { step, source } = spread;
    spread.recovered = new Int32Array(net.n).fill(-1);
    const infect32 = threshold(infect), recover32 = threshold(recover), claim = new Float64Array(net.n);
    let active = [...start];
    for (let t = 1; t <= steps && active.length; t++) {
      const cases = [];
      for (const u of active) {
        for (let e = net.indptr[u]; e < net.indptr[u + 1]; e++) {
          const v = net.indices[e];
          if (step[v] >= 0 && step[v] !== t) continue;
          bits(key, u, v, 2 * t);
          if (high >= infect32) continue;
          if (step[v] < 0) {
            step[v] = t;
            cases.push(v);
          } else if (low > claim[v] || (low === claim[v] && u > source[v])) continue;
          claim[v] = low;
          source[v] = u;
        }
      }
      const still = active.filter((u) => {
        bits(key, u, 0, 2 * t + 1);
        if (high < recover32) spread.recovered[u] = t;
        return high >= recover32;
      });
      active = still.concat(cases);
    }
    return spread;
  }

  function bass(net, start, { p, q }, key, steps) {
    const spread = blank(net.n, start), { step, source } = spread;
    const back = reversed(net), count = new Int32Array(net.n), p32 = threshold(p), q32 = threshold(q);
    const tell = (users) => {
      for (const u of users) for (let e = net.indptr[u]; e < net.indptr[u + 1]; e++) count[net.indices[e]]++;
    };
    tell(start);
    let waiting = Array.from({ length: net.n }, (_, v) => v).filter((v) => step[v] < 0);
    for (let t = 1; t <= steps && waiting.length; t++) {
      const fresh = [];
      waiting = waiting.filter((v) => {
        bits(key, v, t, 1);
        const drawn = high, degree = Math.max(back.indptr[v + 1] - back.indptr[v], 1);
        if (drawn >= p32 && drawn >= p32 + Math.floor((q32 * count[v]) / degree)) return true;
        if (drawn >= p32) source[v] = imitated(back, v, key, t, step);
        step[v] = t;
        fresh.push(v);
        return false;
      });
      tell(fresh);
    }
    return spread;
  }

  function imitated(back, v, key, t, step) { // of the adopters whom v follows the one with the smallest hash
    let best = -1, bestHigh = 0, bestLow = 0;
    for (let e = back.indptr[v]; e < back.indptr[v + 1]; e++) {
      const u = back.indices[e];
      if (step[u] < 0 || step[u] >= t) continue;
      bits(key, u, v, 0);
      if (best < 0 || high < bestHigh || (high === bestHigh && low < bestLow)) [best, bestHigh, bestLow] = [u, high, low];
    }
    return best;
  }

  const MODELS = { independent_cascade: independentCascade, linear_threshold: linearThreshold,
    complex_contagion: complexContagion, sir, bass };

  // Who adopts when and from whom. `how`: the model's numbers by their names in a scenario.
  function spread(model, net, start, how, key, steps) {
    return MODELS[model](net, start, how, key, steps);
  }

  // ---- what theory expects (`sim/contagion/theory.py`): people who have adopted after each step

  function degrees(net, start) { // how many follow so many, and the share of edges that starts from them; without seeds
    const seeded = new Set(start), many = followed(net), edges = Math.max(net.indices.length, 1);
    const kinds = new Map();
    let seedReach = 0;
    for (let v = 0; v < net.n; v++) {
      const reach = (net.indptr[v + 1] - net.indptr[v]) / edges;
      if (seeded.has(v)) {
        seedReach += reach;
        continue;
      }
      const kind = kinds.get(many[v]) || { followed: many[v], people: 0, reach: 0 };
      kind.people++;
      kind.reach += reach;
      kinds.set(many[v], kind);
    }
    return { kinds: [...kinds.values()].sort((a, b) => a.followed - b.followed), seeds: start.length, seedReach };
  }

  const total = (kinds, value) => kinds.reduce((sum, kind) => sum + value(kind), 0);

  // `adopts(chance, tries, followed)`; all ties go both ways here, so a source has one less to hear it from
  function cascade({ kinds, seeds: count, seedReach }, adopts, steps) {
    const adopted = [count];
    let chance = seedReach;
    for (let t = 0; t < steps; t++) {
      adopted.push(count + total(kinds, (kind) => kind.people * adopts(chance, kind.followed, kind.followed)));
      const tries = (kind) => Math.max(kind.followed - 1, 0);
      chance = seedReach + total(kinds, (kind) => kind.reach * adopts(chance, tries(kind), kind.followed));
    }
    return adopted;
  }

  function atLeast(need, chance, tries) { // P(binomial(tries, chance) ≥ need)
    if (chance >= 1) return tries >= need ? 1 : 0;
    let term = (1 - chance) ** tries, below = 0;
    for (let k = 0; k < Math.min(need, tries + 1); k++) {
      below += term;
      term *= ((tries - k) / (k + 1)) * (chance / (1 - chance));
    }
    return 1 - below;
  }

  function epidemic({ kinds, seeds: count, seedReach }, { infect, recover }, steps) {
    const adopted = [count];
    let theta = 1, phi = seedReach, outside = total(kinds, (kind) => kind.reach);
    for (let t = 0; t < steps; t++) {
      theta -= infect * phi;
      const still = total(kinds, (kind) => kind.reach * theta ** Math.max(kind.followed - 1, 0));
      phi = (1 - infect) * (1 - recover) * phi + outside - still;
      outside = still;
      adopted.push(count + total(kinds, (kind) => kind.people * (1 - theta ** kind.followed)));
    }
    return adopted;
  }

  function mixedBass(n, count, { p, q }, steps) {
    const share = [count / n];
    for (let t = 0; t < steps; t++) share.push(share[t] + (1 - share[t]) * Math.min(p + q * share[t], 1));
    return share.map((part) => n * part);
  }

  function expected(model, net, start, how, steps) {
    if (model === "bass") return mixedBass(net.n, start.length, how, steps);
    const found = degrees(net, start);
    if (model === "sir") return epidemic(found, how, steps);
    const rules = {
      independent_cascade: (chance, tries) => 1 - (1 - how.p * chance) ** tries,
      linear_threshold: (chance, tries, many) => (chance * tries) / Math.max(many, 1),
      complex_contagion: (chance, tries, many) => atLeast(needed(how, many), chance, tries),
    };
    return cascade(found, rules[model], steps);
  }

  return { MODELS: Object.keys(MODELS), streamKey, network, seeds, spread, expected };
})();

if (typeof module !== "undefined") module.exports = Twin;
