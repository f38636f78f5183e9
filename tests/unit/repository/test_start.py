"""scripts/start: what it takes out of a list, what it renames, and that Kiosk's own tree is marked as it expects."""

import ast
import sys

import pytest

from tests.processes import ROOT

sys.path.append(str(ROOT / "scripts"))
from features import ORIGIN, File, read, unmarked, with_dependents, without
from naming import Name
from start import Product, read_tree, started
from steps import StepError

DAY = "2026-11-28"
KNOWN = ("todos", "totp", "shop")


@pytest.fixture(scope="module")
def kiosk():
    return read_tree(ROOT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb  # feature: todos\nc\n", "a\nc\n"),
        ("a,\nb, // feature: todos\n", "a,\n"),
        ("| a |\n| b | <!-- feature: todos -->\n", "| a |\n"),
        ("a\n# feature: todos {\nb\nc\n# }\nd\n", "a\nd\n"),
        ("from a import (  # feature: todos {\n    b,\n)  # }\nc\n", "c\n"),
        ("# feature: todos {\nb # feature: shop\n# feature: shop {\nc\n# }\n# }\nd\n", "d\n"),
        ("a\n\nb # feature: todos\n\nc\n", "a\n\nc\n"),
        ("a\n\n\nb # feature: todos\n", "a\n"),
        ("b # feature: todos or totp\n", "b # feature: totp\n"),
        ("b # feature: todos or todos\n", ""),
        ("b # feature: shop\n# }\n", "b # feature: shop\n# }\n"),
        ("says `# feature: todos` in prose\n", "says `# feature: todos` in prose\n"),
    ],
)
def test_lines_and_blocks_of_a_feature_go_and_all_others_stay(before, after):
    assert unmarked(before, KNOWN, {"todos"}) == after


@pytest.mark.parametrize(
    ("text", "wrong"), [("a # feature: tosod\n", "line 1 names tosod"), ("# feature: todos {\na\n", "is not closed")]
)
def test_a_mark_that_is_wrong_is_refused(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        unmarked(text, KNOWN, set())


TODOS = 'name = "todos"\ntitle = "to-dos"\nneeds = ["shop"]\n[paths]\napp = ["app/todos"]\npage = ["page/*.todo"]\n'
SHOP = 'name = "shop"\ntitle = "the shop"\n[paths]\napp = ["app/items"]\n'


def test_a_feature_goes_with_its_folders_and_with_the_features_that_need_it():
    stays = {"app/todosbase.py": File(b"a\n"), "app/picture.png": File(b"\x89\x00 feature: ")}
    given = stays | {
        "app/todos/feature.toml": File(TODOS.encode()),
        "app/items/feature.toml": File(SHOP.encode()),
        "app/items/a.py": File(b""),
        "page/a.todo": File(b""),
    }
    features = read(given)

    assert with_dependents(features, {"shop"}) == {"shop", "todos"}
    assert without(given, features, {"shop", "todos"}) == stays


def test_a_feature_that_names_a_file_that_is_not_there_is_refused():
    with pytest.raises(StepError, match=r"page/\*\.todo"):
        read({"app/todos/feature.toml": File(TODOS.encode()), "app/items/feature.toml": File(SHOP.encode())})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("KIOSK_ENV=test kiosk up", "CORNERBAKERY_ENV=test cornerbakery up"),
        ("__Host-kiosk, kiosk_jobs_total", "__Host-cornerbakery, cornerbakery_jobs_total"),
        ("class LiveKiosk: '''A Kiosk.'''", "class LiveCornerBakery: '''A Corner Bakery.'''"),
        ("createKioskRouter()", "createCornerBakeryRouter()"),
    ],
)
def test_each_form_of_the_name_has_its_counterpart(before, after):
    assert Name("Corner Bakery").put_into(before) == after


@pytest.mark.parametrize("name", ["bakery", "Bäckerei", "Bake-ry", "", "Bakery ", "App", "Kiosk Two", "B" * 31])
def test_a_name_that_fits_not_everywhere_is_refused(name):
    with pytest.raises(StepError):
        Name(name)


def test_features_of_kiosk_can_be_left_out_alone_and_together_and_every_module_still_parses(kiosk):
    """Whether the product then works is rehearsed in tests/rehearsal."""
    features = read(kiosk)
    for left_out in (set(), set(features), *({name} for name in features)):
        after = without(kiosk, features, with_dependents(features, left_out | {ORIGIN}))
        for path, file in after.items():
            if path.endswith(".py") and file != kiosk[path]:  # the others are Kiosk's own
                ast.parse(file.content, path)


def test_the_same_start_again_changes_nothing(kiosk):
    product = Product(Name("Bakery"), frozenset(), DAY)
    once = started(kiosk, product, begun=False)

    assert started(once, product, begun=True) == once


def test_what_was_chosen_is_kept_so_that_it_can_be_chosen_again(kiosk):
    product = Product(Name("Corner Bakery"), frozenset(), DAY)

    kept = started(kiosk, product, begun=False)["product.toml"].text

    assert Product.told(kept) == product
