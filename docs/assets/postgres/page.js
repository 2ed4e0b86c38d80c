// What the reader meets at a listing that runs in the page: the statement as a text to change, three
// buttons, a line that says what happens, and the result. PostgreSQL itself is in worker.js.

import { drawing, nodes } from "./plan.js";

const STEPS = ["Fetching PostgreSQL", "Starting PostgreSQL", "Making the tables", "Running the statement"];
const RUNNING = STEPS.length - 1;
const PATIENCE_MS = 400; // a statement that ends sooner leaves the last result until its own is there
const LONGEST_VALUE = 1000; // characters of a value that are shown
const LOWEST = 176; // px: what the steps take

const make = (name, properties = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
};
const grouped = (number) => number.toLocaleString("en-US");
const plural = (count, word) => `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

let styled;
const style = () => {
  styled ??= new Promise((done) => {
    const href = new URL("runner.css", import.meta.url);
    document.head.append(make("link", { rel: "stylesheet", href, onload: done, onerror: done }));
  });
  return styled;
};

// One line of code, wrapped at its own indentation.
const line = (text, ...marked) => {
  const made = make("span", { className: "line" }, ...(marked.length ? marked : [text]));
  made.style.setProperty("--indent", Math.min(text.length - text.trimStart().length, 24));
  return made;
};
const code = (lines) => {
  const block = make("code");
  for (const one of lines) block.append(one, "\n");
  return make("pre", {}, block);
};

const note = (text) => make("p", { className: "runner__note" }, text);

const planned = (lines) => {
  const found = nodes(lines);
  const text = code(lines.map((one) => line(one)));
  return make("div", { className: "planned" }, text, ...(found.length ? [drawing(found)] : []));
};

// A value of megabytes would hold up the page for seconds.
const cell = (value) => {
  if (value === null) return make("i", {}, "null");
  if (value.length <= LONGEST_VALUE) return value;
  return `${value.slice(0, LONGEST_VALUE)}… (${grouped(value.length)} characters)`;
};

const table = ({ columns, rows }) => {
  const align = ({ number }) => (number ? "align-right" : "");
  const head = columns.map((one) => make("th", { scope: "col", className: align(one) }, one.name));
  const body = rows.map((row) =>
    make("tr", {}, ...row.map((value, at) => make("td", { className: align(columns[at]) }, cell(value)))),
  );
  const caption = make("caption", { className: "unseen" }, "Rows that the statement returned");
  return make("table", {}, caption, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
};

// Nodes and what each of them read, to compare with.
const compared = (lines) => JSON.stringify(nodes(lines).map(({ name, of, depth, own }) => [name, of, depth, own]));

// What each execution of the last statement read, those that read the same together.
const executed = (executions) => {
  const [first, last] = [executions[0], executions.at(-1)];
  if (last === undefined) return "Buffers are counted for EXPLAIN (ANALYZE), as text.";
  if (executions.length === 1) return `${plural(last, "buffer")}.`;
  if (executions.length === 2) {
    const also = first === last ? "" : `; ${grouped(first)} at the first execution, which also fills caches`;
    return `${plural(last, "buffer")}${also}.`;
  }
  const groups = [];
  for (const [at, buffers] of executions.entries()) {
    if (groups.at(-1)?.buffers === buffers) groups.at(-1).last = at + 1;
    else groups.push({ buffers, first: at + 1, last: at + 1 });
  }
  if (groups.length === 1) return `${plural(last, "buffer")} at each of ${executions.length} executions.`;
  const which = ({ first, last }) => (first === last ? `Execution ${first}` : `Executions ${first} to ${last}`);
  return groups.map((group) => `${which(group)}: ${plural(group.buffers, "buffer")}.`).join(" ");
};

// What a statement without rows did, by its command tag.
const done = (tag) => {
  const [, many] = /^(?:INSERT 0|UPDATE|DELETE|MERGE) (\d+)$/.exec(tag) ?? [];
  return many === undefined ? `Done: ${tag}.` : `Done: ${plural(Number(many), "row")} changed.`;
};

// How many lines and characters come before a place in a text.
const place = (text, position) => {
  const before = text.slice(0, position).split("\n");
  return { row: before.length, column: before.at(-1).length, characters: [...before.at(-1)].length };
};

const refusal = ({ severity, message, detail, hint, code: state, position }, text) => {
  const lines = [make("span", { className: "line refused" }, `${severity}:  ${message}`)];
  if (position !== undefined) {
    const { row, column } = place(text, position);
    const whole = text.split("\n")[row - 1];
    const word = /^(?:[\p{L}\p{N}_$]+|"[^"]*"|'[^']*'|\S)/u.exec(whole.slice(column))?.[0] ?? "";
    const marked = word ? make("mark", {}, word) : "";
    lines.push(line("", `LINE ${row}: ${whole.slice(0, column)}`, marked, whole.slice(column + word.length)));
  }
  if (detail) lines.push(line(`DETAIL:  ${detail}`));
  if (hint) lines.push(line(`HINT:  ${hint}`));
  return [code(lines), note(`SQLSTATE ${state}`)];
};

const steps = (now, { done, of } = {}) => {
  const items = STEPS.map((name, at) => {
    const megabytes = of && !at ? `${(done / 1e6).toFixed(1)} of ${(of / 1e6).toFixed(1)} MB` : "now";
    const state = at < now ? "done" : at > now ? "waits" : megabytes;
    const item = make("li", { className: at < now ? "is-done" : at === now ? "is-now" : "" });
    if (at === now) item.setAttribute("aria-current", "step");
    item.append(make("span", {}, name), make("span", { className: "runner__state" }, state));
    return item;
  });
  return make("ol", { className: "runner__steps" }, ...items);
};

let current; // what has PostgreSQL now: one at a time, for the sake of memory

class Runner {
  constructor(strip) {
    this.strip = strip;
    this.figure = strip.closest("figure");
    this.listing = this.figure.querySelector(".highlight");
    const printed = this.figure.querySelector("pre code").cloneNode(true);
    for (const note of printed.querySelectorAll(".note")) note.remove();
    this.printed = printed.textContent.trimEnd();
    const below = this.figure.nextElementSibling;
    const transcript = below?.matches(".output--joined") ? below.querySelector("code").textContent : "";
    this.expected = transcript.trimEnd().split("\n").slice(1);
  }

  open() {
    const id = `${this.figure.id}-sql`;
    const button = (className, text, act) => {
      const made = make("button", { type: "button", className }, text);
      made.addEventListener("click", act);
      return made;
    };
    this.text = make("textarea", { id, rows: 1, className: "runner__text", value: this.printed, spellcheck: false, autocapitalize: "off", autocomplete: "off" });
    this.text.addEventListener("input", () => this.fit());
    addEventListener("resize", () => this.fit());
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.run();
    });
    this.go = button("runner__open", "Run", () => this.run());
    this.go.title = "Ctrl+Enter in the statement";
    this.stopper = button("runner__act", "Stop", () => this.stop("Stopped. Your text is kept."));
    this.says = make("p", { className: "runner__says", role: "status" });
    this.result = make("div", { className: "runner__result", role: "region", "aria-label": `Result of ${this.figure.dataset.path}`, tabIndex: 0 });
    this.listing.hidden = true;
    this.listing.after(make("label", { className: "unseen", htmlFor: id }, "The statement, which you can change"), this.text);
    const reset = button("runner__act", "Reset", () => this.reset());
    const tools = make("div", { className: "runner__tools" }, this.go, reset, this.stopper);
    this.strip.replaceChildren(tools, this.says);
    this.strip.after(this.result);
    this.figure.classList.add("listing--open");
    this.reserve();
    this.fit();
    this.go.focus({ preventScroll: true });
    this.run();
  }

  // What is expected takes its room before it is there: nothing moves when it comes.
  reserve() {
    this.show(planned(this.expected), note("expected"));
    this.result.style.blockSize = `${Math.max(this.result.scrollHeight, LOWEST)}px`;
  }

  // The text is as high as what is in it.
  fit() {
    this.text.style.blockSize = "auto";
    this.text.style.blockSize = `${this.text.scrollHeight}px`;
  }

  show(...parts) {
    clearTimeout(this.waiting);
    this.result.replaceChildren(...parts);
    this.result.scrollTop = 0;
    if (this.result.scrollHeight <= this.result.clientHeight + 1) return;
    const more = make("button", { type: "button", className: "runner__more" }, "Show all of it");
    more.addEventListener("click", () => {
      more.remove();
      this.result.style.blockSize = `${this.result.scrollHeight}px`;
      this.result.focus({ preventScroll: true });
    });
    this.result.append(more);
  }

  say(text) {
    this.says.textContent = text;
  }

  // Buttons stay where the focus may be, so they are not disabled but say that they do nothing.
  busy(now) {
    this.isBusy = now;
    this.figure.setAttribute("aria-busy", now);
    this.go.setAttribute("aria-disabled", now);
    this.stopper.setAttribute("aria-disabled", !this.worker);
  }

  run() {
    if (this.isBusy) return;
    if (current !== this) current?.stop("Stopped: another listing of this page runs now.");
    current = this;
    this.ran = this.text.value;
    const starts = !this.worker;
    if (starts) {
      this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
      this.worker.addEventListener("message", ({ data }) => this.hear(data));
      this.worker.addEventListener("error", (event) => this.hear({ failed: event.message || "its worker does not start" }));
    }
    this.text.removeAttribute("aria-invalid");
    this.step = undefined;
    this.busy(true);
    if (starts) this.reach({ step: 0 }); // before the worker says it: its script has to come first
    const tables = new URL(this.strip.dataset.src, document.baseURI).href;
    this.worker.postMessage({ tables, text: this.ran, runs: Number(this.strip.dataset.runs) });
  }

  hear(data) {
    if ("step" in data) return this.reach(data);
    this.busy(false);
    if (data.refused) this.refuse(data.refused);
    else if (data.failed !== undefined) this.fail(data.failed);
    else this.finish(data);
  }

  reach({ step, ...progress }) {
    const atOnce = step < RUNNING || this.step !== undefined;
    if (!atOnce) this.say(`${STEPS[step]}.`);
    else if (step !== this.step) this.say(`Step ${step + 1} of ${STEPS.length}: ${STEPS[step]}.`);
    this.step = step;
    if (atOnce) this.show(steps(step, progress));
    else this.waiting = setTimeout(() => this.show(steps(step)), PATIENCE_MS);
  }

  finish({ results, executions }) {
    const shown = results.filter(({ columns }) => columns.length);
    const parts = shown.map((one) => (one.plan ? planned(one.plan) : table(one)));
    const last = results.at(-1);
    if (!last) this.say("There is no statement.");
    else if (executions.length) this.say(executed(executions));
    else if (!last.columns.length) this.say(done(last.tag));
    else this.say(last.more ? `The first ${plural(last.rows.length, "row")}; there are more.` : `${plural(last.rows.length, "row")}.`);
    this.show(...parts, note(this.verdict(shown.at(-1))));
  }

  verdict(last) {
    if (this.ran !== this.printed) return "Your statement: the transcript below is of the printed one.";
    const same = last?.plan && compared(last.plan) === compared(this.expected);
    return same ? "Same nodes and buffers as the transcript below." : "Not the nodes or buffers of the transcript below. Reset makes the tables anew.";
  }

  refuse(error) {
    this.text.setAttribute("aria-invalid", "true");
    const { row, characters } = error.position === undefined ? {} : place(this.ran, error.position);
    const where = row ? ` at line ${row}, character ${characters + 1}` : "";
    this.say(`${error.by ?? "PostgreSQL"} refused it${where}.`);
    this.says.append(make("span", { className: "unseen" }, ` ${error.message}`)); // heard here, seen below
    // The printed statement fails where an earlier one changed its tables.
    const again = this.ran === this.printed ? [note("Reset makes the tables anew.")] : [];
    this.show(...refusal(error, this.ran), ...again);
  }

  fail(why) {
    const running = this.step === RUNNING;
    this.end();
    this.say(running ? "PostgreSQL broke off. Run starts it again." : "PostgreSQL did not start. Run tries again.");
    this.show(note(why));
  }

  end() {
    this.worker?.terminate();
    this.worker = undefined;
    this.busy(false);
  }

  stop(why) {
    if (!this.worker) return;
    this.end();
    this.say(why);
    this.show(note("PostgreSQL has ended, and its memory is free. Run starts it again."));
  }

  reset() {
    this.end();
    this.text.value = this.printed;
    this.text.removeAttribute("aria-invalid");
    this.fit();
    this.say("The statement is as it is printed.");
    this.show(note("PostgreSQL has ended. Run starts it again, with new tables."));
  }
}

const opened = new WeakSet();
export const open = async (strip) => {
  if (opened.has(strip)) return;
  opened.add(strip);
  await style();
  new Runner(strip).open();
};
