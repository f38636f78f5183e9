"""Traces: a request, its calls to providers and the job that it rings for are one; and what they never tell."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app import create_app
from app.ops import traces
from app.runtime.jobs import jobs
from simulators.payments.control import SESSIONS  # feature: shop
from tests.integration.conftest import close
from tests.integration.payments.conftest import BROWSER  # feature: shop
from tests.integration.payments.refunding import send  # feature: shop
from tests.integration.payments.shop import Shop  # feature: shop
from tests.processes import ROOT, wait_for
from tests.settings import (
    PAYMENTS_KEY,  # feature: shop
    settings,
)

pytestmark = pytest.mark.any_database


# feature: shop {
class Traced:
    """A shop whose spans are kept in memory."""

    def __init__(self, app, client, control):
        self.app, self.kept = app, InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.kept))
        traces.trace_by(app, provider)
        self.shop = Shop(app, client, control)

    @property
    def spans(self):
        return self.kept.get_finished_spans()

    def named(self, name):
        [found] = [span for span in self.spans if span.name == name]
        return found

    def forget(self):
        self.kept.clear()


@pytest.fixture
def traced(own_database, payments_simulator, quick):
    payments_simulator.treat_webhooks("lose")
    app = create_app(settings(own_database, payments=payments_simulator.url, TESTING=True))
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost", headers=BROWSER) as client:
        yield Traced(app, client, payments_simulator)
    jobs(app).close()
    close(app)


def test_a_purchase_is_one_trace_with_the_call_to_the_provider_in_it(traced, payments_simulator):
    order = traced.shop.place().json()
    request, call = traced.named("POST /api/orders"), traced.named("POST 127.0.0.1")

    assert call.parent.span_id == request.context.span_id
    assert call.context.trace_id == request.context.trace_id
    assert (request.kind.name, call.kind.name) == ("SERVER", "CLIENT")
    assert request.attributes["http.response.status_code"] == 201
    assert request.attributes["kiosk.order_id"] == order["id"]
    assert request.attributes["kiosk.user_id"]
    assert call.attributes["url.path"] == SESSIONS
    sent = payments_simulator.calls("POST", SESSIONS)[0]
    assert "traceparent" not in str(sent)


def test_a_message_its_job_and_the_question_to_the_provider_are_one_trace(traced):
    traced.shop.place()
    traced.shop.pay()
    traced.forget()
    [event] = [e for e in traced.shop.control.listed("events") if e["type"] == "checkout.session.completed"]
    assert send(traced.shop.http, event).status_code == 200
    wait_for(lambda: len(traced.spans) == 3, "the job's span to end")

    webhook, job = traced.named("POST /api/payments/webhook"), traced.named("job event")
    question = traced.named("GET 127.0.0.1")
    assert job.parent.span_id == webhook.context.span_id
    assert question.parent.span_id == job.context.span_id
    assert job.attributes["kiosk.job"] == f"event {event['id']}"
    assert job.attributes["kiosk.order_id"] == 1


def test_what_a_sweep_works_on_has_a_trace_with_the_orders_number(traced):
    traced.shop.place()
    traced.shop.pay()
    traced.forget()
    traced.shop.sweep()

    span = traced.named("sweep attempt")
    assert span.attributes["kiosk.job"] == "attempt 1"


def test_a_callers_own_trace_is_not_taken_over(traced):
    theirs = "0af7651916cd43dd8448eb211c80319c"
    traced.shop.http.get("/api/items", headers={"traceparent": f"00-{theirs}-b7ad6b7169203331-01"})

    span = traced.named("GET /api/items")
    assert span.parent is None
    assert f"{span.context.trace_id:032x}" != theirs


def test_what_broke_is_told_by_its_kind_alone(traced):
    traced.app.config["PROPAGATE_EXCEPTIONS"] = False
    traced.shop.control.drop(when="before", times=None, method="POST")
    traced.shop.place()

    calls = [span for span in traced.spans if span.name == "POST 127.0.0.1"]
    assert {call.attributes["error.type"] for call in calls} == {"RemoteProtocolError"}
    assert {call.status.status_code.name for call in calls} == {"ERROR"}
    assert all(not span.events for span in traced.spans)


def test_no_query_no_path_of_a_callers_and_no_key_stands_in_a_span(traced):
    traced.shop.place()
    traced.shop.http.get("/checkout/return/token-of-ada?code=secret-of-ada")
    traced.shop.http.get("/api/secret-of-ada")

    told = " ".join(span.to_json() for span in traced.spans)
    assert [secret for secret in ("secret-of-ada", "token-of-ada", PAYMENTS_KEY) if secret in told] == []


def test_health_is_not_worth_a_trace(traced):
    for path in ("/healthz", "/readyz", "/metrics"):
        traced.shop.http.get(path)

    assert traced.spans == ()


# }


def test_without_an_endpoint_nothing_of_it_is_imported():  # but for what redis-py imports where it can
    code = (
        "import sys; from app import create_app; from tests.settings import settings; "
        "create_app(settings('sqlite://')).test_client().get('/healthz'); "
        "print([name for name in ('opentelemetry.sdk.trace', 'opentelemetry.exporter') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert found.stdout == "[]\n"


@pytest.fixture
def collector():
    """A receiver of OTLP over HTTP: its address, and (path, span name) of all that it was sent."""
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = ExportTraceServiceRequest.FromString(self.read())
            scopes = [scope for resource in body.resource_spans for scope in resource.scope_spans]
            received.extend((self.path, span.name) for scope in scopes for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def read(self):
            return self.rfile.read(int(self.headers["Content-Length"]))

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, args=[0.02]).start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()


def test_a_server_sends_its_spans_before_it_ends_and_logs_their_trace(live_kiosk, collector):
    address, received = collector
    kiosk = live_kiosk(ENV="staging", OTLP_ENDPOINT=address)
    assert kiosk.http.get("/api/providers").status_code == 200

    assert kiosk.stop() == 0

    assert ("/v1/traces", "GET /api/providers") in received
    [line] = [line for line in kiosk.said().splitlines() if '"/api/providers"' in line]
    assert '"trace_id": "' in line
