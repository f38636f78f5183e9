"""`kiosk serve`, `worker`, `up`, `smoke` and `simulate`: the options of what runs for long.

What runs is imported by the command itself, so that `kiosk --help` is quick.
"""

import os
import sys

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.commands import data_folder

PARENT_WATCH = "End when standard input does, as when the program that started this is gone."


@click.command("serve")
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--lifeline", "with_parent", is_flag=True, help=PARENT_WATCH)
def serve(bind: str, port: int, workers: int, with_parent: bool) -> None:
    """The production server."""
    from app.commands.serve import run

    run(bind, port, workers, with_parent=with_parent)


@click.command("worker")
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Port for /metrics, /healthz and /readyz.")
@click.option("--metrics-bind", default="127.0.0.1", show_default=True, help="Address for it.")
@click.option("--lifeline", "with_parent", is_flag=True, help=PARENT_WATCH)
@with_appcontext
def worker(metrics_port: int | None, metrics_bind: str, with_parent: bool) -> None:
    """Jobs and the sweep; any number of these may run."""
    from app.commands.worker import run
    from app.ops.metrics import listen
    from app.runtime.parent_watch import watch_parent
    from app.web.client_address import authority

    if with_parent:
        watch_parent()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 -- threads need it
    more = ""
    if metrics_port is not None:
        try:
            address = f"{authority(metrics_bind)}:{listen(app, metrics_bind, metrics_port)}"
            more = f", with metrics on http://{address}/metrics"
        except OSError as error:
            raise click.ClickException(f"--metrics-port {metrics_port} cannot be had: {error.strerror}") from error
    run(app, begun=lambda: click.echo(f"kiosk worker is at work{more}"))


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65531), help="Of the shop; the simulators take the four after it.")
@click.option(
    "--data",
    default=data_folder.DEFAULT,
    show_default=True,
    type=click.Path(file_okay=False),
    help="Where data is kept.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    type=click.Choice(["127.0.0.1", "localhost"]),
    help="Its name in addresses: passkeys belong to a name, and so need localhost.",
)
@click.option("--trusted-proxies", default="", help="Proxies in front of it, as in KIOSK_TRUSTED_PROXIES.")
@click.option("--shipping-and-tax", is_flag=True, help="The payment page adds both, and takes codes.")  # feature: shop
def up(port: int | None, data: str, host: str, trusted_proxies: str, **extras: bool) -> None:
    """The embedded default, all in one: migrations, demo items, simulators, server."""
    from app.commands.up import run

    run(port, data, host, trusted_proxies, [name for name, wanted in extras.items() if wanted])


@click.command("smoke")
@click.argument("url")
@click.option("--customer", envvar="SMOKE_CUSTOMER", default="Ada Lovelace", show_default=True, help="The buyer.")
@click.option("--staff", envvar="SMOKE_STAFF", default="Grace Hopper", show_default=True, help="The member of staff.")
@click.option("--provider", envvar="SMOKE_PROVIDER", help="Its label on the sign-in page; the first one otherwise.")
@click.option(
    "--item", envvar="SMOKE_ITEM", default="Postcard from the kiosk", show_default=True, help="What is bought."
)
@click.option("--test-cards", is_flag=True, help="Pay by test card on a provider's page that is not the simulator's.")
@click.option(
    "--seconds", default=60, show_default=True, type=click.IntRange(5, 600), help="The most that it may take."
)
def smoke(url: str, customer: str, staff: str, provider: str | None, item: str, test_cards: bool, seconds: int) -> None:
    """Buy something at the deployed Kiosk at URL, in a browser, and take it back. Exit status 0: all is well.

    People are chosen at the identity simulator. Where SMOKE_CUSTOMER_PASSWORD and SMOKE_STAFF_PASSWORD are set,
    they sign in at Kiosk, and the names are usernames.
    """
    from app.commands.smoke import run

    people = {"CUSTOMER": customer, "STAFF": staff, "PROVIDER": provider or "", "ITEM": item}
    people["TEST_CARDS"] = "1" if test_cards else ""
    run(url.rstrip("/"), {f"SMOKE_{name}": value for name, value in people.items()}, seconds)


@click.command("simulate", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("rest", nargs=-1, type=click.UNPROCESSED)
def simulate(rest: tuple[str, ...]) -> None:
    """A provider to try against: `identity`, `payments` or `mail`; --help after it lists its options."""
    _simulators(*rest)


# feature: shop {
@click.command("drift", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("rest", nargs=-1, type=click.UNPROCESSED)
def drift(rest: tuple[str, ...]) -> None:
    """What differs between the payment simulator and a sandbox account of the provider; --help lists its options."""
    _simulators("drift", *rest)


# }


def _simulators(*rest: str) -> None:
    os.execv(sys.executable, [sys.executable, "-m", "simulators", *rest])  # noqa: S606 -- no shell is wanted
