"""A listing that runs in the page, from closed to each end that a run may have.

PostgreSQL is a stand-in here, so that these tests need no npm; `test_postgres.py` has the real one.
Where there is no Chromium they are skipped and say so; CI installs one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.site.conftest import QuietHandler, served
from tests.site.runner import PLAN, write_page

COLORS = ["color-contrast"]  # all that the dark scheme changes
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) {
    if (!hadRecentInput) shifts.push(value);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
SAID = """
window.said = [];
new MutationObserver(() => {
  for (const one of document.querySelectorAll(".runner__says")) {
    if (one.textContent && said.at(-1) !== one.textContent) said.push(one.textContent);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
VIOLATIONS = """async (options) => {
  const { violations } = await axe.run({ resultTypes: ["violations"], ...options });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}"""
WIDTH = "[document.documentElement.scrollWidth, innerWidth]"
BELOW = "document.getElementById('below').getBoundingClientRect().top + scrollY"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is."""
    directory = tmp_path_factory.mktemp("runner")
    write_page(directory)
    with served(directory, QuietHandler) as address:
        yield address


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Windows on a desk."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, home: str) -> Iterator[Page]:
    """The page in a window of its own, as it was loaded; nothing of it is kept for the next."""
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.add_init_script(SAID)
    page.goto(home)
    yield page
    page.close()


@pytest.fixture(scope="module")
def modules(context: BrowserContext, home: str) -> Iterator[Page]:
    """A page for what its scripts work out, which shows nothing."""
    page = context.new_page()
    page.goto(home)
    yield page
    page.close()


class Listing:
    """A listing, and what a reader does with it."""

    def __init__(self, page: Page, name: str = "works") -> None:
        self.figure = page.locator(f"#listing-{name}")
        self.text = self.figure.get_by_role("textbox")
        self.says = self.figure.get_by_role("status")
        self.result = self.figure.get_by_role("region", name="Result of")
        self.note = self.result.locator(".runner__note")

    def button(self, name: str) -> Locator:
        """One of its buttons."""
        return self.figure.get_by_role("button", name=name, exact=True)

    def open(self) -> Listing:
        """Click, and wait for the end of the first run."""
        self.button("Run it here").click()
        return self.ended()

    def ended(self) -> Listing:
        """Wait for the end of a run."""
        expect(self.figure).to_have_attribute("aria-busy", "false")
        return self

    def run(self, sql: str) -> Listing:
        """Run another text."""
        self.text.fill(sql)
        self.button("Run").click()
        return self.ended()


@pytest.fixture
def works(page: Page) -> Listing:
    """A listing that was opened and ran."""
    return Listing(page).open()


def test_nothing_is_loaded_before_the_click_and_then_only_from_here(page: Page, home: str) -> None:
    before = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert [url for url in before if "postgres" in url] == []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    Listing(page).open()
    assert asked
    assert [url for url in asked if not url.startswith(f"{home}assets/")] == []


def test_the_steps_are_announced_by_name_each_once(page: Page) -> None:
    Listing(page).open()
    assert page.evaluate("said") == [
        "Step 1 of 4: Fetching PostgreSQL.",
        "Step 2 of 4: Starting PostgreSQL.",
        "Step 3 of 4: Making the tables.",
        "Step 4 of 4: Running the statement.",
        "1,479 buffers.",
    ]


def test_the_plan_is_shown_as_text_and_as_a_drawing(works: Listing) -> None:
    assert works.result.locator("pre").inner_text().rstrip("\n") == PLAN
    drawing = works.result.get_by_role("img")
    assert drawing.get_attribute("aria-label") == (
        "Limit 10 rows: 0 buffers; Index Scan Backward jobs_created: 1,479 buffers"
    )
    assert works.result.locator(".plan__note").text_content() == (
        "19,900 rows read and thrown away"
    )
    expect(works.note).to_have_text("Same nodes and buffers as the transcript below.")


def test_tables_are_made_statement_by_statement_before_the_readers_own(works: Listing) -> None:
    works.run("SELECT executed")
    assert works.result.locator("td").all_inner_texts() == [
        "SET timezone = 'UTC'",
        "CREATE TABLE jobs (id int)",
        "VACUUM jobs",
        "ROLLBACK",
        "DEALLOCATE ALL",
        *["EXPLAIN (ANALYZE) EXECUTE newest('failed')"] * 2,
        "ROLLBACK",
        "DEALLOCATE ALL",
        "SELECT executed",
    ]


def test_what_would_write_runs_once(works: Listing) -> None:
    works.run("EXPLAIN ANALYZE DELETE FROM jobs; SELECT executed")
    works.run("EXPLAIN ANALYZE DELETE FROM jobs")
    works.run("SELECT executed")
    deleted = [one for one in works.result.locator("td").all_inner_texts() if "DELETE" in one]
    assert len(deleted) == 2


def test_what_is_prepared_to_write_runs_once(works: Listing) -> None:
    works.run("PREPARE p AS INSERT INTO jobs VALUES (1); EXPLAIN ANALYZE EXECUTE p")
    works.run("SELECT executed")
    executed = works.result.locator("td").all_inner_texts()
    assert executed.count("EXPLAIN ANALYZE EXECUTE p") == 1


@pytest.mark.parametrize("sql", ["EXPLAIN unexecuted", "EXPLAIN bare (ANALYZE, BUFFERS OFF)"])
def test_a_plan_that_says_no_buffers_has_none(works: Listing, sql: str) -> None:
    works.run(sql)
    expect(works.says).to_have_text("Buffers are counted for EXPLAIN (ANALYZE), as text.")
    assert works.result.get_by_role("img").count() == 0


def test_a_plan_in_another_format_is_shown_line_by_line(works: Listing) -> None:
    works.run("EXPLAIN json")
    expect(works.says).to_have_text("Buffers are counted for EXPLAIN (ANALYZE), as text.")
    assert works.result.locator(".line").all_inner_texts() == ["[", '  {"Plan": 1}', "]"]


def test_a_plan_that_writes_says_what_it_read(works: Listing) -> None:
    works.run("EXPLAIN ANALYZE DELETE FROM jobs")
    expect(works.says).to_have_text("1,479 buffers.")


def test_what_is_only_called_a_plan_is_no_plan(works: Listing) -> None:
    works.run("SELECT plan")
    expect(works.note).to_have_text("Your statement: the transcript below is of the printed one.")


def test_rows_are_a_table(works: Listing) -> None:
    works.run("SELECT id, name FROM jobs")
    expect(works.says).to_have_text("2 rows.")
    table = works.result.get_by_role("table", name="Rows that the statement returned")
    assert table.locator("tr").all_inner_texts() == ["id\tname", "1\ta", "22\tnull"]
    assert table.locator(".align-right").count() == 3
    expect(works.note).to_have_text("Your statement: the transcript below is of the printed one.")


def test_of_many_rows_the_first_are_shown(works: Listing) -> None:
    works.run("SELECT many")
    expect(works.says).to_have_text("The first 200 rows; there are more.")
    assert works.result.locator("tbody tr").count() == 200


def test_rows_that_change_are_counted(works: Listing) -> None:
    works.run("DELETE FROM jobs")
    expect(works.says).to_have_text("Done: 3 rows changed.")


def test_what_changes_no_rows_is_named(works: Listing) -> None:
    works.run("CREATE INDEX ON jobs (id)")
    expect(works.says).to_have_text("Done: CREATE INDEX.")


def test_of_a_long_value_the_beginning_is_shown(works: Listing) -> None:
    works.run("SELECT long")
    text = works.result.locator("td").inner_text()
    assert text == f"{'x' * 1000}… (20,000 characters)"


@pytest.mark.parametrize("sql", ["COPY jobs FROM STDIN", "copy (SELECT 1) to stdout"])
def test_a_page_has_no_input_and_output_for_copy(works: Listing, sql: str) -> None:
    works.run(f"SELECT id;\n{sql}")
    expect(works.says).to_contain_text("The page refused it at line 2, character 1.")
    works.run("SELECT executed")
    assert sql not in works.result.locator("td").all_inner_texts()


def test_no_statement_is_said_to_be_none(works: Listing) -> None:
    works.run("-- nothing\n")
    expect(works.says).to_have_text("There is no statement.")


def test_what_is_refused_is_shown_in_its_place(works: Listing) -> None:
    works.run("SELECT id;\n\n  SELECT wrong FROM jobs;")
    said = 'PostgreSQL refused it at line 3, character 10. column "wrong" does not exist'
    expect(works.says).to_have_text(said)
    assert works.text.get_attribute("aria-invalid") == "true"
    assert works.result.locator(".line").all_inner_texts() == [
        'ERROR:  column "wrong" does not exist',
        "LINE 3:   SELECT wrong FROM jobs;",
        "HINT:  Try another.",
    ]
    assert works.result.locator("mark").inner_text() == "wrong"
    expect(works.note).to_have_text("SQLSTATE 42703")
    works.run("SELECT id")
    assert works.text.get_attribute("aria-invalid") is None


def test_a_place_is_counted_in_characters_and_a_word_may_have_any_letters(works: Listing) -> None:
    works.run("SELECT '😀😀', größe FROM jobs")
    expect(works.says).to_contain_text("refused it at line 1, character 14.")
    assert works.result.locator("mark").inner_text() == "größe"


def test_the_printed_statement_that_is_refused_says_what_makes_its_tables(works: Listing) -> None:
    printed = works.text.input_value()
    works.run("DROP TABLE jobs")
    works.run(printed)
    expect(works.note.last).to_have_text("Reset makes the tables anew.")


def test_tables_that_cannot_be_made_are_an_end_that_can_be_tried_again(page: Page) -> None:
    broken = Listing(page, "broken").open()
    expect(broken.says).to_have_text("PostgreSQL did not start. Run tries again.")
    expect(broken.note).to_have_text("The tables cannot be made: syntax error")
    broken.button("Run").click()
    broken.ended()
    expect(broken.says).to_have_text("PostgreSQL did not start. Run tries again.")


def test_a_file_that_does_not_come_is_an_end_that_can_be_tried_again(page: Page) -> None:
    page.route("**/*.packed", lambda route: route.fulfill(status=503))
    works = Listing(page).open()
    expect(works.says).to_have_text("PostgreSQL did not start. Run tries again.")
    expect(works.note).to_have_text("503 for pglite/pglite.wasm.packed")
    page.unroute("**/*.packed")
    works.button("Run").click()
    expect(works.says).to_have_text("1,479 buffers.")


def test_a_worker_that_does_not_load_is_an_end_that_can_be_tried_again(page: Page) -> None:
    page.route("**/pglite/index.js", lambda route: route.abort())
    works = Listing(page).open()
    expect(works.says).to_have_text("PostgreSQL did not start. Run tries again.")


def test_a_page_script_that_does_not_come_leaves_the_button(page: Page) -> None:
    page.route("**/plan.js", lambda route: route.abort())
    works = Listing(page)
    works.button("Run it here").click()
    expect(works.figure.locator(".runner__cost")).to_have_text(
        "It could not be loaded. Try again when you are online."
    )


def test_a_statement_that_breaks_postgresql_is_an_end_that_can_be_tried_again(
    works: Listing,
) -> None:
    works.run("SELECT toomuch")
    expect(works.says).to_have_text("PostgreSQL broke off. Run starts it again.")
    expect(works.note).to_have_text("Array buffer allocation failed")
    works.run("SELECT id")
    expect(works.says).to_have_text("2 rows.")


def test_stop_ends_postgresql_and_keeps_the_text(page: Page, works: Listing) -> None:
    works.text.fill("SELECT never")
    works.button("Run").click()
    expect(works.figure).to_have_attribute("aria-busy", "true")
    (worker,) = page.workers
    with worker.expect_event("close"):
        works.button("Stop").click()
    expect(works.says).to_have_text("Stopped. Your text is kept.")
    assert works.text.input_value() == "SELECT never"
    works.run("SELECT id")
    expect(works.says).to_have_text("2 rows.")


def test_reset_brings_back_the_printed_text_and_new_tables(works: Listing) -> None:
    works.run("SELECT id")
    works.button("Reset").click()
    assert works.text.input_value() == "EXPLAIN (ANALYZE)\nEXECUTE newest('failed');"
    works.run("SELECT executed")
    assert works.result.locator("td").all_inner_texts().count("VACUUM jobs") == 1


def test_one_listing_of_a_page_runs_at_a_time(page: Page, works: Listing) -> None:
    (worker,) = page.workers
    with worker.expect_event("close"):
        Listing(page, "broken").button("Run it here").click()
    expect(works.says).to_have_text("Stopped: another listing of this page runs now.")


def test_all_of_it_works_by_keyboard(page: Page) -> None:
    works = Listing(page)
    works.button("Run it here").focus()
    page.keyboard.press("Enter")
    works.ended()
    expect(works.button("Run")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(works.text).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT id")
    page.keyboard.press("Control+Enter")
    expect(works.says).to_have_text("2 rows.")
    for name in ("Run", "Reset", "Stop"):
        page.keyboard.press("Tab")
        expect(works.button(name)).to_be_focused()
    page.keyboard.press("Tab")
    expect(works.result).to_be_focused()


def test_a_result_that_is_longer_than_its_room_can_be_unfolded(works: Listing) -> None:
    works.run("SELECT many")
    works.button("Show all of it").click()
    assert works.result.evaluate("one => one.scrollHeight - one.clientHeight") <= 1


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_after_the_click(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    works = Listing(page)
    works.button("Run it here").click()
    expect(works.result).to_be_visible()
    place = page.evaluate(BELOW)
    works.ended()
    assert page.evaluate(BELOW) == place
    for sql in ("SELECT id", "SELECT many", "SELECT wrong", "SELECT id;"):
        works.run(sql.ljust(30) + "\n")
        works.text.fill("EXPLAIN (ANALYZE)\nEXECUTE newest('failed');")
        assert page.evaluate(BELOW) == place
    works.button("Reset").click()
    assert page.evaluate(BELOW) == place
    assert page.evaluate("shifts") == []


def test_on_a_phone_the_text_is_not_zoomed_and_nothing_scrolls_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    works = Listing(page).open()
    assert works.text.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 16
    assert works.result.evaluate("one => one.scrollWidth <= one.clientWidth")
    full, shown = page.evaluate(WIDTH)
    assert full <= shown


@pytest.mark.parametrize("width", [390, 1440])
def test_everybody_can_read_every_state(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(Axe().axe_script)

    def obstacles() -> list[str]:
        full, shown = page.evaluate(WIDTH)
        assert full <= shown
        found: list[str] = page.evaluate(VIOLATIONS, {})
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {one}" for one in page.evaluate(VIOLATIONS, {"runOnly": COLORS})]
        page.emulate_media(color_scheme="light")
        return found

    works = Listing(page)
    assert obstacles() == [], "closed"
    page.route("**/*.packed", lambda route: None)  # never answered
    works.button("Run it here").click()
    expect(works.says).to_have_text("Step 1 of 4: Fetching PostgreSQL.")
    assert obstacles() == [], "loading"
    page.unroute("**/*.packed")
    works.button("Reset").click()
    assert obstacles() == [], "reset"
    works.button("Run").click()
    assert works.ended()
    assert obstacles() == [], "plan"
    for sql in ("SELECT id", "SELECT many", "SELECT wrong"):
        works.run(sql)
        assert obstacles() == [], sql
    works.text.fill("SELECT never")
    works.button("Run").click()
    expect(works.result.locator("[aria-current]")).to_contain_text("Running the statement")
    assert obstacles() == [], "running"
    works.button("Stop").click()
    assert obstacles() == [], "stopped"
    Listing(page, "broken").open()
    assert obstacles() == [], "failed"


def test_on_paper_the_listing_is_as_it_was_printed(page: Page, works: Listing) -> None:
    page.emulate_media(media="print")
    for gone in (works.figure.locator(".runner"), works.text, works.result):
        expect(gone).to_be_hidden()
    expect(works.figure.locator(".highlight")).to_be_visible()


def test_without_script_there_is_no_button(browser: Browser, home: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(home)
    expect(page.locator(".runner").first).to_be_hidden()
    expect(page.locator("#listing-works .highlight")).to_be_visible()
    context.close()


ROUTINE = """\
CREATE OR REPLACE FUNCTION f() RETURNS int
BEGIN ATOMIC SELECT CASE WHEN a THEN b END; c; END"""
STATEMENTS = {
    "one; two": ["one", "two"],
    "SELECT ';' ; b": ["SELECT ';'", "b"],
    "SELECT 'it''s;' ; b": ["SELECT 'it''s;'", "b"],
    "SELECT E'a\\\\';' ; b": ["SELECT E'a\\\\'", "' ; b"],
    "SELECT E'a\\';' ; b": ["SELECT E'a\\';'", "b"],
    'SELECT ";" ; b': ['SELECT ";"', "b"],
    "-- no; here\nSELECT 1; /* nor; here */ b": ["SELECT 1", "b"],
    "SELECT 1 -- no; here\n; b": ["SELECT 1 -- no; here", "b"],
    "DO $$ a; b $$; c": ["DO $$ a; b $$", "c"],
    "DO $x$ a; $$ ; $x$; SELECT $1; c": ["DO $x$ a; $$ ; $x$", "SELECT $1", "c"],
    "/* a /* b; */ c; */ SELECT 1; d": ["SELECT 1", "d"],
    "SELECT 1 /* open; ": ["SELECT 1 /* open;"],
    "CREATE RULE r AS ON INSERT TO a DO ALSO (b; c); d": [
        "CREATE RULE r AS ON INSERT TO a DO ALSO (b; c)",
        "d",
    ],
    "SELECT a$b$; SELECT $1; c$b$": ["SELECT a$b$", "SELECT $1", "c$b$"],
    f"{ROUTINE}; d": [ROUTINE, "d"],
    "BEGIN; a; END": ["BEGIN", "a", "END"],
    ";; -- nothing": [],
}


@pytest.mark.parametrize(("text", "expected"), STATEMENTS.items())
def test_statements_end_where_psql_ends_them(modules: Page, text: str, expected: list[str]) -> None:
    found = modules.evaluate(
        """(text) => import("/assets/postgres/statements.js").then(({ statements }) =>
          statements(text).map(({ sql, at }) => [sql, text.startsWith(sql, at)]))""",
        text,
    )
    assert found == [[sql, True] for sql in expected]


PLANS = {
    "siblings": (
        """\
Nested Loop (actual rows=5.00 loops=1)
  Buffers: shared hit=12 read=3
  ->  Seq Scan on a (actual rows=5.00 loops=1)
        Buffers: shared hit=2
  ->  Index Only Scan using b_pkey on b b_1 (actual rows=1.00 loops=5)
        Buffers: shared hit=10 read=3""",
        [
            ["Nested Loop", "5 rows", 0, 0],
            ["Seq Scan", "a", 1, 2],
            ["Index Only Scan", "b_pkey", 1, 13],
        ],
    ),
    "a plan within a plan, and what follows": (
        """\
Sort (actual rows=1.00 loops=1)
  Sort Key: (count(*))
  Buffers: shared hit=9, temp read=2 written=2
  InitPlan 1
    ->  Limit (actual rows=1.00 loops=1)
          Buffers: shared hit=1
          ->  Seq Scan on b (actual rows=1.00 loops=1)
                Buffers: shared hit=1
  ->  Bitmap Heap Scan on a (actual rows=1.00 loops=1)
        Buffers: shared hit=8
        ->  Bitmap Index Scan on a_x (actual rows=1.00 loops=1)
              Buffers: shared hit=8
Planning:
  Buffers: shared hit=400""",
        [
            ["Sort", "1 row", 0, 0],
            ["Limit", "1 row", 1, 0],
            ["Seq Scan", "b", 2, 1],
            ["Bitmap Heap Scan", "a", 1, 0],
            ["Bitmap Index Scan", "a_x", 2, 8],
        ],
    ),
    "an InitPlan counts where it is asked for": (
        """\
Update on jobs (actual rows=0.00 loops=1)
  Buffers: shared hit=15
  InitPlan 2
    ->  Result (actual rows=1.00 loops=1)
          Buffers: shared hit=3
          InitPlan 1
            ->  Limit (actual rows=1.00 loops=1)
                  Buffers: shared hit=3
  ->  Index Scan using jobs_pkey on jobs (actual rows=1.00 loops=1)
        Index Cond: (id = (InitPlan 2).col1)
        Buffers: shared hit=6""",
        [
            ["Update", "jobs", 0, 9],
            ["Result", "1 row", 1, 0],
            ["Limit", "1 row", 2, 3],
            ["Index Scan", "jobs_pkey", 1, 3],
        ],
    ),
    "a CTE counts where it is scanned": (
        """\
Aggregate (actual rows=1.00 loops=1)
  Buffers: shared hit=9
  CTE c
    ->  Index Scan using jobs_failed on jobs (actual rows=100.00 loops=1)
          Buffers: shared hit=9
  ->  CTE Scan on c d (actual rows=100.00 loops=1)
        Buffers: shared hit=9""",
        [
            ["Aggregate", "1 row", 0, 0],
            ["Index Scan", "jobs_failed", 1, 9],
            ["CTE Scan", "c", 1, 0],
        ],
    ),
    "a CTE that is scanned twice": (
        """\
Hash Join (actual rows=5.00 loops=1)
  Buffers: shared hit=9
  CTE c
    ->  Seq Scan on jobs (actual rows=100.00 loops=1)
          Buffers: shared hit=9
  ->  CTE Scan on c a (actual rows=5.00 loops=1)
        Buffers: shared hit=2
  ->  Hash (actual rows=99.00 loops=1)
        Buffers: shared hit=7
        ->  CTE Scan on c b (actual rows=99.00 loops=1)
              Buffers: shared hit=7""",
        [],
    ),
    "temporary tables count, temporary files do not": (
        """\
Sort (actual rows=1.00 loops=1)
  Buffers: shared hit=1, local hit=4 read=2, temp read=50 written=50
  ->  Seq Scan on a (actual rows=1.00 loops=1)
        Buffers: local hit=4 read=2""",
        [["Sort", "1 row", 0, 1], ["Seq Scan", "a", 1, 6]],
    ),
    "not executed": ("Limit (cost=0.00..1.00 rows=1 width=4)\n  ->  Seq Scan on a", []),
}


@pytest.mark.parametrize(("text", "expected"), PLANS.values(), ids=PLANS.keys())
def test_a_node_has_its_own_buffers_those_below_it_taken_away(
    modules: Page, text: str, expected: list[list[object]]
) -> None:
    found = modules.evaluate(
        """(text) => import("/assets/postgres/plan.js").then(({ nodes }) =>
          nodes(text.split("\\n")).map(({ name, of, depth, own }) => [name, of, depth, own]))""",
        text,
    )
    assert found == expected


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (PLAN, 1479),
        ("Sort (actual rows=1.00 loops=1)\n  Buffers: shared hit=9, temp read=50 written=2", 9),
        ("Aggregate (actual rows=1.00 loops=1)\n  Buffers: local hit=64", 64),
        ("Result (actual rows=1.00 loops=1)\nPlanning:\n  Buffers: shared hit=3", 0),
        ("Result  (cost=0.00..0.01 rows=1 width=4)\nPlanning:\n  Buffers: shared hit=3", None),
        ("[", None),
    ],
)
def test_a_plan_read_what_its_first_node_says(modules: Page, text: str, read: int | None) -> None:
    found = modules.evaluate(
        """(text) => import("/assets/postgres/plan.js").then(({ total }) =>
          total(text.split("\\n")) ?? null)""",
        text,
    )
    assert found == read


def test_rows_thrown_away_are_those_of_all_loops(modules: Page) -> None:
    note = modules.evaluate(
        """() => import("/assets/postgres/plan.js").then(({ nodes, drawing }) =>
          drawing(nodes([
            "Seq Scan on a (actual rows=2.67 loops=3)",
            "  Rows Removed by Filter: 17143",
            "  Buffers: shared hit=169",
          ])).querySelector(".plan__note").textContent)"""
    )
    assert note == "about 51,429 rows read and thrown away"


def test_a_click_is_answered_before_anything_has_come(page: Page) -> None:
    page.route("**/page.js", lambda route: None)
    works = Listing(page)
    works.button("Run it here").click()
    expect(works.says).to_have_text("It is being loaded.")


def test_the_first_step_is_shown_before_the_worker_has_come(page: Page) -> None:
    page.route("**/worker.js", lambda route: None)
    works = Listing(page)
    works.button("Run it here").click()
    expect(works.says).to_have_text("Step 1 of 4: Fetching PostgreSQL.")
    expect(works.result.locator("[aria-current]")).to_contain_text("Fetching PostgreSQL")
