// What the page knows, and what its reader has chosen.

const data = JSON.parse(document.getElementById("data").textContent);
const say = (phrase) => data.words[phrase];

const all = new Map(); // every part by its path, a block before what is in it
(function index(parts, owner) {
  for (const part of parts) {
    all.set(part.id, Object.assign(part, {owner}));
    index(part.parts ?? [], part);
  }
})(data.parts, null);

const chosen = {
  open: new Set(data.open),
  heat: data.heat,
  direction: data.direction,
  part: null, // the path of what the details are about
  found: null, // the paths that a search has found; null without a search
};

// Steps that were written together, and have no name, are never folded; nor is what stands in rows.
const foldable = (part) => part.kind === "block" && !part.owner?.flat
  && Boolean(part.block || part.name || part.flat);
const opened = (part) => part.kind === "block" && (chosen.open.has(part.id) || !foldable(part));

function owners(part) {
  return part.owner ? [...owners(part.owner), part.owner] : [];
}

function* inside(part) {
  for (const each of part.parts ?? []) {
    yield each;
    yield* inside(each);
  }
}

// The operations of a short chain, which a box shows in rows.
const rows = (part) => [...inside(part)].filter((each) => each.kind === "op");

// Numbers

const formats = new Map();
function number(value, digits = 0) {
  if (!formats.has(digits)) {
    const fixed = {minimumFractionDigits: digits, maximumFractionDigits: digits};
    formats.set(digits, new Intl.NumberFormat(data.lang, fixed));
  }
  return formats.get(digits).format(value);
}

function compact(value) {
  for (const [power, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "K"]]) {
    if (value >= 0.9995 * power) {
      const short = value / power;
      return number(short, short < 9.995 ? 2 : short < 99.95 ? 1 : 0) + letter;
    }
  }
  return String(value);
}

const percent = (share) => number(100 * share, 1) + (data.lang === "fr" ? "\u202f%" : "%");

// One number, or from the least of the copies to the greatest.
function range(value, write = number) {
  return Array.isArray(value) ? value.map((each) => write(each)).join("–") : write(value ?? 0);
}

// Heat

const PLACES = {params: 0, macs: 1, activations: 2};
const adds = (quantity) => quantity in PLACES;

function amount(part, quantity) {
  if (adds(quantity)) return part.all?.[PLACES[quantity]] ?? 0;
  return part.sees ? Math.max(part.sees[0], part.sees[1]) : 0;
}

// The boxes that stand for operations now, rows in one box: what heat is told by.
function boxes(parts = data.parts) {
  return parts.flatMap((part) => {
    if (part.kind === "op") return [part];
    if (part.kind !== "block") return [];
    return opened(part) && !part.flat ? boxes(part.parts) : [part];
  });
}

function measure() {
  if (!chosen.heat) return null;
  const values = boxes().map((part) => amount(part, chosen.heat));
  const whole = values.reduce((sum, value) => sum + value, 0);
  return {most: values.reduce((a, b) => Math.max(a, b), 0), whole: adds(chosen.heat) ? whole : 0};
}

// What stands in small print on a box.
function figures(part, heat) {
  if (!heat) return part.weights ?? "";
  const value = amount(part, chosen.heat);
  if (!value) return "";
  return heat.whole ? `${compact(value)} · ${percent(value / heat.whole)}` : number(value);
}
