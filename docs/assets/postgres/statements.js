// Where a statement ends and the next begins, as psql sees it: at a semicolon, but not at one in a
// quote, a comment, parentheses, or the body of a function that is written in SQL.
const TOKEN =
  /\s+|--[^\n]*|\/\*|[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"[^"]*(?:"|$)|\$([\p{L}_][\p{L}\p{N}_]*)?\$[\s\S]*?(?:\$\1\$|$)|[\p{L}_][\p{L}\p{N}_$]*|[\s\S]/uy;
const MARK = /\/\*|\*\/|$/g;
const ROUTINE = /^create (?:or replace )?(?:function|procedure)\b/;

// Where the comment at a place ends: it may have others in it.
const afterComment = (text, place) => {
  let depth = 0;
  for (const { 0: mark, index } of text.slice(place).matchAll(MARK)) {
    depth += mark === "/*" ? 1 : -1;
    if (depth === 0 || !mark) return place + index + mark.length;
  }
};

// The statements of a text, each with the place where it begins.
export const statements = (text) => {
  const found = [];
  let at, parentheses, bodies, words;
  const begin = () => ([at, parentheses, bodies, words] = [undefined, 0, 0, ""]);
  const end = (place) => {
    if (at !== undefined) found.push({ sql: text.slice(at, place).trim(), at });
    begin();
  };
  begin();
  for (let place = 0; place < text.length; ) {
    const start = (TOKEN.lastIndex = place);
    const [token] = TOKEN.exec(text);
    place = token === "/*" ? afterComment(text, start) : start + token.length;
    if (token === "/*" || token.startsWith("--") || !token.trim()) continue;
    if (token === ";" && parentheses <= 0 && !bodies) {
      end(start);
      continue;
    }
    at ??= start;
    parentheses += { "(": 1, ")": -1 }[token] ?? 0;
    const word = token.toLowerCase();
    words += `${word} `;
    if (!ROUTINE.test(words)) continue;
    if (word === "begin" || (bodies && word === "case")) bodies += 1;
    else if (bodies && word === "end") bodies -= 1;
  }
  end(text.length);
  return found;
};
