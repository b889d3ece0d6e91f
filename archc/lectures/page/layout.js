// Where everything goes: every level of blocks by itself, the innermost first, set by dagre.
// A level gives its size, its parts and lines in it, and where its inputs and outputs pass.

const SIZE = 13, SMALL = 11, LINE = 17, PAD = 10, HEAD = 24, CIRCLE = 20, GAP = 11;
const pen = document.createElement("canvas").getContext("2d");
const face = getComputedStyle(document.documentElement).getPropertyValue("--font");
const lengths = new Map();

function length(text, bold = false, size = SIZE) {
  const key = `${bold} ${size} ${text}`;
  if (!lengths.has(key)) {
    pen.font = `${bold ? "bold " : ""}${size}px ${face}`;
    lengths.set(key, pen.measureText(text).width);
  }
  return lengths.get(key);
}

// A line of text is runs: [text, bold, size].
const wide = (line) => line.reduce((sum, [text, ...look]) => sum + length(text, ...look) + 4, -4);

function title(part, what = "") {
  const times = part.times ? `× ${part.times}` : "";
  const line = [[part.name, true], [what || part.block], [times, true]];
  return line.filter(([text]) => text);
}

function lines(part, heat) {
  const small = [part.kind === "block" ? part.about : "", figures(part, heat)];
  const print = small.filter(Boolean).join(" · ");
  return [title(part, part.label), print ? [[print, false, SMALL]] : []].filter((l) => l.length);
}

// A part, measured: {part, w, h} and what it shows: text, rows, or a level of its own.
function box(part, heat) {
  if (part.kind === "join" && part.label.length === 1) {
    return {part, text: [[[part.label]]], w: CIRCLE, h: CIRCLE, round: true};
  }
  if (opened(part)) return part.flat ? table(part, heat) : frame(part, heat);
  const text = lines(part, heat), room = foldable(part) ? 22 : 0;
  const w = Math.max(...text.map(wide), 20) + 2 * PAD + room;
  return {part, text, w, h: text.length * LINE + 9};
}

function table(part, heat) {
  const head = [...title(part), [figures(part, heat), false, SMALL]].filter(([text]) => text);
  const each = rows(part);
  const room = Math.max(wide(head) + 24, ...each.map((row) => length(row.label)));
  const h = LINE + 4;
  return {part, head, w: room + 2 * PAD, h: h * (each.length + 1) + 2, rows: each, row: h};
}

// An opened block: its level, with room for its title where the data does not pass.
function frame(part, heat) {
  const inner = known(part, heat);
  const down = chosen.direction === "TB", head = title(part);
  const room = head.length ? wide(head) + 2 * PAD + 22 : 0;
  let left = PAD, w = inner.w + 2 * PAD;
  if (down && inner.ins.length === 1 && inner.outs.length === 1) {
    // The data passes through the middle, so that lines from box to box are straight.
    const middle = Math.max(left + inner.ins[0], room, w - PAD - inner.ins[0]);
    left = middle - inner.ins[0];
    w = Math.max(2 * middle, left + inner.w + PAD);
  }
  w = Math.max(w, room);
  const top = head.length ? HEAD : PAD, shift = down ? left : top;
  const h = inner.h + top + PAD, move = (at) => at + shift;
  return {part, head, inner, left, top, w, h, ins: inner.ins.map(move), outs: inner.outs.map(move)};
}

// What is in a block, laid out once for what is open in it.
const levels = new Map();

function known(part, heat) {
  const open = [...inside(part)].filter(opened).map(({id}) => id);
  const key = [part.id, chosen.direction, heat && chosen.heat, heat?.whole, ...open].join(" ");
  if (!levels.has(key)) levels.set(key, level(part.parts, part.ends, part.in?.length ?? 0, heat));
  return levels.get(key);
}

function level(parts, ends, inputs, heat) {
  const items = new Map(parts.map((part) => [part.id, box(part, heat)]));
  const values = wires(parts, ends);
  // A value that goes to several stands above their middle, or above the first or the last one,
  // so that boxes which lines pass by stand in line.
  const several = values.some(({heads}) => heads.length > 1);
  const tried = (several ? [undefined, "UL", "UR"] : [undefined]).map((align) => {
    const graph = new dagre.graphlib.Graph({multigraph: true});
    graph.setGraph({rankdir: chosen.direction, align, nodesep: 16, ranksep: 2 * GAP, edgesep: 12});
    graph.setDefaultEdgeLabel(() => ({}));
    for (const [id, {w, h}] of items) graph.setNode(`part ${id}`, {width: w, height: h});
    ports(graph, "in", inputs);
    ports(graph, "out", ends.length);
    values.forEach((value, n) => connect(graph, items, value, n));
    dagre.layout(graph);
    return graph;
  });
  const best = tried.reduce((one, other) => (detour(other) < detour(one) ? other : one));
  return placed(best, items, inputs, ends.length);
}

// Ports of a side stand in one row: each is tied to a node that is not shown.
function ports(graph, side, count) {
  for (let k = 0; k < count; k++) {
    graph.setNode(`${side} ${k}`, {width: 8, height: 1});
    if (count < 2) continue;
    graph.setNode(side, {width: 1, height: 1});
    const [from, to] = side === "in" ? [side, `${side} ${k}`] : [`${side} ${k}`, side];
    graph.setEdge(from, to, {weight: 100}, "tie");
  }
}

// A value: from its maker over its shape to all who take it.
function connect(graph, items, value, n) {
  const wire = (from, to, look) => graph.setEdge(from, to, {weight: 1, ...look}, look.name);
  let start = value.tail ? `part ${value.tail}` : `in ${value.output}`;
  if (value.tail && value.heads.length) {
    const h = SMALL + 3, w = length(value.shape, false, SMALL) + 6;
    const aside = value.heads.every((head) => head.aside);
    graph.setNode(`value ${n}`, {width: w, height: h, shape: value.shape});
    wire(start, `value ${n}`, {aside, weight: 4, main: true, from: value.output, name: `${n}`});
    start = `value ${n}`;
  }
  for (const {id, k, aside} of value.heads) {
    const {inner: framed, part: {kind}} = items.get(id);
    // Branches start level with each other; a line past some boxes gives way to them.
    const weight = kind === "join" ? 1 : value.heads.length === 1 ? 4 : 2;
    const main = !aside && kind !== "join";
    wire(start, `part ${id}`, {aside, weight, main, to: k, arrow: !framed, name: `${n} ${k}`});
  }
  for (const k of value.ends) {
    wire(start, `out ${k}`, {from: value.output, name: `${n} end ${k}`});
  }
}

// How far lines go aside on their way from a box to the next.
function detour(graph) {
  const at = chosen.direction === "TB" ? "x" : "y";
  return graph.edges().reduce((sum, edge) => {
    const {main, points} = graph.edge(edge);
    if (!main || points.length > 3) return sum; // no box, or not the next one
    return sum + Math.abs(graph.node(edge.v)[at] - graph.node(edge.w)[at]);
  }, 0);
}

// Every value of a level: who makes it, and who takes it; `tail` is empty for what enters.
function wires(parts, ends) {
  const values = new Map();
  const value = (tail, output, shape) => {
    const key = `${output} ${tail}`;
    if (!values.has(key)) values.set(key, {tail, output, shape, heads: [], ends: []});
    return values.get(key);
  };
  for (const part of parts) {
    (part.in ?? []).forEach(([tail, output, shape], k) => {
      value(tail, output, shape).heads.push({id: part.id, k, aside: part.aside});
    });
  }
  ends.forEach(([tail, output], k) => value(tail, output, "").ends.push(k));
  return [...values.values()];
}

// What dagre found, moved so that the level begins at 0, with lines from edge to edge.
function placed(graph, items, inputs, outputs) {
  const nodes = graph.nodes().filter((id) => id !== "in" && id !== "out");
  const edges = graph.edges().filter(({name}) => name !== "tie");
  const bends = edges.flatMap((edge) => graph.edge(edge).points);
  const span = (at, size) => {
    const ends = nodes.map((id) => graph.node(id)).flatMap((n) =>
      [n[at] - n[size] / 2, n[at] + n[size] / 2]);
    return [...ends, ...bends.map((point) => point[at])];
  };
  const [x0, w] = extent(span("x", "width")), [y0, h] = extent(span("y", "height"));
  const places = new Map(nodes.map((id) => {
    const {x, y, width, height, shape} = graph.node(id);
    return [id, {x: x - x0 - width / 2, y: y - y0 - height / 2, w: width, h: height, shape}];
  }));
  for (const [id, item] of items) {
    const {x, y} = places.get(`part ${id}`);
    places.set(`part ${id}`, Object.assign(item, {x, y}));
  }
  const [side, size] = chosen.direction === "TB" ? ["x", "w"] : ["y", "h"];
  const arrivals = edges.map((edge) => ({id: edge.w, ...graph.edge(edge)}));
  const flip = mirrored([...items.values()], arrivals, side) ? {w, h}[size] : 0;
  if (flip) for (const place of places.values()) place[side] = flip - place[side] - place[size];
  const paths = edges.map((edge) => {
    const {points, aside, arrow, from, to} = graph.edge(edge);
    const way = points.map(({x, y}) => ({x: x - x0, y: y - y0}));
    if (flip) for (const point of way) point[side] = flip - point[side];
    const [v, w] = [places.get(edge.v), places.get(edge.w)];
    const bends = way.length > 3 ? way.slice(1, -1) : short(way[1], w, to);
    const start = touch(v, bends[0] ?? middle(w, to), "outs", from);
    const end = touch(w, bends.at(-1) ?? start, "ins", to);
    return {points: [start, ...bends, end], aside, arrow};
  });
  const port = (side, count) => Array.from({length: count}, (_, k) => {
    const {x, y, w, h} = places.get(`${side} ${k}`);
    return chosen.direction === "TB" ? x + w / 2 : y + h / 2;
  });
  const labels = [...places.values()].filter((place) => place.shape);
  const ports = {ins: port("in", inputs), outs: port("out", outputs)};
  return {w, h, items: [...items.values()], paths, labels, ...ports};
}

function extent(values) {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  return [least, values.reduce((a, b) => Math.max(a, b), -Infinity) - least];
}

// Whether branches stand from right to left: boxes beside each other, or the lines that meet at
// one, against the order written.
function mirrored(items, arrivals, side) {
  const [flow, size] = side === "x" ? ["y", "h"] : ["x", "w"];
  let against = 0;
  items.forEach((one, k) => items.slice(k + 1).forEach((other) => {
    const beside = one[flow] < other[flow] + other[size] && other[flow] < one[flow] + one[size];
    if (beside) against += Math.sign(one[side] - other[side]);
  }));
  for (const one of arrivals) {
    for (const other of arrivals.filter(({id, to}) => id === one.id && to > one.to)) {
      against += Math.sign(one.points.at(-2)[side] - other.points.at(-2)[side]);
    }
  }
  return against > 0;
}

// dagre puts a bend into the middle of every line. One from a row to the next does without,
// unless it ends at a box that is lower than its row: it would cut the corners of the others.
function short(bend, place, k) {
  const [flow, side] = chosen.direction === "TB" ? ["y", "x"] : ["x", "y"];
  return place[flow] - bend[flow] < 2 * GAP ? [] : [{...bend, [side]: middle(place, k)[side]}];
}

function middle(place, k) {
  const port = place.inner ? place.ins[k ?? 0] : null, down = chosen.direction === "TB";
  const x = place.x + (down ? port ?? place.w / 2 : place.w / 2);
  return {x, y: place.y + (down ? place.h / 2 : port ?? place.h / 2)};
}

// Where a line that comes from (or goes to) `next` meets a box, a circle, a port, a shape.
function touch(place, next, side, k) {
  const [x, y, w, h] = chosen.direction === "TB" ? ["x", "y", "w", "h"] : ["y", "x", "h", "w"];
  const center = place[x] + place[w] / 2;
  const near = (side === "outs") === Boolean(place.part || place.shape) ? place[h] : 0; // ports: far
  if (place.inner) return {[x]: place[x] + (place[side][k ?? 0] ?? 0), [y]: place[y] + near};
  if (!place.part) return {[x]: center, [y]: place[y] + near};
  const room = place.round ? CIRCLE / 2.8 : Math.max(0, place[w] / 2 - PAD);
  const at = Math.min(Math.max(next[x], center - room), center + room);
  let depth = 0; // below the top of a circle
  if (place.round) depth = CIRCLE / 2 - Math.sqrt((CIRCLE / 2) ** 2 - (at - center) ** 2);
  return {[x]: at, [y]: place[y] + (side === "outs" ? near - depth : depth)};
}
