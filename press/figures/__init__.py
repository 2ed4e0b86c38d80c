"""Figures and tables of recorded measurements, for the `python exec` fences of a page.

Each function returns a complete HTML `figure` (`claims` an `aside`); a fence prints it.
"""

from press.figures.curves import line
from press.figures.fates import fates
from press.figures.matrix import matrix
from press.figures.rows import bars, points
from press.figures.tables import table
from press.figures.verdicts import claims

__all__ = ["bars", "claims", "fates", "line", "matrix", "points", "table"]
