// What of the figure is seen: where it is moved to, what is unfolded, chosen, found.

const root = document.documentElement, side = panel.parentElement;
const stage = d3.select(figure);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const RIM = 14;
let extentNow = {w: 1, h: 1};

const zoom = d3.zoom().scaleExtent([0.02, 8]).on("zoom", ({transform}) => {
  canvas.setAttribute("transform", transform);
});
stage.call(zoom).on("dblclick.zoom", null);

function move(transform, smooth = true) {
  (smooth && !still ? stage.transition().duration(250) : stage).call(zoom.transform, transform);
}

// What there is of the window for the figure.
function room() {
  const {width, height} = figure.getBoundingClientRect();
  return [width, height];
}

// All of it if it can be read so, else as wide as the window, from its beginning.
function fit(smooth = true, whole = false) {
  const [w, h] = room();
  const scales = [(w - 2 * RIM) / extentNow.w, (h - 2 * RIM) / extentNow.h];
  const all = Math.min(...scales, 1.5);
  const along = Math.min(chosen.direction === "TB" ? scales[0] : scales[1], 1);
  const k = whole || all > 0.55 ? all : Math.max(all, along);
  const x = Math.max((w - k * extentNow.w) / 2, RIM);
  const y = Math.max((h - k * extentNow.h) / 2, RIM);
  move(d3.zoomIdentity.translate(x, y).scale(k), smooth);
}

// Draw again; where the data enters what is at hand stays in its place on the screen.
function redraw(anchor) {
  const before = shown.get(anchor), {x, y, k} = d3.zoomTransform(figure);
  const focused = figure.contains(document.activeElement);
  extentNow = draw();
  legend();
  mark();
  if (focused) attend(chosen.part ?? shown.keys().next().value);
  const after = shown.get(anchor);
  if (!before || !after) return;
  const down = chosen.direction === "TB";
  const entry = (of) => [of.x + (down ? of.w / 2 : 0), of.y + (down ? 0 : of.h / 2)];
  const [[x0, y0], [x1, y1]] = [entry(before), entry(after)];
  move(d3.zoomIdentity.translate(x + k * (x0 - x1), y + k * (y0 - y1)).scale(k), false);
}

function toggle(id) {
  const part = all.get(id);
  if (!part || !foldable(part)) return;
  if (!chosen.open.delete(id)) chosen.open.add(id);
  redraw(id);
  choose(id);
  follow(id);
}

function toggleAll(open) {
  chosen.open = new Set(open ? [...all.values()].filter(foldable).map((part) => part.id) : []);
  redraw();
  fit();
  if (all.has(chosen.part)) tell();
}

// The part that is drawn for another one now: itself, its first row, or the block around it.
function visible(id) {
  const part = all.get(id), first = rows(part)[0];
  return [part, first, ...owners(part).reverse()].find((each) => each && shown.has(each.id))?.id;
}

// Which parts are selected, found, or neither; one of them is reached by the tabulator key.
function mark() {
  const found = chosen.found && new Set(chosen.found.map(visible));
  const first = all.has(chosen.part) ? visible(chosen.part) : shown.keys().next().value;
  for (const [id, {node}] of shown) {
    node.classList.toggle("chosen", id === chosen.part);
    node.classList.toggle("hit", Boolean(found?.has(id)));
    node.setAttribute("aria-selected", id === chosen.part);
    node.tabIndex = id === first ? 0 : -1;
  }
  figure.classList.toggle("searching", Boolean(found));
}

function choose(id, {focus = true} = {}) {
  chosen.part = all.has(id) ? id : null;
  history.replaceState(null, "", chosen.part ? hash(id) : location.pathname);
  mark();
  tell();
  if (focus && chosen.part) attend(id);
}

const attend = (id) => shown.get(visible(id)).node.focus({preventScroll: true});

// Open what is around a part, go there, choose it.
function reveal(id, how) {
  const part = all.get(id);
  if (!part) return;
  side.hidden = false;
  const closed = owners(part).filter((owner) => !opened(owner));
  closed.forEach((owner) => chosen.open.add(owner.id));
  if (closed.length) redraw();
  choose(id, how);
  const {x, y, w, h} = shown.get(visible(id)), k = Math.max(d3.zoomTransform(figure).k, 0.7);
  // In the middle; of what is larger than the window, the beginning.
  const start = (at, size, end) => k * size > end ? RIM - k * at : end / 2 - k * (at + size / 2);
  const [wide, high] = room();
  move(d3.zoomIdentity.translate(start(x, w, wide), start(y, h, high)).scale(k));
}

// The part at an address; of a repeat, whose iterations have the addresses, the first.
function goTo(address) {
  const ids = [...all.keys()];
  reveal(ids.find((id) => hash(id) === address) ?? ids.find((id) => hash(id).startsWith(`${address}.`)));
}

const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

// White says nothing on white paper.
function legend() {
  const swatch = (name, word) => `<span class="key" style="--fill:var(--${name})">${word}</span>`;
  const heat = measure();
  let keys = [];
  if (heat) {
    const steps = [0, 1, 2, 3, 4].map((k) => [Math.round(k * data.steps / 4), heat.most * k / 4]);
    keys = [`<b>${data.quantities[chosen.heat]}</b>`,
      ...steps.map(([k, value]) => swatch(`heat-${k}`, compact(Math.round(value))))];
  } else {
    const used = new Set(boxes().flatMap((p) => (opened(p) ? rows(p) : [p])).map((p) => p.family));
    keys = Object.entries(data.families).filter(([name]) => used.has(name) && colour(name) !== colour("paper"))
      .map(([name, word]) => swatch(name, word));
    const plain = boxes().some((part) => !part.family) && colour("block") !== colour("paper");
    if (plain) keys.push(swatch("block", say("block")));
  }
  document.getElementById("legend").innerHTML = keys.join("");
}
