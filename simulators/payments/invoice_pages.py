"""What `hosted_invoice_url` and `invoice_pdf` of an invoice lead to: a plain page, and the same as a PDF."""

from flask import Blueprint, Response, abort, make_response, render_template

from simulators.headers import secure
from simulators.payments.protocol import Resource
from simulators.payments.provider import Provider
from simulators.payments.text import money

POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"


def blueprint(provider: Provider) -> Blueprint:
    routes = Blueprint("invoices", __name__, url_prefix="/invoice")
    routes.after_request(lambda response: secure(response, POLICY))

    @routes.get("/<name>")
    def page(name: str) -> Response:
        return make_response(render_template("invoice.html", invoice=_invoice(provider, name), money=money))

    @routes.get("/<name>/pdf")
    def document(name: str) -> Response:
        invoice = _invoice(provider, name)
        headers = {"Content-Disposition": f'attachment; filename="Invoice-{invoice["number"]}.pdf"'}
        return Response(pdf(told(invoice)), headers=headers, content_type="application/pdf")

    return routes


def _invoice(provider: Provider, name: str) -> Resource:
    with provider.store as store:
        return store["invoices"].get(name) or abort(404)


def told(invoice: Resource) -> list[str]:
    """The invoice in lines of text."""
    currency = invoice["currency"]
    bought: list[Resource] = invoice["lines"]["data"]
    lines = [f"{line['quantity']} x {line['description']}: {money(line['amount'], currency)}" for line in bought]
    whom = [each for each in (invoice["customer_name"], invoice["customer_email"]) if each]
    paid = f"Paid: {money(invoice['amount_paid'], currency)}"
    return [f"Invoice {invoice['number']} of a simulator: no money moved", *whom, *lines, paid]


def pdf(lines: list[str]) -> bytes:
    """One page with these lines (ISO 32000-1, 7.5). A character that Windows-1252 lacks becomes a question mark."""
    shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
    content = b"BT /F1 11 Tf 16 TL 60 780 Td\n" + shown + b"ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
    ]
    written, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1) + table + end


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
