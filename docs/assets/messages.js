// Which error pages a pasted message belongs to. Each page declares the texts that it covers, with
// "…" for what varies, and "……" for the frames of a traceback between its caller and its message.
// Nothing here touches the document, so that a test can ask it directly.

const ANY = ".{0,200}?";
const FRAMES = ".*?";
const SHORTEST_PART = 10; // letters: less of a message says too little

const fold = (text) =>
  text
    .replace(/\u001b\[[\d;]*m/g, "")
    .replace(/[‘’`]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/(^|\s)(?:E {2,}|\+?\s*\| )/g, "$1")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
const pieces = (text) => fold(text).split("…").map((piece) => piece.trim());
const pattern = (text) => {
  const escaped = pieces(text).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const joined = escaped.join(ANY).replaceAll(ANY + ANY, FRAMES);
  return new RegExp(`(?<![\\w])${joined}(?![\\w])`, "g");
};

// Where each declared text stands in what was pasted.
const standing = (pasted, pages) =>
  pages.flatMap((page) =>
    page.texts.flatMap((text) =>
      [...pasted.matchAll(pattern(text))].map(({ index, 0: found }) => ({
        page,
        start: index,
        end: index + found.length,
      })),
    ),
  );
const within = (inner, outer) =>
  inner.page !== outer.page &&
  inner.start >= outer.start &&
  inner.end <= outer.end &&
  inner.end - inner.start < outer.end - outer.start;

// What is left where a message was cut: a part of a text, or a text of which only a part is there.
const partial = (pasted, pages) => {
  const share = (text) => {
    if (text.includes("……")) return 0; // a part of it may be of another caller
    const whole = pieces(text).join(" … ");
    const enough = pasted.length >= SHORTEST_PART && pasted.includes(" ");
    if (enough && whole.includes(pasted)) return pasted.length / whole.length;
    const long = pieces(text).filter((piece) => piece.split(/[^\w]+/).filter(Boolean).length > 3);
    return long.some((piece) => pasted.includes(piece)) ? 1 : 0;
  };
  return pages
    .map((page) => ({ page, share: Math.max(...page.texts.map(share)) }))
    .filter((found) => found.share)
    .sort((a, b) => b.share - a.share)
    .map((found) => found.page);
};

/** The error pages of a pasted message or traceback: that of what stands last comes first. */
export const belonging = (query, pages) => {
  const pasted = fold(query);
  const found = standing(pasted, pages);
  const last = found
    .filter((one) => !found.some((other) => within(one, other)))
    .sort((a, b) => b.end - a.end || a.start - b.start)
    .map((one) => one.page);
  return [...new Set(last.length ? last : partial(pasted, pages))];
};

const CLASS = /(?:^|[\s.(<'])[A-Z]\w*(?:Error|Exception|Warning|Timeout|Violation|Interrupt|Exit|Exists)\b/;
const LEVEL = /(?:^|\s)(?:ERROR|FATAL|PANIC|ERR|WRONGTYPE|NOAUTH|MOVED|OOM|READONLY|CRITICAL)[\s:]/;
const SAID =
  /traceback \(most recent|background on this error|errno|sqlstate|\b(?:cannot|can't|could not|does not exist|already exists|is not|must be|was never|refused|denied|violates|expected|too many|cancell?ing|has no attribute)\b/;

/** Whether somebody pasted a message rather than asked for a subject. */
export const likeMessage = (query) =>
  CLASS.test(query) ||
  LEVEL.test(query) ||
  /\/e\/\d+\/\w{4,5}\b/.test(query) ||
  (query.trim().split(/\s+/).length > 3 && SAID.test(fold(query)));

/** What to look for where no page belongs to it: the end, where a traceback has its error. */
export const ending = (query) => {
  const lines = query.split("\n").filter((line) => line.trim());
  return fold(lines.at(-1) ?? "").split(" ").slice(-24).join(" ");
};
