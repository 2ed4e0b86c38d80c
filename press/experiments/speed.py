"""How long an author waits for a site of 15, 300 and 1,000 articles, ours and stock Material.

The same synthetic articles are shown by `mkdocs serve` of both. Processor
time is that of the server: until it has shown the first page, and until it
has shown a change after a rebuild of everything. Then one article is
changed once more, under the command that the README gives to its author.
Stock Material is not asked for 1,000: it takes five minutes, and no claim is
about it.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from lab.experiment import Claim, Experiment, Metric, Quantity, Round, Setting, Values, Variant
from press.experiments import _synthetic

SIZES = (15, 300, 1_000)
POLLED_EVERY_S = 0.01
GIVEN_UP_AFTER_S = 900.0
# How often a preview looks for changes: a change must not always meet the same moment.
PHASE_S = 0.5

Write = Callable[[Path, int], None]
PAGE = _synthetic.article(Path(), 0).as_posix()
ADDRESS = "synthetic-0/"


class NeverServedError(Exception):
    """A preview ended, or did not show what it should in time."""


async def run(write: Write, size: int, one_page: bool, setting: Setting) -> Values:
    """Preview a site of so many articles, from the first start to a change."""
    articles = max(1, round(size * setting.conditions["share"]))
    return await asyncio.to_thread(_measure, write, articles, one_page)


def _measure(write: Write, articles: int, one_page: bool) -> Values:
    with TemporaryDirectory() as directory:
        site = Path(directory)
        write(site, articles)
        with _preview(site) as (preview, address):
            cold = _cpu(preview)
            served = _change(site, address, preview)
            warm = _cpu(preview) - cold
        if one_page:
            with _preview(site, PAGE=PAGE) as (preview, address):
                served = _change(site, address, preview)
    return {"cold": cold, "warm": warm, "served": served}


@contextmanager
def _preview(site: Path, **variables: str) -> Iterator[tuple[psutil.Popen, str]]:
    """A preview that shows the first article, and its address."""
    from lab.ports import free_port

    host = f"127.0.0.1:{free_port()}"
    preview = psutil.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "--quiet", f"--dev-addr={host}"],
        cwd=site,
        env={**os.environ, **variables, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://{host}/{ADDRESS}"
        _wait_for("<h1", address, preview)
        yield preview, address
    finally:
        preview.kill()
        preview.wait()


def _change(site: Path, address: str, preview: psutil.Popen) -> float:
    """Add a sentence to the first article, and return after how many seconds it is shown."""
    time.sleep(1 + random.uniform(0, PHASE_S))
    mark = f"Changed at {time.time_ns()}."
    with (site / PAGE).open("a", encoding="utf-8") as article:
        article.write(f"\n{mark}\n")
    began = time.perf_counter()
    _wait_for(mark, address, preview)
    return time.perf_counter() - began


def _wait_for(text: str, address: str, preview: psutil.Popen) -> None:
    end = time.perf_counter() + GIVEN_UP_AFTER_S
    while text not in _page(address):
        if preview.poll() is not None:
            raise NeverServedError(f"the preview ended with status {preview.returncode}")
        if time.perf_counter() > end:
            raise NeverServedError(f"{text!r} was not shown in {GIVEN_UP_AFTER_S:g} s")
        time.sleep(POLLED_EVERY_S)


def _page(address: str) -> str:
    """The page as it is served now; nothing before there is one."""
    try:
        with urllib.request.urlopen(address, timeout=GIVEN_UP_AFTER_S) as response:
            return str(response.read().decode())
    except (urllib.error.URLError, ConnectionError):
        return ""


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def variants(
    name: str, label: str, write: Write, sizes: tuple[int, ...], one_page: bool
) -> dict[str, Variant]:
    """One variant for each size of the site."""
    return {
        f"{name}-{size}": Variant(
            label=f"{label}, {size:,}",
            run=partial(run, write, size, one_page),
            x=size,
            baseline=name == "stock" and size == SIZES[0],
        )
        for size in sizes
    }


def value(metric: str, variant: str) -> Callable[[Round], float]:
    """A metric of one variant."""
    return lambda samples: samples[variant][metric]


def ratio(metric: str, size: int) -> Callable[[Round], float]:
    """A metric of stock Material beside ours."""
    return lambda samples: samples[f"stock-{size}"][metric] / samples[f"ours-{size}"][metric]


EXPERIMENT = Experiment(
    question="How long does an author wait for a site of hundreds of articles?",
    conditions={
        "share": 1.0,
        "words": _synthetic.WORDS,
        "listings": _synthetic.LISTINGS,
        "software": f"MkDocs {version('mkdocs')}, Material {version('mkdocs-material')}",
    },
    rehearsal={"share": 0.001},
    rounds=3,
    metrics={
        "cold": Metric(label="processor time to the first page", unit="s"),
        "warm": Metric(label="processor time of a rebuild", unit="s"),
        "served": Metric(label="from a change to its being served", unit="s"),
    },
    variants={
        **variants("stock", "stock Material", _synthetic.stock, SIZES[:2], one_page=False),
        **variants("ours", "ours", _synthetic.ours, SIZES, one_page=True),
    },
    quantities={
        "cold": Quantity(
            label="processor time to the first page of 300 articles, without any cache",
            unit="s",
            of=value("cold", "ours-300"),
        ),
        "warm": Quantity(
            label="processor time to rebuild 300 articles after a change",
            unit="s",
            of=value("warm", "ours-300"),
        ),
        "served": Quantity(
            label="from a change of one article to its being served, with 300 articles",
            unit="s",
            of=value("served", "ours-300"),
        ),
        "grown": Quantity(
            label="from a change to its being served, 1,000 articles against 15",
            unit="×",
            of=lambda samples: samples["ours-1000"]["served"] / samples["ours-15"]["served"],
        ),
        "build": Quantity(
            label="processor time of stock Material against ours, 300 articles, without any cache",
            unit="×",
            of=ratio("cold", 300),
        ),
        "wait": Quantity(
            label="wait for a change in stock Material against ours, 300 articles",
            unit="×",
            of=ratio("served", 300),
        ),
    },
    claims=(
        Claim("300 articles are built in at most 12 s of processor time", "cold", at_most=12.0),
        Claim("300 articles are rebuilt in at most 7 s of processor time", "warm", at_most=7.0),
        Claim("A change of one article among 300 is served within a second", "served", at_most=1.0),
        Claim(
            "A build with its checks takes at most half the processor time of stock Material",
            "build",
            at_least=2.0,
        ),
        Claim(
            "An author waits at most twice as long at 1,000 articles as at 15", "grown", at_most=2.0
        ),
    ),
)
