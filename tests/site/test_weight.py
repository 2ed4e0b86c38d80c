"""What a first visit transfers, compressed as a host compresses it.

Where there is no Chromium these tests are skipped and say so; CI installs one.
"""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import Browser, Response

KB = 1000
COMPRESSED = (".woff2", ".png")  # what no host compresses again


def weight(response: Response) -> int:
    """The bytes of a response on the wire."""
    body = response.body()
    return len(body) if response.url.endswith(COMPRESSED) else len(gzip.compress(body, 9))


@pytest.mark.parametrize(
    ("page_address", "most"),
    [("", 70 * KB), ("your-connection-pool-is-a-queue/", 120 * KB)],
    ids=["front page", "article"],
)
def test_a_first_visit_is_light(
    browser: Browser, address: str, page_address: str, most: int
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(address + page_address, wait_until="networkidle")

    sizes = {response.url.removeprefix(address): weight(response) for response in responses}
    scripts = sum(size for url, size in sizes.items() if url.endswith(".js"))
    page.close()

    assert sum(sizes.values()) <= most, sizes
    assert scripts <= 5 * KB, sizes
