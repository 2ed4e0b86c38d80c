"""Which experiments there are."""

import pytest

from lab.catalog import find, load
from lab.rounds import ExperimentError
from tests.miniature import Tree

EXPERIMENT = """
    from lab.experiment import Experiment, Metric, Setting, Values, Variant

    async def run(setting: Setting) -> Values:
        return {"rows": 1.0}

    EXPERIMENT = Experiment(
        question="How many rows?", conditions={}, rounds=3,
        metrics={"rows": Metric("rows", "")}, variants={"one": Variant("one", run)},
    )
"""


def test_an_experiment_is_named_after_its_article_and_its_module(tree: Tree) -> None:
    size = tree.write("snippets/pool/experiments/best_size.py", EXPERIMENT)
    batch = tree.write("snippets/n_plus_one/experiments/batch.py", EXPERIMENT)
    assert find(tree.root) == {"n-plus-one-batch": batch, "pool-best-size": size}


def test_the_press_has_experiments_too(tree: Tree) -> None:
    speed = tree.write("press/experiments/speed.py", EXPERIMENT)
    assert find(tree.root) == {"press-speed": speed}


def test_packages_and_shared_modules_are_not_experiments(tree: Tree) -> None:
    tree.write("snippets/pool/experiments/__init__.py", "")
    tree.write("snippets/pool/experiments/_clients.py", "")
    tree.write("snippets/pool/size.py", "")
    assert find(tree.root) == {}


def test_two_experiments_of_one_name_are_refused(tree: Tree) -> None:
    tree.write("snippets/a/experiments/b_c.py", EXPERIMENT)
    tree.write("snippets/a_b/experiments/c.py", EXPERIMENT)
    with pytest.raises(ExperimentError, match=r"would both be named a-b-c\. Rename one\."):
        find(tree.root)


def test_an_experiment_is_loaded_from_its_module(tree: Tree) -> None:
    path = tree.write("snippets/pool/experiments/size.py", EXPERIMENT)
    assert load(path, tree.root).question == "How many rows?"


def test_a_module_without_an_experiment_says_so(tree: Tree) -> None:
    path = tree.write("snippets/pool/experiments/size.py", "EXPERIMENT = 1\n")
    with pytest.raises(ExperimentError, match=r"^snippets/pool/experiments/size\.py: no exp"):
        load(path, tree.root)


def test_a_module_that_cannot_be_imported_says_why_and_where(tree: Tree) -> None:
    path = tree.write("snippets/pool/experiments/size.py", "A = 1\nB = A / 0\n")
    sentence = (
        r"^snippets/pool/experiments/size.py: cannot be imported: "
        r"ZeroDivisionError: division by zero \(snippets/pool/experiments/size.py:2\)$"
    )
    with pytest.raises(ExperimentError, match=sentence):
        load(path, tree.root)
