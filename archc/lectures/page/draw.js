// The layout as SVG; looks are in the style sheet, colours are its variables.

const figure = document.getElementById("figure");
const canvas = document.getElementById("canvas");

function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const shown = new Map(); // what is drawn, by path: {node, x, y, w, h} on the canvas

function draw() {
  const heat = measure();
  const whole = level(data.parts, [], 0, heat);
  shown.clear();
  canvas.replaceChildren(...contents(whole, 0, 0, 0, heat));
  return whole;
}

// The lines of a level, the shapes on them, and its parts; (x, y) is where it stands.
function contents(of, x, y, depth, heat) {
  const lines = of.paths.map(({points, aside, arrow}) => svg("path", {
    d: curve(points), class: aside ? "line aside" : "line",
    "marker-end": arrow ? "url(#arrow)" : undefined,
  }));
  const shapes = of.labels.map(({x, y, w, h, shape}) =>
    svg("text", {class: "shape", x: x + w / 2, y: y + h / 2 + 4}, shape));
  return [...lines, ...shapes, ...of.items.map((item) => piece(item, x, y, depth, heat))];
}

// From point to point, leaving and arriving along the flow.
function curve([start, ...rest]) {
  const down = chosen.direction === "TB";
  const at = ({x, y}) => `${round(x)} ${round(y)}`;
  let d = `M${at(start)}`, last = start;
  for (const point of rest) {
    const half = down ? (last.y + point.y) / 2 : (last.x + point.x) / 2;
    const straight = Math.abs(down ? point.x - last.x : point.y - last.y) < 0.5;
    const bends = down ? [{x: last.x, y: half}, {x: point.x, y: half}]
      : [{x: half, y: last.y}, {x: half, y: point.y}];
    d += straight ? `L${at(point)}` : `C${bends.map(at).join(" ")} ${at(point)}`;
    last = point;
  }
  return d;
}

const round = (value) => Math.round(10 * value) / 10;

function piece(item, x, y, depth, heat) {
  const {part} = item, open = opened(part), folds = foldable(part);
  const kind = item.inner ? `frame frame-${depth % 2}` : item.rows ? "table" : "box";
  const made = svg("g", {
    class: `part ${kind} ${part.kind}${part.aside ? " aside" : ""}`,
    transform: `translate(${round(item.x)} ${round(item.y)})`,
    tabindex: -1, role: "treeitem", "data-id": part.id,
    "aria-label": spoken(part), "aria-expanded": folds ? open : undefined,
  });
  shown.set(part.id, {node: made, x: x + item.x, y: y + item.y, w: item.w, h: item.h});
  const shape = item.round ? svg("circle", {cx: item.w / 2, cy: item.h / 2, r: item.w / 2})
    : svg("rect", {width: item.w, height: item.h, rx: item.inner ? 10 : 3});
  made.append(shape);
  if (item.inner) made.append(...within(item, x + item.x, y + item.y, depth, heat));
  else if (item.rows) made.append(...inRows(item, x + item.x, y + item.y, heat));
  else {
    paint(made, part, heat);
    made.append(...item.text.map((line, k) =>
      text(line, (item.w - (folds ? 14 : 0)) / 2, k * LINE + (item.round ? 14.5 : LINE))));
  }
  if (folds) made.append(sign(item.w - 12, item.inner || item.rows ? 12 : item.h / 2, open));
  return made;
}

function within(item, x, y, depth, heat) {
  const down = chosen.direction === "TB";
  const stub = (at, from, to) => svg("path", {class: "line",
    d: down ? `M${at} ${from}V${to}` : `M${from} ${at}H${to}`});
  const first = down ? item.top : item.left;
  const last = down ? item.top + item.inner.h : item.left + item.inner.w;
  const stubs = [...item.ins.map((at) => stub(at, 0, first)),
    ...item.outs.map((at) => stub(at, last, down ? item.h : item.w))];
  const inner = svg("g", {role: "group", transform: `translate(${round(item.left)} ${item.top})`},
    ...contents(item.inner, x + item.left, y + item.top, depth + 1, heat));
  const head = item.head.length ? [text(item.head, PAD, LINE, "start")] : [];
  return [...stubs, ...head, inner];
}

function inRows(item, x, y, heat) {
  const made = item.rows.map((row, k) => {
    const top = (k + 1) * item.row + 1;
    const one = svg("g", {class: "part row op", transform: `translate(1 ${top})`, tabindex: -1,
      role: "treeitem", "data-id": row.id, "aria-label": spoken(row)},
    svg("rect", {width: item.w - 2, height: item.row}),
    text([[row.label]], item.w / 2, item.row - 6));
    shown.set(row.id, {node: one, x: x + 1, y: y + top, w: item.w - 2, h: item.row});
    paint(one, heat ? item.part : row, heat);
    return one;
  });
  return [text(item.head, PAD, LINE, "start"), svg("g", {role: "group"}, ...made)];
}

// The colour of its family, or of its share of the most; and the ink that reads on it.
function paint(node, part, heat) {
  const share = heat && heat.most ? amount(part, chosen.heat) / heat.most : 0;
  const family = part.family ?? (part.kind === "end" ? "paper" : "block");
  const plain = part.kind === "join" || part.kind === "end";
  const name = heat && !plain ? `heat-${Math.round(share * data.steps)}` : family;
  node.style.setProperty("--fill", `var(--${name})`);
  node.style.setProperty("--on", `var(--${name}-ink)`);
}

function text(line, x, y, anchor = "middle") {
  const made = svg("text", {x, y, "text-anchor": anchor});
  line.forEach(([words, bold, size], k) => {
    const look = {class: [bold && "bold", size === SMALL && "small"].filter(Boolean).join(" ")};
    made.append(svg("tspan", {...look, dx: k ? 4 : undefined}, words));
  });
  return made;
}

// The mark that folds and unfolds.
function sign(x, y, open) {
  return svg("g", {class: "fold", transform: `translate(${x} ${y})`},
    svg("title", {}, say(open ? "fold" : "unfold")), svg("circle", {r: 7}),
    svg("path", {d: open ? "M-3.5 0H3.5" : "M-3.5 0H3.5M0 -3.5V3.5"}));
}

// A part in words, for those who hear the page.
function spoken(part) {
  const what = [part.name, part.block, part.label, part.about, part.times && `× ${part.times}`];
  const out = part.shape ? `${say("output")} ${part.shape}` : "";
  return [what.filter(Boolean).join(" "), out, part.weights].filter(Boolean).join(", ");
}
