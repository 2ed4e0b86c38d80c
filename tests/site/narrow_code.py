"""Code in a narrow window: each line is whole without scrolling sideways, and no row is empty."""

from __future__ import annotations

from playwright.sync_api import Page

WIDTH = 390  # pixels of a phone
# What is folded and what is behind a tab counts too.
ALL_CODE = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(".tabbed-set .tabbed-block { display: block }");
document.adoptedStyleSheets = [sheet];
for (const fold of document.querySelectorAll("details")) fold.open = true;
"""
HEIGHTS = """() => {
  const height = () => document.documentElement.scrollHeight;
  const wrapped = height();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("pre { white-space: pre !important }");
  document.adoptedStyleSheets.push(sheet);
  return [wrapped, height()];
}"""
# Wrapped lines may make a page longer, but not by much: else the type is too large for the code.
LONGEST = 1.1
# One range for all lines: the browser moves each that there is along at every change of the page.
BEGUN_BELOW = """all => {
  const first = document.createRange();
  const isBelow = (line) => {
    const text = line.textContent;
    const at = text.search(/\\S/);
    const words = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    let [passed, node] = [0, words.nextNode()];
    while (node && passed + node.length <= at) {
      passed += node.length;
      node = words.nextNode();
    }
    if (at < 0 || !line.checkVisibility()) return false;
    first.setStart(node, at - passed);
    first.setEnd(node, at - passed + 1);
    const top = first.getBoundingClientRect().top - line.getBoundingClientRect().top;
    return top > parseFloat(getComputedStyle(line).fontSize);
  };
  return all.filter(isBelow).map((line) => line.textContent);
}"""


def faults(window: Page) -> list[str]:
    """What is wrong with the code of the page in this window; what is folded or in a tab included.

    The page looks afterwards as before, but that all is unfolded.
    """
    wrapped, unwrapped = window.evaluate(HEIGHTS)
    found = [f"{wrapped} px of {unwrapped}"] if wrapped > LONGEST * unwrapped else []
    window.evaluate(ALL_CODE)
    scrolling = window.locator("pre").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth)"
        ".map((one) => one.textContent)"
    )
    found += [f"scrolls: {text}" for text in scrolling]
    begun = window.locator("pre .line").evaluate_all(BEGUN_BELOW)
    found += [f"begins in a row of its own: {text}" for text in begun]
    window.evaluate("document.adoptedStyleSheets = []")
    return found
