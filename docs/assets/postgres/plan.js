// A plan as EXPLAIN writes it: its nodes, and a drawing of what each of them read.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const ROW = 42;
const BARS = 164; // where bars begin
const LONGEST = 104; // the widest bar
const STEP = 12; // a level of indentation
const MOST_STEPS = 4;

const grouped = (number) => number.toLocaleString("en-US");

// "Buffers: shared hit=3 read=1, local hit=2, temp read=5": what it found or fetched of tables, which
// may be temporary ones. What a sort wrote to a file and read again are no pages of a table.
const counted = (line) => {
  const [, text] = /^ *Buffers: (?!temp)(.*?)(?:, temp .*)?$/.exec(line) ?? [];
  const counts = text?.matchAll(/\b(?:hit|read)=(\d+)/g);
  return counts && [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
};

// "Index Scan using jobs_created on jobs (actual rows=10.00 loops=1)": what it does, and with what.
const named = (text) => {
  const [, words, said = ""] = /^(.*?)(?:\s+\(((?:cost|actual|never)[^]*)\))?$/.exec(text);
  const [, name, index, table] = /^(.*?)(?: using (\S+))?(?: on (\S+).*)?$/.exec(words);
  const [, rows, loops] = /rows=([\d.]+) loops=(\d+)/.exec(said.slice(said.indexOf("actual"))) ?? [];
  const times = Number(loops) > 1 ? `, ${grouped(Number(loops))} times` : "";
  const many = rows === undefined ? "" : `${grouped(Number(rows))} row${Number(rows) === 1 ? "" : "s"}${times}`;
  return { name, of: index ?? table ?? many, loops: Number(loops ?? 1) };
};

// What the whole plan read: undefined where the lines are none, or one that was not executed.
export const total = (lines) => {
  if (!/\(actual .*\)$/.test(lines[0])) return undefined;
  const below = lines.findIndex((line, number) => number && /^(?: *->|\S)/.test(line));
  const top = below < 0 ? lines : lines.slice(0, below);
  return top.map(counted).find((count) => count !== undefined) ?? 0;
};

// The nodes that ask for what a CTE or an InitPlan finds. It is written below the node it belongs to,
// and counts for the one that asks, which is often another.
const asking = (found, { label: [, kind, name] }) =>
  found.filter((node) =>
    kind === "CTE" ? node.name === "CTE Scan" && node.of === name : node.text.includes(`(InitPlan ${name})`),
  );

// The nodes from the top, each with its depth and the buffers of its own: EXPLAIN's are those of all
// nodes below as well. None where the lines are no plan, or one that was not executed, or where two
// nodes ask for the same and the lines do not say which of them had to read.
export const nodes = (lines) => {
  const found = [];
  if (!total(lines)) return found;
  let label;
  for (const [number, line] of lines.entries()) {
    if (number && /^\S/.test(line)) break; // Planning and what follows belongs to no node
    const [, indent, text] = /^( *)->\s+(.*)$/.exec(line) ?? [];
    if (!number || text) {
      const column = number ? indent.length : -1;
      const parent = found.findLast((node) => node.column < column);
      const depth = parent ? parent.depth + 1 : 0;
      found.push({ ...named(text ?? line), column, parent, depth, label, text: "", all: 0, removed: 0 });
    }
    label = /^ *(InitPlan|CTE) (.+)$/.exec(line);
    const node = found.at(-1);
    node.text += line;
    node.all = counted(line) ?? node.all;
    // A mean of all loops, rounded.
    node.removed += node.loops * Number(/^ *Rows Removed by \w+(?: \w+)?: (\d+)/.exec(line)?.[1] ?? 0);
  }
  for (const node of found) node.own = node.all;
  for (const node of found) {
    const askers = node.label ? asking(found, node) : [];
    if (askers.length > 1) return [];
    const within = askers[0] ?? node.parent;
    if (within) within.own -= node.all;
  }
  return found.some(({ own }) => own < 0) ? [] : found;
};

const shape = (name, attributes, text = "") => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

// The drawing: a row a node, its bar as long as its own buffers.
export const drawing = (found) => {
  const removed = found.reduce((sum, node) => sum + node.removed, 0);
  const about = found.some((node) => node.removed && node.loops > 1) ? "about " : "";
  const bottom = 18 + ROW * found.length;
  const height = bottom + (removed ? 24 : 4);
  const said = found.map(({ name, of, own }) => `${name}${of && ` ${of}`}: ${grouped(own)} buffers`).join("; ");
  const box = { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: "img", "aria-label": said };
  const picture = shape("svg", { class: "plan", ...box });
  const most = Math.max(1, ...found.map(({ own }) => own));
  const left = ({ depth }) => Math.min(depth, MOST_STEPS) * STEP;
  const add = (...all) => picture.append(...all);
  add(
    shape("text", { class: "plan__head", x: 0, y: 11 }, "node"),
    shape("text", { class: "plan__head", x: BARS, y: 11 }, "its own buffers"),
    shape("path", { class: "plan__line", d: `M${BARS + 0.5} 20V${bottom - 8}` }),
  );
  for (const [at, node] of found.entries()) {
    const top = 18 + at * ROW;
    const x = left(node);
    if (node.parent) {
      const from = 18 + found.indexOf(node.parent) * ROW + 38;
      const limb = left(node.parent) + 3.5;
      if (x > limb) add(shape("path", { class: "plan__line", d: `M${limb} ${from}V${top + 14.5}H${x - 2}` }));
    }
    const bar = Math.round((LONGEST * node.own) / most);
    const none = node.own ? "" : " plan__buffers--none";
    if (bar) add(shape("rect", { class: "plan__bar", x: BARS, y: top + 9, width: Math.max(bar, 1), height: 12 }));
    add(
      shape("text", { class: "plan__name", x, y: top + 19 }, shortened(node.name, 21 - node.depth)),
      shape("text", { class: "plan__of", x, y: top + 34 }, shortened(node.of, 22 - node.depth)),
      shape("text", { class: `plan__buffers${none}`, x: BARS + bar + 6, y: top + 19.5 }, grouped(node.own)),
    );
  }
  if (removed) {
    add(shape("text", { class: "plan__note", x: 0, y: height - 5 }, `${about}${grouped(removed)} rows read and thrown away`));
  }
  return picture;
};
