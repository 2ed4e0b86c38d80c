// Search, fetched when it is opened. An error message that a page declares leads to that page.
// Pagefind finds words in an index cut into small files; what it lacks is added here: words with a
// typo, and messages of which no page has all the words.

import { belonging, ending, likeMessage } from "./messages.js";

const SHOWN = 8;
const PAUSE_MS = 120;
const site = new URL("../", import.meta.url);

let engine;
const start = () => {
  engine ??= import(new URL("pagefind/pagefind.js", site)).then(async (pagefind) => {
    await pagefind.options({ excerptLength: 22 });
    await pagefind.init();
    return pagefind;
  });
  return engine;
};

let vocabulary;
const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
const known = () => {
  vocabulary ??= fetch(new URL("words.json", site))
    .then((answer) => answer.json())
    .then((texts) => [...new Set(texts.flatMap(words))].filter((word) => word.length > 3));
  return vocabulary;
};

let declared;
const messages = () => {
  declared ??= fetch(new URL("messages.json", site)).then((answer) => answer.json());
  return declared;
};

// How many letters to insert, delete, replace or swap to get from one word to the other.
const distance = (a, b) => {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + !same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
};

// The query with its misspelt words fixed, as far as a title, a description or a tag has them.
const corrected = async (query, misspelt) => {
  const dictionary = await known();
  const fix = (word) => {
    const lower = word.toLowerCase();
    if (!misspelt.has(lower) || dictionary.some((other) => other.startsWith(lower))) return word;
    // Names of the field are a letter or two from each other: gunicorn is no uvicorn.
    const allowed = lower.length < 10 ? 1 : 2;
    const near = dictionary
      .filter((other) => other[0] === lower[0] && Math.abs(other.length - lower.length) <= allowed)
      .map((other) => [distance(lower, other), other])
      .filter(([letters]) => letters <= allowed)
      .sort(([a], [b]) => a - b);
    return near[0]?.[1] ?? word;
  };
  return query.replace(/[\p{L}\p{N}_]+/gu, fix);
};

// The pages that hold most of the words, for a message of which some words are only this reader's.
const most = async (pagefind, query) => {
  const asked = [...new Set(words(query))].filter((word) => word.length > 2);
  const found = new Map();
  for (const { results } of await Promise.all(asked.map((word) => pagefind.search(word)))) {
    for (const result of results) {
      const page = found.get(result.id) ?? { result, words: 0, score: 0 };
      page.words += 1;
      page.score += result.score / results[0].score;
      found.set(result.id, page);
    }
  }
  return [...found.values()]
    .filter((page) => page.words >= Math.max(2, asked.length / 3))
    .sort((a, b) => b.score - a.score)
    .map(({ result }) => result);
};

const first = (results) => Promise.all(results.slice(0, SHOWN).map((result) => result.data()));

// Pagefind shortens a word that it does not know until something begins with it. So what it found is
// looked at: a word of the query of which no page has even the stem is taken for a typo.
const find = async (query) => {
  const [{ pages: errors, report }, pagefind] = await Promise.all([messages(), start()]);
  const own = belonging(query, errors);
  if (own.length) {
    const { results } = await pagefind.search(query);
    const known = own.map(({ url, title, description }) => ({
      url: new URL(url, site).pathname,
      meta: { title },
      excerpt: escaped(description),
    }));
    const others = (await first(results)).filter(({ url }) => !known.some((page) => page.url === url));
    const pages = [...known, ...others].slice(0, SHOWN);
    return { count: Math.max(pages.length, results.length), pages };
  }
  if (likeMessage(query)) {
    const pages = await first(await most(pagefind, ending(query)));
    return { count: pages.length, pages, report };
  }
  let { results } = await pagefind.search(query);
  let pages = await first(results);
  const text = pages.map((page) => `${page.meta.title} ${page.content}`.toLowerCase()).join(" ");
  const misspelt = words(query).filter(
    (word) => word.length > 4 && !text.includes(word.slice(0, Math.max(4, word.length - 2))),
  );
  const fixed = await corrected(query, new Set(misspelt));
  if (fixed !== query) {
    const close = await pagefind.search(fixed);
    if (close.results.length) {
      return { count: close.results.length, pages: await first(close.results), fixed };
    }
  }
  if (!results.length) {
    results = await most(pagefind, query);
    pages = await first(results);
  }
  return { count: results.length, pages };
};

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const escaped = (text) => {
  const holder = document.createElement("p");
  holder.textContent = text;
  return holder.innerHTML;
};

// Excerpts mark the words found with <mark>; everything else in them is text.
const excerpt = (html) => {
  const paragraph = element("p");
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const node of parsed.body.childNodes)
    paragraph.append(node.nodeName === "MARK" ? element("mark", {}, node.textContent) : node.textContent);
  return paragraph;
};

const entry = ({ url, meta, excerpt: html, sub_results: sections = [] }) => {
  const section = sections.find((part) => part.url !== url && part.url.includes("#"));
  return element(
    "li",
    {},
    element("a", { href: url }, meta.title),
    section ? element("a", { href: section.url, className: "search__section" }, section.title) : "",
    excerpt(section?.excerpt ?? html),
  );
};

/** Make a search form search while one types in it. */
export const attach = (form, query = "") => {
  const input = form.querySelector("input");
  const status = form.querySelector(".search__status");
  const list = form.querySelector(".search__results");
  let turn = 0;

  const show = async () => {
    const mine = ++turn;
    const asked = input.value.trim();
    if (!asked) {
      list.replaceChildren();
      status.textContent = "";
      return;
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    if (mine !== turn) return;
    try {
      const { count, pages, fixed, report } = await find(asked);
      if (mine !== turn) return;
      list.replaceChildren(...pages.map(entry));
      const found = `${count} page${count === 1 ? "" : "s"}`;
      if (report) {
        const nearest = count ? " Nearest:" : "";
        const link = element("a", { href: `${report}?title=${encodeURIComponent(asked.slice(-200))}` }, "Tell us");
        status.replaceChildren(`No page for this message (`, link, `).${nearest}`);
      } else if (fixed) status.textContent = `Nothing for “${asked}”; ${found} for “${fixed}”.`;
      else status.textContent = count ? found : `Nothing for “${asked}”.`;
    } catch {
      status.textContent = "The search index is not here: a built site has it, a preview does not.";
    }
  };

  input.addEventListener("focus", () => start().catch(() => {}), { once: true });
  input.addEventListener("input", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [input, ...list.querySelectorAll("a")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  if (query) {
    input.value = query;
    show();
  }
};

let dialog;
/** Open search over the page. */
export const open = () => {
  if (!dialog) {
    const form = element("form", { className: "search", action: new URL("search/", site).href });
    form.role = "search";
    form.append(
      element("label", { htmlFor: "search-everywhere" }, "Search articles, listings and error messages"),
      element("input", {
        id: "search-everywhere",
        name: "q",
        type: "search",
        autocomplete: "off",
        spellcheck: false,
        placeholder: "An error, a function, a word",
      }),
      element("button", {}, "Search"),
      element("p", { className: "search__status", role: "status" }),
      element("ol", { className: "search__results" }),
    );
    dialog = element("dialog", { className: "search-dialog", ariaLabel: "Search" }, form);
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("a")) dialog.close();
    });
    document.body.append(dialog);
    attach(form);
  }
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input").select();
};
