"""`make rehearse`: a product with all features, and one without each."""

import pytest

from tests.rehearsal.test_start import OPTIONAL, kiosk, works  # noqa: F401 -- a fixture

pytestmark = pytest.mark.long


@pytest.mark.parametrize("left_out", [[], *([each] for each in OPTIONAL)], ids=lambda each: "".join(each) or "nothing")
def test_a_product_works_whatever_it_does_without(kiosk, left_out):  # noqa: F811
    works(kiosk, left_out, "-m", "integration", "-n", "2")
