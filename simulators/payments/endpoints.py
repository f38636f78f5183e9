"""Webhook endpoints: where events go, which, and with which secret they are signed.

Source: https://docs.stripe.com/api/webhook_endpoints. The one that the simulator was started with is not among them.
"""

from collections.abc import Iterable

from simulators.payments import shapes
from simulators.payments.protocol import Refusal, Resource, no_such, take_metadata
from simulators.payments.provider import Provider


def create(provider: Provider, given: Resource) -> Resource:
    """The endpoint with its secret, which no later answer tells."""
    _check(given)
    made = shapes.webhook_endpoint(provider.clock.now(), given["url"], given["enabled_events"])
    made |= {"api_version": given.get("api_version"), "description": given.get("description") or None}
    made["metadata"] = given.get("metadata") or {}
    secret = f"whsec_{shapes.new_id('', 32)}"
    provider.store.put("endpoints", made["id"], made)
    provider.take_note(made["id"], secret=secret)
    return {**made, "secret": secret}


def _check(given: Resource) -> None:
    if not str(given.get("url", "http://")).startswith(("http://", "https://")):
        raise Refusal(400, "Invalid URL: An explicit scheme (such as https) must be provided.", param="url")


def find(provider: Provider, name: str) -> Resource:
    if (endpoint := provider.store["endpoints"].get(name)) is None:
        raise no_such("webhook endpoint", name, "webhook_endpoint")
    return endpoint


EMPTY: Resource = {"metadata": {}, "enabled_events": []}


def update(provider: Provider, name: str, given: Resource) -> Resource:
    endpoint = find(provider, name)
    _check(given)
    for field in ("url", "enabled_events", "description"):
        if field in given:
            endpoint[field] = given[field] or EMPTY.get(field)
    take_metadata(endpoint, given)
    if "disabled" in given:
        endpoint["status"] = "disabled" if given["disabled"] else "enabled"
    provider.store.put("endpoints", name, endpoint)
    return endpoint


def delete(provider: Provider, name: str) -> Resource:
    find(provider, name)
    provider.store.remove("endpoints", name)
    return {"id": name, "object": "webhook_endpoint", "deleted": True}


def wanting(provider: Provider, kind: str) -> Iterable[str | None]:
    """Where an event of that kind goes: None is the endpoint that the simulator was started with."""
    if provider.webhook_url is not None and takes(provider.settings.webhook_events, kind):
        yield None
    for name, endpoint in provider.store["endpoints"].items():
        if endpoint["status"] == "enabled" and takes(endpoint["enabled_events"], kind):
            yield name


def takes(wanted: Iterable[str], kind: str) -> bool:
    return any(each in ("*", kind) or (each.endswith(".*") and kind.startswith(each[:-1])) for each in wanted)


def target(provider: Provider, name: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Its address and secrets; no address where it has gone."""
    if name is None:
        return provider.webhook_url, provider.webhook_secrets
    if (endpoint := provider.store["endpoints"].get(name)) is None:
        return None, ()
    return str(endpoint["url"]), (str(provider.note(name)["secret"]),)
