"""A product is started from a copy of this checkout, checked and tested; and takes a later Kiosk in."""

import re
import sys

import pytest

from tests.processes import ROOT
from tests.rehearsal.checkout import Checkout, Failed

sys.path.append(str(ROOT / "scripts"))
from features import ORIGIN, read
from naming import KEEPS_NAME
from start import read_tree

FEATURES = read(read_tree(ROOT))
OPTIONAL = sorted(FEATURES.keys() - {ORIGIN})
pytestmark = pytest.mark.long


@pytest.fixture
def kiosk(tmp_path):
    return Checkout.copied(tmp_path / "kiosk")


def works(product, left_out, *options):
    """The checks, the build of the page and the tests pass, but for those that take a browser or PostgreSQL.

    `options` are pytest's, for the tests that need a database.
    """
    arguments = ["Bakery", "--without", ",".join(left_out)]
    product.start(*arguments)
    assert "nothing is left to do" in product.start(*arguments)
    product.install()
    product.format()
    product.commit("Bakery")
    names_nothing_that_is_gone(product, left_out)
    product.check()
    product.build_page()
    product.test("-m", "unit", "tests/unit")
    product.test(*options, "--database", "sqlite", "tests/integration")


def names_nothing_that_is_gone(product, left_out):
    gone = {path for name in left_out for path in FEATURES[name].paths if path.startswith(("app/", "frontend/"))}
    words = [re.escape(path).replace("/", "[./]") for path in gone]
    folders = re.compile(rf"\b(?:{'|'.join(words)})\b") if words else None
    for path in product.paths():
        file = product.root / path
        text = f"{path}\n{file.read_bytes().decode(errors='ignore')}"
        assert folders is None or not folders.search(text), path
        if path not in {*KEEPS_NAME, "product.toml", "CHANGELOG.md"}:
            assert "kiosk" not in text.lower(), path


def test_a_product_that_does_without_all_that_can_be_left_out_works(kiosk):
    """What takes long, such as waiting for a provider that hangs, only `make rehearse` does again."""
    works(kiosk, OPTIONAL, "-m", "integration and (not long or hypothesis)")


def test_nothing_is_done_to_a_tree_with_changes_and_nothing_in_a_dry_run(kiosk):
    assert "Nothing was changed" in kiosk.start("Bakery", "--dry-run")
    assert kiosk.git("status", "--porcelain") == ""

    (kiosk.root / "README.md").write_text("changed\n")
    with pytest.raises(Failed, match="changes that no commit has"):
        kiosk.start("Bakery")


def test_a_start_is_undone_by_git_as_it_says(kiosk):
    said = kiosk.start("Bakery")

    undo = re.search(r"git restore .*", said)
    assert undo
    for command in undo[0].split(" && "):
        kiosk.git(*command.split()[1:])
    assert kiosk.git("status", "--porcelain") == ""
    assert not (kiosk.root / "product.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bakery"], "is no name for a product"),
        (["Bakery", "--without", "basket"], "There is no feature basket"),
        (["--from", "nowhere.toml"], "is no choice"),
        ([], "is needed"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line(kiosk, arguments, said):
    with pytest.raises(Failed, match=said):
        kiosk.start(*arguments)

    assert kiosk.git("status", "--porcelain") == ""


def append(file, text):
    file.write_text(file.read_text() + text)


def test_a_product_takes_a_later_kiosk_without_a_conflict_in_what_its_team_did_not_touch(kiosk, tmp_path):
    """By the steps of docs/upgrading.md."""
    product = Checkout.copied(tmp_path / "bakery")
    product.start("Bakery", "--without", ",".join(OPTIONAL))
    product.commit("Bakery")
    product.git("branch", "kiosk")
    append(product.root / "app" / "users" / "models.py", "\n# of the team\n")
    (product.root / "docs" / "bread.md").write_text("# Bread\n")
    product.commit("Bread")
    append(kiosk.root / "app" / "users" / "service.py", "\n# Kiosk and KIOSK_ENV\n")
    (kiosk.root / "app" / "users" / "kiosk.py").write_text('"""New in Kiosk."""\n')
    for name in OPTIONAL:
        new = (
            next(path for path in FEATURES[name].paths if (kiosk.root / path).is_dir()) if name != "github" else "docs"
        )
        (kiosk.root / new / "later.md").write_text(f"later {name}\n")
    kiosk.commit("Later")

    kiosk.start("--from", str(product.root / "product.toml"))
    kiosk.commit("Bakery, of a later Kiosk")
    product.git("fetch", "--quiet", str(kiosk.root), "HEAD")
    vendor = product.git("commit-tree", "FETCH_HEAD^{tree}", "-p", "kiosk", "-m", "Kiosk, later").strip()
    product.git("branch", "--force", "kiosk", vendor)
    product.git("merge", "--quiet", "--no-edit", "kiosk")

    assert product.git("status", "--porcelain") == ""
    assert (product.root / "app" / "users" / "bakery.py").read_text() == '"""New in Bakery."""\n'
    assert (product.root / "app" / "users" / "service.py").read_text().endswith("\n# Bakery and BAKERY_ENV\n")
    assert (product.root / "app" / "users" / "models.py").read_text().endswith("\n# of the team\n")
    assert [path for path in product.paths() if path.endswith("later.md")] == ["docs/later.md"]
