"""Depths are those of a million posts, scaled to the posts there are."""

import math

from lab.experiment import Setting
from snippets.pagination.experiments import depth


async def test_the_deepest_page_of_few_posts_is_within_the_bounds_of_the_theory(dsn: str) -> None:
    setting = Setting({"posts": 20_000}, dsn)
    await depth.prepare(setting)
    deepest = depth.DEPTHS[-1]
    values = {
        name: await variant.run(setting)
        for name, variant in depth.EXPERIMENT.variants.items()
        if name.endswith(f"-{deepest}")
    }
    for claim in depth.EXPERIMENT.claims:
        observed = depth.EXPERIMENT.quantities[claim.quantity].of(values)
        assert observed >= (claim.at_least or 0) / 50, claim.text
        assert observed <= (claim.at_most or math.inf), claim.text
