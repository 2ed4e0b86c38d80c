"""No garbage is collected during a build."""

from __future__ import annotations

import gc

from press.hooks import garbage


def test_garbage_is_not_collected_during_a_build_and_is_after_it() -> None:
    garbage.stop_collecting()
    during = gc.isenabled()
    garbage.collect_again()

    assert (during, gc.isenabled()) == (False, True)
