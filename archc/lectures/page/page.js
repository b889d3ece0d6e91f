// What the mouse, the fingers and the keys do.

const tip = document.getElementById("tip");
const query = document.getElementById("query"), hits = document.getElementById("hits");

// Search

function search() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  const said = (part) => [part.id, part.block, part.label, part.about].join(" ").toLowerCase();
  const found = [...all.values()].filter((part) => words.every((word) => said(part).includes(word)));
  chosen.found = words.length ? found.map((part) => part.id) : null;
  const listed = words.length ? found.slice(0, 60) : [];
  hits.innerHTML = listed.map((part) => `<li><a href="${hash(part.id)}">`
    + `<b>${safe(called(part))}</b> ${safe(part.label ?? part.block ?? "")}</a></li>`).join("");
  const count = document.getElementById("count");
  count.textContent = words.length ? `${number(found.length)} ${say("found")}` : "";
  hits.hidden = !listed.length;
  mark();
}

query.addEventListener("input", search);
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && chosen.found?.length) {
    const next = chosen.found.indexOf(chosen.part) + 1; // again: the next one
    reveal(chosen.found[next % chosen.found.length], {focus: false});
    hits.hidden = true;
  }
  if (event.key === "ArrowDown") hits.querySelector("a")?.focus();
  if (event.key === "Escape") stop();
  else if (event.key !== "Enter" && event.key !== "ArrowDown") return;
  event.preventDefault();
});
hits.addEventListener("keydown", (event) => {
  const step = {ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling"}[event.key];
  if (event.key === "Escape") stop();
  if (!step) return;
  event.preventDefault();
  (document.activeElement.parentElement[step]?.firstChild ?? query).focus();
});

function stop() {
  query.value = "";
  search();
  if (chosen.part) attend(chosen.part);
}

// Paths are links everywhere: in the details, among what was found, in the address.
document.addEventListener("click", (event) => {
  const to = event.target.closest("a[href^='#']"), fold = event.target.closest("[data-fold]");
  if (to) {
    event.preventDefault();
    hits.hidden = true;
    goTo(to.getAttribute("href"));
  }
  if (fold) {
    reveal(fold.dataset.fold);
    toggle(fold.dataset.fold);
  }
});

// The figure

const at = (event) => event.target.closest?.(".part")?.dataset.id;

figure.addEventListener("click", (event) => {
  const id = at(event);
  side.hidden = false;
  if (event.target.closest(".fold")) toggle(id);
  else choose(id);
});
figure.addEventListener("dblclick", (event) => {
  if (!event.target.closest(".fold")) toggle(at(event));
});
figure.addEventListener("pointermove", (event) => {
  const part = all.get(at(event));
  tip.hidden = !part || event.pointerType === "touch";
  if (tip.hidden) return;
  tip.innerHTML = `<b>${safe(called(part))}</b> ${safe(part.label ?? part.block ?? "")}`
    + grid(facts(part));
  const {width, height} = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  const below = event.clientY + 18;
  tip.style.top = `${below + height < innerHeight ? below : event.clientY - height - 12}px`;
});
figure.addEventListener("pointerleave", () => { tip.hidden = true; });

// The next part that way on the screen.
function neighbour(id, [dx, dy]) {
  const here = shown.get(id);
  if (!here) return shown.keys().next().value;
  // An opened block is where its title is, before what is in it.
  const spot = (of, {x, y, w, h}) => [x + w / 2, y + (opened(all.get(of)) ? 10 : h / 2)];
  const [x0, y0] = spot(id, here);
  let best = null, least = Infinity;
  for (const [other, place] of shown) {
    if (other === id) continue;
    const [x, y] = spot(other, place);
    const along = (x - x0) * dx + (y - y0) * dy, aside = Math.abs((x - x0) * dy + (y - y0) * dx);
    if (along <= 1 || aside > 2.5 * along + 40) continue;
    if (along + 1.5 * aside < least) [best, least] = [other, along + 1.5 * aside];
  }
  return best;
}

const WAYS = {ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]};

// A part that has the focus is brought into sight.
function follow(id) {
  const {x, y, k} = d3.zoomTransform(figure), place = shown.get(id);
  const [left, top] = [x + k * place.x, y + k * place.y];
  const [right, bottom] = [left + k * place.w, top + k * place.h];
  const push = (low, high, end) =>
    low < RIM ? RIM - low : high > end - RIM ? Math.max(end - RIM - high, RIM - low) : 0;
  const [wide, high] = room(), [dx, dy] = [push(left, right, wide), push(top, bottom, high)];
  if (dx || dy) move(d3.zoomIdentity.translate(x + dx, y + dy).scale(k));
}

figure.addEventListener("keydown", (event) => {
  const id = at(event) ?? chosen.part;
  if (event.key in WAYS) {
    const next = neighbour(id, WAYS[event.key]);
    if (next) {
      choose(next);
      follow(next);
    }
  } else if (event.key === "Enter" && id && foldable(all.get(id))) toggle(id);
  else if (event.key === "Enter" || event.key === " ") {
    side.hidden = false;
    choose(id);
  } else return;
  event.preventDefault();
});

// The buttons, each with a key

const heats = document.getElementById("heat");
const actions = {
  unfold: () => toggleAll(true),
  fold: () => toggleAll(false),
  fit: () => fit(true, true),
  in: () => stage.transition().duration(150).call(zoom.scaleBy, 1.4),
  out: () => stage.transition().duration(150).call(zoom.scaleBy, 1 / 1.4),
  turn: () => {
    chosen.direction = chosen.direction === "TB" ? "LR" : "TB";
    redraw();
    fit();
  },
  theme: () => {
    root.dataset.theme = colour("dark") === "1" ? "light" : "dark";
    legend();
  },
  print: () => print(),
  help: () => document.getElementById("help").showModal(),
};
const KEYS = {"/": () => query.focus(), "+": actions.in, "=": actions.in, "-": actions.out,
  0: actions.fit, u: actions.unfold, f: actions.fold, r: actions.turn, d: actions.theme,
  h: () => heats.focus(), "?": actions.help};

for (const [name, act] of Object.entries(actions)) {
  document.getElementById(`do-${name}`).addEventListener("click", act);
}
heats.value = chosen.heat;
heats.addEventListener("change", () => {
  chosen.heat = heats.value;
  redraw(shown.keys().next().value);
});
document.getElementById("close").addEventListener("click", () => { side.hidden = true; });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/INPUT|SELECT/.test(event.target.tagName) || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    side.hidden = !side.hidden;
  } else if (event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// Print: all of the figure, as it is folded now.
addEventListener("beforeprint", () => {
  figure.setAttribute("viewBox", `-8 -8 ${extentNow.w + 16} ${extentNow.h + 16}`);
  canvas.removeAttribute("transform");
});
addEventListener("afterprint", () => {
  figure.removeAttribute("viewBox");
  canvas.setAttribute("transform", d3.zoomTransform(figure));
});

addEventListener("hashchange", () => goTo(location.hash));
redraw();
tell();
fit(false);
goTo(location.hash);
