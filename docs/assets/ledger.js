// Words typed into the ledger leave the claims that have all of them; the filters need no script.

const field = document.querySelector(".seek");
const none = document.querySelector(".sayings__none");
const groups = [...document.querySelectorAll(".group")].map((group) => ({
  group,
  rows: [...group.querySelectorAll(".saying")].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
  })),
}));

const look = (typed) => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const { group, rows } of groups) {
    let here = 0;
    for (const { row, text } of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      here += !row.hidden;
    }
    group.hidden = !here;
    found += here;
  }
  none.textContent = found ? "" : "No claim has these words.";
};

if (field) {
  field.hidden = false;
  const input = field.querySelector("input");
  input.addEventListener("input", () => look(input.value));
}
