"""When each of our processors runs: the one table, with its neighbors.

Python-Markdown runs what has the higher priority first. No two are equal: of equals, the one that
happened to be registered first would run first. `tests/press/extensions/test_order.py` compares
the table with what mkdocs.yml registers.
"""

from __future__ import annotations

# Preprocessors: the lines of the page, before it is taken apart.
EXCERPTS = 300  # first: of an article in a list nothing is left
PAGE_FINDINGS = 201  # the checks know the lines as the author wrote them
LINES = 200  # keeps those lines for problems that are found later
LISTINGS = 40  # before `snippet` (32), which would replace includes by text without a source
# then normalize_whitespace (30), fenced_code_block (25, superfences), html_block (20)

# Inline patterns: the text of paragraphs, cells and headings.
# first backtick (190) and footnote (175): a number in a code span stays as it is written
NUMBERS = 174  # before `reference` (170) and `link` (160), for which brackets are theirs

# Tree processors: the page as a tree of elements.
# first footnote (50), inline (20), footnote-duplicate (15)
MATHS = 14  # after `inline`, which would read TeX as emphasis
TABLE_ALIGNMENT = 13  # the cells exist
TABLE_BOXES = 12  # and their tables
SOURCES = 11  # the heading has its text, and the list its entries
# then prettify (10), attr_list (8), abbr (7), smarty (6)
PAGE_NUMBERS = 5.5  # ids of headings without their numbers: before `toc` (5), after `attr_list`
PAGE_PROBLEMS = 1  # after `toc`: what is wrong with a page stands above all of it
# then unescape (0)
