// What the page cannot do by itself. Each part works alone, and the page reads well without any.

const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Storage may be forbidden; then nothing is remembered.
const remember = (key, value) => {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {}
};
const recall = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

// Color scheme: scheme.js set it before the first paint; here it is chosen.
for (const choice of all(".scheme input")) {
  choice.checked = choice.value === (root.dataset.scheme ?? "");
  choice.addEventListener("change", () => {
    if (choice.value) root.dataset.scheme = choice.value;
    else delete root.dataset.scheme;
    remember("scheme", choice.value);
  });
}

// Copy: exactly the code that the tests ran, so without the numbers of the notes.
const status = document.createElement("p");
status.className = "unseen";
status.role = "status";
document.body.append(status);
for (const button of all(".copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = button.closest("figure").querySelector("pre code").cloneNode(true);
    for (const note of all(".note", code)) note.remove();
    const copied = await navigator.clipboard.writeText(code.textContent).then(
      () => true,
      () => false,
    );
    button.textContent = status.textContent = copied ? "Copied" : "Not copied";
    setTimeout(() => {
      button.textContent = "Copy";
      status.textContent = "";
    }, 2000);
  });
}

// Tabs: a choice holds for all sets with a tab of that name, on this page and the next.
const sets = all(".tabbed-set").map((set) => {
  const names = all(".tabbed-labels > label", set).map((label) => label.textContent.trim());
  return { set, names, inputs: all(":scope > input", set) };
});
const choose = (name) => {
  for (const { names, inputs } of sets) {
    const input = inputs[names.indexOf(name)];
    if (input) input.checked = true;
  }
};
for (const { set, names, inputs } of sets) {
  set.addEventListener("change", ({ target }) => {
    const name = names[inputs.indexOf(target)];
    const before = set.getBoundingClientRect().top;
    choose(name);
    remember("tab", name);
    // Sets further up may have changed height: what was clicked stays where it is.
    scrollBy({ top: set.getBoundingClientRect().top - before, behavior: "instant" });
  });
}
choose(recall("tab"));

// Contents: the section being read is the last whose heading has passed the upper third.
const entries = all(".contents a");
if (entries.length) {
  // Beside the text the style sheet shows them unfolded already.
  if (matchMedia("(min-width: 64rem)").matches) document.querySelector(".contents").open = true;
  const headings = entries.map((entry) => document.getElementById(entry.hash.slice(1)));
  const passed = new Set();
  const mark = (changes) => {
    for (const { isIntersecting, target } of changes) passed[isIntersecting ? "add" : "delete"](target);
    const current = headings.findLast((heading) => passed.has(heading));
    for (const [at, entry] of entries.entries()) {
      if (current && headings[at] === current) entry.setAttribute("aria-current", "true");
      else entry.removeAttribute("aria-current");
    }
  };
  // It reaches far above the window: a jump over a whole section is noticed too.
  const observer = new IntersectionObserver(mark, { rootMargin: "1000000px 0px -66% 0px" });
  for (const heading of headings) if (heading) observer.observe(heading);
}

// Search, and PostgreSQL in the page: nothing of either is fetched before it is opened.
const script = document.currentScript.src;
for (const strip of all(".runner")) {
  const say = (text) => (strip.lastChild.textContent = text);
  const failed = () => say("It could not be loaded. Try again when you are online.");
  const open = () => {
    say("It is being loaded.");
    import(new URL("postgres/page.js", script)).then((page) => page.open(strip), failed);
  };
  strip.firstChild.addEventListener("click", open);
}
const search = () => import(new URL("search.js", script));
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  search().then((module) => module.open());
});
for (const link of all("[data-search]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("main .search")) return;
    event.preventDefault();
    search().then((module) => module.open());
  });
}
const form = document.querySelector("main .search");
if (form) search().then((module) => module.attach(form, new URLSearchParams(location.search).get("q")));
