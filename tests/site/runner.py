"""A page with two listings that run, and what stands in for PostgreSQL below it.

The scripts and style sheets are the site's own; only the package is another one, which answers what
a test asks for. So these pages need neither npm nor a build.
"""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

from lab.repository import ROOT

POLICY = re.sub(
    r"{#.*?#}",
    "",
    (ROOT / "overrides/partials/security_policy.html").read_text(encoding="utf-8"),
    flags=re.DOTALL,
).strip()

PLAN = """\
Limit (actual rows=10.00 loops=1)
  Buffers: shared hit=1479
  ->  Index Scan Backward using jobs_created on jobs (actual rows=10.00 loops=1)
        Filter: (status = $1)
        Rows Removed by Filter: 19900
        Buffers: shared hit=1470 read=9"""

# Each statement is answered by its first words.
PACKAGE = """\
const plan = `PLAN`;
const answer = (names, ...rows) => ({
  fields: names.map((name) => ({ name, dataTypeID: name === "id" ? 23 : 25 })),
  rows,
});
const refuse = (message, more) => {
  throw Object.assign(new Error(message), { severity: "ERROR", code: "42703", ...more });
};
const kind = (name) => (content) => ({ ...content, kind: name });
export const protocol = {
  serialize: Object.fromEntries(
    ["parse", "bind", "describe", "execute", "sync"].map((name) => [name, kind(name)]),
  ),
};
export class PGlite {
  executed = [];
  static async create() {
    return new PGlite();
  }
  async execProtocol({ kind, text, rows }) {
    if (kind === "parse") this.text = text;
    if (kind !== "execute") return { messages: [] };
    const found = await this.exec(this.text);
    const messages = found.rows.slice(0, rows).map((fields) => ({ name: "dataRow", fields }));
    if (found.fields) messages.unshift({ name: "rowDescription", fields: found.fields });
    messages.push({ name: "commandComplete", text: found.tag });
    return { messages };
  }
  async exec(sql) {
    this.executed.push(sql);
    switch (/^\\w+ ?\\w*/.exec(sql)[0]) {
      case "SELECT never":
        return new Promise(() => {});
      case "SELECT executed":
        return answer(["sql"], ...this.executed.map((one) => [one]));
      case "SELECT id":
        return answer(["id", "name"], ["1", "a"], ["22", null]);
      case "SELECT many":
        return answer(["id"], ...Array.from({ length: 3000 }, (_, number) => [`${number}`]));
      case "SELECT long":
        return answer(["name"], ["x".repeat(20000)]);
      case "SELECT plan":
        return answer(["QUERY PLAN"], [null]);
      case "EXPLAIN unexecuted":
        return answer(["QUERY PLAN"], ["Seq Scan on jobs  (cost=0.00..1.00 rows=1 width=4)"]);
      case "EXPLAIN bare":
        return answer(["QUERY PLAN"], ["Seq Scan on jobs (actual rows=1.00 loops=1)"]);
      case "EXPLAIN json":
        return answer(["QUERY PLAN"], ['[\\n  {"Plan": 1}\\n]']);
      case "SELECT ": // PostgreSQL counts characters
        return refuse('column "größe" does not exist', {
          position: `${[...sql.slice(0, sql.indexOf("größe"))].length + 1}`,
        });
      case "CREATE INDEX":
        return { rows: [], tag: "CREATE INDEX" };
      case "SELECT wrong":
        return refuse('column "wrong" does not exist', { position: "8", hint: "Try another." });
      case "SELECT toomuch":
        throw new RangeError("Array buffer allocation failed");
      case "CREATE broken":
        return refuse("syntax error");
    }
    if (sql === "DROP TABLE jobs") this.dropped = true;
    if (this.dropped && sql.includes("EXECUTE newest")) return refuse('no relation "jobs"');
    if (!sql.startsWith("EXPLAIN")) return { rows: [], tag: "DELETE 3" };
    return answer(["QUERY PLAN"], ...plan.split("\\n").map((one) => [one]));
  }
}
""".replace("PLAN`", f"{PLAN}`", 1)

LISTING = """\
<figure class="listing" id="listing-{name}" data-path="snippets/pool/{name}.sql">
<div class="highlight"><pre tabindex="0"><code class="language-sql">\
<span class="line" data-line="3">EXPLAIN (ANALYZE)</span>
<span class="line" data-line="4">EXECUTE newest('failed');</span>
</code></pre></div><div class="runner" data-src="assets/postgres/{tables}.sql" data-runs="2">\
<button class="runner__open" type="button">Run it here</button>\
<p class="runner__cost" role="status">5.4 MB once.</p></div>\
<figcaption><span class="listing__path">snippets/pool/{name}.sql</span> \
<button class="copy" type="button" hidden>Copy</button></figcaption></figure>
<figure class="output output--joined" data-path="snippets/pool/{name}.out"><pre tabindex="0"><code>\
<span class="line"><span class="command">$ psql -f snippets/pool/{name}.sql</span></span>
{lines}
</code></pre><figcaption>printed by {name}.sql</figcaption></figure>
"""
PAGE = """\
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Listings that run</title><meta name="color-scheme" content="light dark">
<script src="assets/scheme.js"></script>
<link rel="stylesheet" href="assets/style.css"><link rel="stylesheet" href="assets/article.css">
<link rel="icon" href="assets/favicon.svg" type="image/svg+xml">
<script src="assets/script.js" defer></script></head><body class="article">
<main id="content"><article class="grid">
<header class="masthead"><h1>Listings that run</h1></header>
<div class="prose"><p>Text above.</p>
{listings}<p id="below">Text below.</p></div></article></main></body></html>
"""


def write_page(directory: Path) -> None:
    """Write the page, `index.html`, and what it loads: listings `works` and `broken`."""
    shutil.copytree(ROOT / "docs/assets", directory / "assets")
    package = directory / "assets/postgres/pglite"
    package.mkdir()
    (package / "index.js").write_text(PACKAGE, encoding="utf-8")
    module = gzip.compress(b"\0asm\x01\0\0\0")  # the smallest there is
    for name in ("pglite.wasm", "pglite.data", "cluster.tar"):
        (package / f"{name}.packed").write_bytes(module)
    tables = directory / "assets/postgres"
    (tables / "works.sql").write_text("CREATE TABLE jobs (id int);\nVACUUM jobs;\n")
    (tables / "broken.sql").write_text("CREATE broken;\n")
    lines = "\n".join(f'<span class="line">{line}</span>' for line in PLAN.split("\n"))
    listings = "".join(
        LISTING.format(name=name, tables=name, lines=lines.replace("->", "-&gt;"))
        for name in ("works", "broken")
    )
    text = PAGE.format(policy=POLICY, listings=listings)
    (directory / "index.html").write_text(text, encoding="utf-8")
    (directory / "404.html").write_text("not here", encoding="utf-8")
