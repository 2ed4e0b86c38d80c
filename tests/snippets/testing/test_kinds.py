"""Each kind of test is green on the shop as it is, and red on the defects that it is for."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError

from lab.experiment import Setting
from snippets.testing import shop, store
from snippets.testing.experiments._defects import CLEAN, CONTROLS, DEFECTS, Change, Defect
from snippets.testing.experiments._service import changed, load
from snippets.testing.experiments.matrix import ALL, EMPTY, EXPERIMENT, KINDS, execute
from snippets.testing.naive_happy import shop_sells

FOR = {
    "mocks": ["status"],
    "happy": ["status", "sql"],
    "contract": ["column"],
    "count": ["each"],
    "fuzz": ["schema"],
    "model": ["again"],
    "overlap": ["taken", "lost"],
    "wait": ["blocked"],
    "one": ["second"],
    "dying": ["halves", "late"],
}
# It compares times: on a machine that had something else to do, once may not show the defect.
TIMES = {"wait": 3}
Tried = Callable[[Defect], Awaitable[None]]


@pytest.fixture
def tried(worker_dsn: str) -> Callable[[str], Tried]:
    """`tried(kind)(defect)` runs that kind of test on a shop with the defect, on empty tables."""
    url = make_url(worker_dsn).set(drivername="postgresql+asyncpg")
    shown = url.render_as_string(hide_password=False)

    async def run(kind: str, defect: Defect) -> None:
        # To be sure of a defect takes many requests, which end with the first that shows it.
        conditions = dict(EXPERIMENT.conditions)
        if defect is CLEAN:
            conditions["requests"] = EXPERIMENT.rehearsal["requests"]
        setting = Setting(conditions=conditions, postgres=worker_dsn)
        await execute(shown, EMPTY)
        try:
            await KINDS[kind][1](setting, load(defect), shown)
        finally:
            await execute(shown, EMPTY)

    return lambda kind: partial(run, kind)


async def test_the_shop_that_is_shown_sells(worker_dsn: str) -> None:
    url = make_url(worker_dsn).set(drivername="postgresql+asyncpg")
    shown = url.render_as_string(hide_password=False)
    await execute(shown, (*EMPTY, *store.MIGRATIONS))
    try:
        await shop_sells(partial(shop.create_app, shown))
    finally:
        await execute(shown, EMPTY)


@pytest.mark.parametrize("kind", KINDS)
async def test_without_a_defect_it_is_green(kind: str, tried: Callable[[str], Tried]) -> None:
    await tried(kind)(CLEAN)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in FOR.items() for name in names]
)
async def test_with_a_defect_that_it_is_for_it_is_red(
    kind: str, name: str, tried: Callable[[str], Tried]
) -> None:
    with pytest.raises((AssertionError, ValueError)):  # or an answer that is no JSON
        await repeated(partial(tried(kind), ALL[name]), TIMES.get(kind, 1))


async def repeated(trial: Callable[[], Awaitable[None]], times: int) -> None:
    for _ in range(times):
        await trial()


async def test_rows_refuse_a_migration_that_an_empty_table_takes(
    tried: Callable[[str], Tried],
) -> None:
    with pytest.raises(IntegrityError, match="contains null values"):
        await tried("migration")(DEFECTS["rows"])


@pytest.mark.naive("snippets/testing/naive_mocks.py")
@pytest.mark.parametrize("name", ["sql", "lost"])
async def test_mocks_are_green_whatever_the_store_does(
    name: str, tried: Callable[[str], Tried]
) -> None:
    await tried("mocks")(ALL[name])


@pytest.mark.naive("snippets/testing/naive_happy.py")
@pytest.mark.parametrize("name", ["lost", "halves", "second"])
async def test_a_happy_path_is_green_where_it_takes_two_or_a_fault(
    name: str, tried: Callable[[str], Tried]
) -> None:
    await tried("happy")(ALL[name])


async def test_what_is_noted_is_what_ran() -> None:
    service = load(CLEAN)
    assert service.ran == set()
    service.create_app("postgresql+asyncpg://nowhere")
    source = changed("shop", CLEAN).splitlines()
    ran = {source[int(line.partition(":")[2]) - 1].strip() for line in service.ran}
    assert "app = FastAPI(lifespan=lifespan)" in ran
    assert "yield" not in ran
    assert 0 < service.covered < 0.2


@pytest.mark.parametrize("name", ALL)
def test_a_defect_changes_the_shop(name: str) -> None:
    """Each of its changes is there once, and what comes of it is other source that compiles."""
    load(ALL[name])
    modules = {change.module for change in ALL[name].changes}
    assert all(changed(module, ALL[name]) != changed(module, CLEAN) for module in modules)


def test_a_change_of_what_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError, match="not there once: 'no such line'"):
        load(Defect("stale", (Change("shop", "no such line", ""),)))


def test_a_defect_is_no_control() -> None:
    assert not CONTROLS.keys() & DEFECTS.keys()
    assert len(DEFECTS) == 11
