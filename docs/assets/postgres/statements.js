// Where a statement ends and the next begins, as psql sees it: at a semicolon, but not at one in a
// quote or a comment.
const APART =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"[^"]*(?:"|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|;/g;
// What stands before the first word of a statement.
const BLANK = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

// The statements of a text, each with the place where it begins.
export const statements = (text) => {
  const found = [];
  const add = (start, end) => {
    const at = start + BLANK.exec(text.slice(start, end))[0].length;
    const sql = text.slice(at, end).trim();
    if (sql) found.push({ sql, at });
  };
  let start = 0;
  for (const { 0: part, index } of text.matchAll(APART)) {
    if (part !== ";") continue;
    add(start, index);
    start = index + 1;
  }
  add(start, text.length);
  return found;
};
