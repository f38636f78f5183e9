"""What a reset of the identity simulator means for a request that is under way."""

import pytest

from simulators.identity.faults import HARMLESS, Fault
from simulators.identity.provider import create_app

pytestmark = pytest.mark.integration


def test_a_request_from_before_a_reset_meets_no_fault_that_is_set_after_it():
    app = create_app({}, {})
    state, fault = app.extensions["identity"], Fault(set={"issuer": "https://identity.example"}, times=1)

    with app.test_request_context("/.well-known/openid-configuration"):
        app.preprocess_request()
        state.reset()
        state.faults.put("discovery", fault)
        late = state.strike("discovery")
    with app.test_request_context("/.well-known/openid-configuration"):
        app.preprocess_request()
        new = state.strike("discovery")

    assert (late, new) == (HARMLESS, fault)
