"""Writes down what Stripe's official Python SDK says of the API: its calls, their parameters, and its objects.

    python tests/interop/stripe/describe.py FOLDER_OF_THE_SDK > simulators/payments/description.json

The SDK is generated from Stripe's own description of the API, and is under the MIT licence. It is read, and never
imported. What each notation means is in simulators/payments/description.py.
"""

import ast
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

SERVICES = """
    _account _balance _balance_transaction _charge _coupon _customer _customer_payment_method _dispute _event _invoice
    _invoice_line_item _payment_intent _payment_method _price _product _promotion_code _refund _shipping_rate
    _webhook_endpoint checkout/_session checkout/_session_line_item
"""
OBJECTS = """
    _account _balance _balance_transaction _charge _coupon _customer _dispute _event _invoice _invoice_line_item
    _line_item _payment_intent _payment_method _price _product _promotion_code _refund _shipping_rate _webhook_endpoint
    checkout/_session
"""
# An account's own settings are of no use to a shop. The simulator has one account, and only tells of it. Of invoices it
# has those that Checkout makes.
LEFT_OUT = re.compile(
    r"(post|delete) /v1/accounts.*|get /v1/accounts$|(post|delete) /v1/invoices.*|get /v1/invoices/search"
)
PLAIN = {"str": "s", "int": "i", "bool": "b", "float": "n", "Decimal": "n", "Any": "*", "object": "*"}
LISTS = ("List", "Sequence")
REFERENCES = {"ExpandableField": "x", "ListObject": "l", "SearchResultObject": "l"}
MAPPINGS = ("Dict", "UntypedStripeObject", "Mapping")
Kind = Any


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def classes(body: list[ast.stmt]) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in body if isinstance(node, ast.ClassDef)}


def is_object(node: ast.ClassDef) -> bool:
    """Whether it is one of the API's objects, and not a part of one."""
    return any(isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == "OBJECT_NAME" for each in node.body)


class Reader:
    """Turns the annotations of one file into the notation."""

    def __init__(self, file: Path) -> None:
        self.top = classes(parsed(file).body)

    def fields(self, node: ast.ClassDef) -> dict[str, Kind]:
        inner = classes(node.body)
        kinds: dict[str, Kind] = {}
        for each in node.body:
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                if "ClassVar" in ast.unparse(each.annotation) or each.target.id.startswith("_"):
                    continue
                wire = self.wire_names(node).get(each.target.id, each.target.id)
                name, kind = self.field(wire, each.annotation, inner)
                kinds[name] = kind
        return kinds

    def wire_names(self, node: ast.ClassDef) -> dict[str, str]:
        """Names that Python has for itself, such as `from_`, and what they are on the wire."""
        for each in node.body:
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "_field_remappings":
                return dict(ast.literal_eval(each.value))
        return {}

    def field(self, name: str, note: ast.expr, scope: dict[str, ast.ClassDef]) -> tuple[str, Kind]:
        head, inner = self.subscript(note)
        if head in ("NotRequired", "Optional"):
            return f"{name}?", self.kind(inner, scope)
        return name, self.kind(note, scope)

    def subscript(self, note: ast.expr) -> tuple[str, ast.expr]:
        if isinstance(note, ast.Subscript):
            return ast.unparse(note.value), note.slice
        return "", note

    def kind(self, note: ast.expr, scope: dict[str, ast.ClassDef]) -> Kind:
        if isinstance(note, ast.Constant) and isinstance(note.value, str):
            return self.kind(ast.parse(note.value, mode="eval").body, scope)
        if isinstance(note, ast.BinOp):
            return self.union([*self.sides(note)], scope)
        head, inner = self.subscript(note)
        if head == "Union":
            return self.union(inner.elts, scope)  # type: ignore[attr-defined]
        if head == "Optional":
            return self.kind(inner, scope)
        return self.of(head, inner, note, scope)

    def of(self, head: str, inner: ast.expr, note: ast.expr, scope: dict[str, ast.ClassDef]) -> Kind:
        """What `head[inner]` is."""
        if head == "Literal":
            return sorted(value for value in ast.literal_eval(ast.Tuple(self.parts(inner), ast.Load())))
        if head in LISTS:
            return {"[]": self.kind(inner, scope)}
        if head in REFERENCES:
            return REFERENCES[head]
        if head in MAPPINGS or ast.unparse(note) in ("StripeObject", "UntypedStripeObject"):
            return "{}"
        return self.named(ast.unparse(note), scope)

    def sides(self, note: ast.expr) -> list[ast.expr]:
        return [*self.sides(note.left), *self.sides(note.right)] if isinstance(note, ast.BinOp) else [note]

    def parts(self, note: ast.expr) -> list[ast.expr]:
        return note.elts if isinstance(note, ast.Tuple) else [note]

    def union(self, parts: list[ast.expr], scope: dict[str, ast.ClassDef]) -> Kind:
        """`Literal["a"]|str` is the SDK's way to say that more values may come: the values are what is known."""
        kinds = [self.kind(part, scope) for part in parts]
        if any(isinstance(kind, list) and kind != [""] for kind in kinds):
            kinds = [kind for kind in kinds if kind != "s"]
        different = [kind for number, kind in enumerate(kinds) if kind not in kinds[:number]]
        return different[0] if len(different) == 1 else {"|": different}

    def named(self, name: str, scope: dict[str, ast.ClassDef]) -> Kind:
        last = name.rpartition(".")[2]
        if last in PLAIN:
            return PLAIN[last]
        node = scope.get(last) or self.top.get(last)
        return "{}" if node is None or is_object(node) else self.fields(node)


def params(sdk: Path, name: str, folder: str) -> dict[str, Kind]:
    """Of the class of that name; {} where a call takes none."""
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    file = sdk / "params" / folder / f"_{snake}.py"
    if not file.exists():
        return {}
    reader = Reader(file)
    return reader.fields(reader.top[name])


def calls(sdk: Path) -> dict[str, dict[str, Kind]]:
    """`post /v1/refunds/{}` to the parameters."""
    known: dict[str, dict[str, Kind]] = {}
    for service in SERVICES.split():
        folder = service.rpartition("/")[0]
        tree = parsed(sdk / f"{service}_service.py")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and (called := call_of(node)) and not LEFT_OUT.match(called):
                name = re.search(r"\b\w+Params\b", ast.unparse(node.args))
                known[called] = params(sdk, name[0], folder) if name else {}
    return known


def call_of(node: ast.FunctionDef) -> str | None:
    found = re.search(r"'(get|post|delete)', '(/v1/[^']*)'", ast.unparse(node))
    return f"{found[1]} {re.sub(r'{[^}]*}', '{}', found[2])}" if found else None


def objects(sdk: Path) -> dict[str, dict[str, Kind]]:
    known = {}
    for each in OBJECTS.split():
        reader = Reader(sdk / f"{each}.py")
        [node] = [node for node in reader.top.values() if is_object(node)]
        fields = reader.fields(node)
        known[str(fields["object"][0])] = fields
    return known


def main(folder: str) -> None:
    sdk = Path(folder)
    version = re.search(r'CURRENT = "(.*)"', (sdk / "_api_version.py").read_text())
    assert version
    described = {"version": version[1], "calls": calls(sdk), "objects": objects(sdk)}
    print(dump(described))


def dump(described: dict[str, Any]) -> str:
    """A line for each call and each object, so that a comparison of two versions can be read."""
    parts = [f' "version": {json.dumps(described["version"])}']
    for part in ("calls", "objects"):
        lines = [f"  {json.dumps(name)}: {line(kinds)}" for name, kinds in sorted(described[part].items())]
        parts.append(f' "{part}": {{\n' + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}"


def line(kinds: object) -> str:
    return json.dumps(kinds, separators=(",", ":"), sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1])
