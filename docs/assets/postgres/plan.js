// A plan as EXPLAIN writes it: its nodes, and a drawing of what each of them read.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const ROW = 42;
const BARS = 164; // where bars begin
const LONGEST = 104; // the widest bar
const STEP = 12; // a level of indentation
const MOST_STEPS = 4;

const grouped = (number) => number.toLocaleString("en-US");

const counted = (text) =>
  [...text.matchAll(/\b(?:hit|read)=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);

// "Index Scan using jobs_created on jobs (actual rows=10.00 loops=1)": what it does, and with what.
const named = (text) => {
  const [, words, said = ""] = /^(.*?)(?:\s+\(((?:cost|actual|never)[^]*)\))?$/.exec(text);
  const [, name, index, table] = /^(.*?)(?: using (\S+))?(?: on (\S+).*)?$/.exec(words);
  const [, rows, loops] = /rows=([\d.]+) loops=(\d+)/.exec(said.slice(said.indexOf("actual"))) ?? [];
  const times = Number(loops) > 1 ? `, ${grouped(Number(loops))} times` : "";
  const many = rows === undefined ? "" : `${grouped(Number(rows))} row${Number(rows) === 1 ? "" : "s"}${times}`;
  return { name, of: index ?? table ?? many };
};

// The nodes from the top, each with its depth and the buffers of its own: EXPLAIN's are those of all
// nodes below as well. None where the lines are no plan, or one that was not executed.
export const nodes = (lines) => {
  const found = [];
  for (const [number, line] of lines.entries()) {
    if (number && /^\S/.test(line)) break; // Planning and what follows belongs to no node
    const [, indent, text] = /^( *)->\s+(.*)$/.exec(line) ?? [];
    if (!number || text) {
      const column = number ? indent.length : -1;
      const parent = found.findLast((node) => node.column < column);
      found.push({ ...named(text ?? line), column, parent, depth: parent ? parent.depth + 1 : 0, removed: 0 });
    }
    const node = found.at(-1);
    const [, read] = /^ *Buffers: shared([^,]*)/.exec(line) ?? [];
    if (read) node.all = counted(read);
    node.removed += Number(/^ *Rows Removed by \w+(?: \w+)?: (\d+)/.exec(line)?.[1] ?? 0);
  }
  if (found[0]?.all === undefined) return [];
  for (const node of found) node.own = node.all ?? 0;
  for (const { parent, all = 0 } of found) if (parent) parent.own -= all;
  return found;
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
    add(shape("text", { class: "plan__note", x: 0, y: height - 5 }, `${grouped(removed)} rows read and thrown away`));
  }
  return picture;
};
