// What is told of a part: its figures and how they come about, or the network as a whole.

const panel = document.getElementById("details");
const MOST = 16; // layers that are summed one by one

const safe = (words) => String(words).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const capital = (words) => words[0].toUpperCase() + words.slice(1);
const head = (phrase) => `<h4>${capital(say(phrase))}</h4>`;
const hash = (id) => `#${encodeURIComponent(id)}`;
const link = (part, from = "") => {
  const name = called(part);
  const short = from && name.startsWith(`${from}.`) ? name.slice(from.length + 1) : name;
  return `<a href="${hash(part.id)}">${safe(short)}</a>${copies(part)}`;
};
const copies = (part) => (part.times ? ` × ${part.times}` : "");
const grid = (rows) => `<table>${rows.join("")}</table>`;

function called(part) {
  return part.id.startsWith("<") ? part.label : part.id;
}

function tell() {
  const part = all.get(chosen.part);
  panel.innerHTML = part ? told(part) : overview();
  panel.scrollTop = 0;
}

function overview() {
  const parts = data.parts.filter((part) => part.all);
  const rows = Object.keys(PLACES).map((name, k) => {
    const total = parts.filter((part) => !part.aside).reduce((sum, part) => sum + part.all[k], 0);
    return fact(data.quantities[name], number(total));
  });
  if (data.training) rows.push(fact(`+ ${say("for training")}`, number(data.training)));
  return `<h2>${safe(data.title)}</h2><p><code>${safe(data.label)}</code></p>` + grid(rows)
    + `<p class="hint">${say("click a box to see how its figures come about")}</p>`
    + shares(parts) + (data.printed[data.place] ?? "");
}

function told(part) {
  const name = [part.name ?? "", part.label ?? part.block ?? ""].filter(Boolean);
  const path = [...owners(part), part].filter(foldable).slice(0, -1).map((each) => link(each)).join(" › ");
  return `<p class="path">${path}</p><h2>${safe(name.join(" ") + copies(part))}</h2>`
    + `<p><code>${safe(called(part))}${part.last ? ` … ${safe(part.last)}` : ""}</code></p>`
    + button(part) + grid(facts(part)) + derived(part);
}

function button(part) {
  if (!foldable(part)) return "";
  const word = say(opened(part) ? "fold" : "unfold");
  return `<p><button data-fold="${safe(part.id)}">${capital(word)}</button></p>`;
}

const fact = (name, ...values) =>
  `<tr><th>${capital(name)}</th><td>${values.filter(Boolean).join("<br>")}</td></tr>`;

function facts(part) {
  const rows = (part.in ?? []).map(([, , shape]) => fact(say("input"), shape));
  if (part.shape) rows.push(fact(say("output"), part.shape));
  Object.keys(PLACES).forEach((name, k) => {
    const total = part.all?.[k], one = range(part[name] ?? 0);
    if (total === undefined) return;
    const whole = one !== number(total) ? `${say("in all")} ${number(total)}` : "";
    rows.push(fact(data.quantities[name], one, whole));
  });
  if (part.sees) {
    const [h, w, down, across] = part.sees;
    const stride = down === across ? number1(down) : `${number1(down)} × ${number1(across)}`;
    const size = `${number(h)} × ${number(w)}`;
    const whose = part.last ? say("of the last one") : "";
    const step = `${say("cumulative stride")} ${stride}`;
    rows.push(fact(data.quantities.receptive_field, size, step, whose));
  }
  return rows;
}

const number1 = (value) => Number.isInteger(value) ? number(value) : number(value, 3);

function derived(part) {
  const copy = part.layer && mixed(part)
    ? `<p class="hint">${say("worked out for the first of them")}</p>` : "";
  const worked = part.layer ? copy + data.layers[part.layer - 1][0] : sums(part);
  return worked + (data.printed[part.id] ?? "") + sight(part);
}

// Whether it stands for copies of several sizes.
const mixed = (part) =>
  Object.keys(PLACES).some((name) => Array.isArray(part[name])) || /[–…]/.test(part.shape);

// The cost of a block, term by term: of its layers, if they are few, or of its parts.
function sums(part) {
  if (!part.parts) return "";
  const layers = [...inside(part)].filter((each) => each.kind === "op" && (each.params || each.macs));
  const terms = layers.length && layers.length <= MOST ? layers : part.parts.filter((p) => p.all);
  const whole = Object.keys(PLACES).slice(0, 2).map((name, k) => {
    const own = terms.filter((term) => term.all[k]);
    if (!own.length) return "";
    const rows = own.map((term) => {
      const worked = term.layer && !mixed(term) ? data.layers[term.layer - 1][1 + k] : "";
      const one = worked || (Array.isArray(term[name]) ? "" : number(term[name] ?? 0));
      const times = repeated(term) > 1 ? `${repeated(term)} × ${one}` : worked;
      return `<tr><td>${link(term, part.id)}<br><small>${safe(term.label ?? term.block ?? "")}</small></td>`
        + `<td>${one && times}</td><td class="number">${number(term.all[k])}</td></tr>`;
    });
    const sum = `<td class="number">${number(part.all[k])}</td>`;
    const foot = `<tr><td>${say("sum")}</td><td></td>${sum}</tr>`;
    return `<h4>${capital(data.quantities[name])}</h4>`
      + `<table><tbody>${rows.join("")}</tbody><tfoot>${foot}</tfoot></table>`;
  });
  return whole.join("");
}

// How often a part is done in all: the figures of a block are those of all its copies.
const repeated = (part) => [...owners(part), part].reduce((n, each) => n * (each.times ?? 1), 1);

// Where a network's cost is: its parts by share.
function shares(parts) {
  const rows = parts.filter((part) => !part.aside && (part.all?.[1] || part.all?.[0]));
  const whole = [0, 1].map((k) => rows.reduce((sum, part) => sum + part.all[k], 0));
  const lines = rows.map((part) => `<tr><td>${link(part)}</td>` + [0, 1].map((k) =>
    `<td class="number">${whole[k] ? percent(part.all[k] / whole[k]) : ""}</td>`).join("") + "</tr>");
  const names = ["params", "macs"].map((name) => `<th class="number">${data.quantities[name]}</th>`);
  return `<table><thead><tr><th></th>${names.join("")}</tr></thead>`
    + `<tbody>${lines.join("")}</tbody></table>`;
}

// What widens its sight, layer by layer from the input.
function sight(part) {
  if (!part.trail) return "";
  const found = [];
  for (let k = part.trail; k; k = data.trails[k - 1][0]) found.unshift(data.trails[k - 1][1]);
  const names = [say("layer"), say("what"), "<i>r</i>", "<i>j</i>"];
  const columns = names.map((name) => `<th>${name}</th>`).join("");
  return head("receptive field") + `<p>${data.rule}</p><table class="sight">`
    + `<thead><tr>${columns}</tr></thead><tbody>${found.join("")}</tbody></table>`;
}
