"""From a fence that names a source to a captioned listing or an output block."""

from press.extensions.listings.extension import RUNS_HERE, formatter, makeExtension, validator

__all__ = ["RUNS_HERE", "formatter", "makeExtension", "validator"]
