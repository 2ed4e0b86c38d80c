// PostgreSQL in a worker: the page goes on meanwhile, and a statement without end ends with the worker.

import { PGlite, protocol } from "./pglite/index.js";
import { total } from "./plan.js";
import { statements } from "./statements.js";

const { serialize } = protocol;

const SHOWN_ROWS = 200;
const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700]); // the types whose values align at the right

const PLANS = new Set([25, 114, 142]); // text, and those of EXPLAIN's other formats

const at = (name) => new URL(name, import.meta.url);

const received = (name, answer) => {
  if (answer.ok) return answer;
  throw new Error(`${answer.status} for ${name}`);
};

// What is packed, unpacked on its way; the page is told how much of it has come.
const fetchAll = async (names) => {
  const answers = await Promise.all(names.map(async (name) => received(name, await fetch(at(name)))));
  const of = answers.reduce((sum, answer) => sum + Number(answer.headers.get("Content-Length")), 0);
  let done = 0;
  const counted = () =>
    new TransformStream({
      transform(part, next) {
        done += part.length;
        postMessage({ step: 0, done, of });
        next.enqueue(part);
      },
    });
  return answers.map(
    ({ body }) => new Response(body.pipeThrough(counted()).pipeThrough(new DecompressionStream("gzip"))),
  );
};

const compiled = async (answer) => WebAssembly.compile(await answer.arrayBuffer());

const open = async (tables) => {
  postMessage({ step: 0 });
  const [program, files, cluster, sql] = await Promise.all([
    ...(await fetchAll(["pglite/pglite.wasm.packed", "pglite/pglite.data.packed", "pglite/cluster.tar.packed"])),
    fetch(tables).then((answer) => received("the tables", answer)),
  ]);
  const [pgliteWasmModule, fsBundle, loadDataDir, setup] = await Promise.all([
    compiled(program),
    files.blob(),
    cluster.blob(),
    sql.text(),
  ]);
  postMessage({ step: 1 });
  // The program that makes a cluster has nothing to do; unless it is given, it is fetched all the same.
  const given = { pgliteWasmModule, initdbWasmModule: pgliteWasmModule, fsBundle, loadDataDir };
  const db = await PGlite.create(given);
  await db.exec("SET timezone = 'UTC'");
  const all = statements(setup);
  for (const [number, { sql }] of all.entries()) {
    postMessage({ step: 2, done: number, of: all.length });
    // Alone: VACUUM cannot be one of several.
    await db.exec(sql).catch((error) => {
      throw new Error(`The tables cannot be made: ${error.message}`);
    });
  }
  return db;
};

// As many rows as are shown, and one more, which says that there are more: a statement may have
// hundreds of millions, and all of them would be in the memory of the page.
const execute = async (db, { sql, at }) => {
  // It would wait for rows that nobody can send.
  if (/^copy\b[^]*\b(?:from\s+stdin|to\s+stdout)\b/i.test(sql)) {
    const message = "a page has no standard input and output for COPY";
    throw Object.assign(new Error(), { refused: { by: "The page", severity: "ERROR", message, code: "0A000", position: at } });
  }
  const heard = [];
  const tell = async (message) => heard.push(...(await db.execProtocol(message)).messages);
  try {
    await tell(serialize.parse({ text: sql }));
    await tell(serialize.bind());
    await tell(serialize.describe({ type: "P" }));
    await tell(serialize.execute({ rows: SHOWN_ROWS + 1 }));
  } catch (error) {
    if (!error.code) throw error; // not a word of PostgreSQL: it is no longer there
    // PostgreSQL counts characters, a string here counts some of them twice.
    const before = [...sql].slice(0, Number(error.position) - 1).join("");
    const position = error.position && at + before.length;
    const { severity, message, detail, hint, code } = error;
    throw Object.assign(new Error(), { refused: { severity, message, detail, hint, code, position } });
  } finally {
    await tell(serialize.sync());
  }
  const all = (name) => heard.filter((one) => one.name === name);
  const [described] = all("rowDescription");
  const [done] = all("commandComplete");
  const fields = described?.fields ?? [];
  const rows = all("dataRow").map((row) => row.fields);
  const isPlan = fields.length === 1 && fields[0].name === "QUERY PLAN" && PLANS.has(fields[0].dataTypeID);
  return {
    columns: fields.map(({ name, dataTypeID }) => ({ name, number: NUMBERS.has(dataTypeID) })),
    rows,
    plan: isPlan ? rows.flatMap(([text]) => text?.split("\n") ?? []) : undefined,
    tag: done?.text ?? "",
  };
};

// The first execution also reads the catalog, and a prepared statement is planned anew at its sixth:
// so the last statement may run several times, unless that would write several times.
const WRITES = /\b(?:insert|update|delete|merge|create)\b/i;
const repeatable = (all, { sql }) =>
  /^explain\b/i.test(sql) && !WRITES.test(sql) && !all.some((one) => /^prepare\b/i.test(one.sql) && WRITES.test(one.sql));

const run = async (db, text, runs) => {
  await db.exec("ROLLBACK");
  await db.exec("DEALLOCATE ALL");
  const all = statements(text);
  const results = [];
  for (const one of all) results.push(await execute(db, one));
  const last = all.at(-1);
  const read = () => (/\bbuffers\s+(?:off|false|0)\b/i.test(last.sql) ? undefined : total(results.at(-1).plan));
  const executions = results.at(-1)?.plan ? [read()] : [];
  while (executions.length && executions.length < runs && repeatable(all, last)) {
    results[results.length - 1] = await execute(db, last);
    executions.push(read());
  }
  for (const result of results) {
    result.more = result.rows.length > SHOWN_ROWS;
    result.rows = result.rows.slice(0, SHOWN_ROWS);
  }
  return { results, executions };
};

let opened;
onmessage = async ({ data: { tables, text, runs } }) => {
  try {
    const db = await (opened ??= open(tables));
    postMessage({ step: 3 });
    postMessage(await run(db, text, runs));
  } catch (error) {
    postMessage(error.refused ? { refused: error.refused } : { failed: error.message || `${error}` });
  }
};
