"""`layers-contract invariants`: print the catalogue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from layers_contract.cli._options import documented, load_contract

if TYPE_CHECKING:
    from layers_contract.spec.files import DocumentFiles


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print docs/invariants.md.")
@documented
def invariants(as_json: bool, markdown: bool, source: DocumentFiles) -> None:
    """Print the catalogue, with the source of each promise."""
    from layers_contract.judge.catalogue import catalogue

    contract = load_contract(source)
    items = catalogue(contract)
    promises = [each.promise for each in items.values()]
    if as_json:
        keys = ("id", "group", "statement", "source", "at")
        click.echo(json.dumps([{k: getattr(p, k) for k in keys} for p in promises], indent=1))
        return
    if markdown:
        from layers_contract.mutation import catalogue_page

        click.echo(catalogue_page(), nl=False)
        return
    for group in dict.fromkeys(each.group for each in promises):
        click.secho(group, bold=True)
        for each in (p for p in promises if p.group == group):
            click.echo(f"  {each.id:34} {each.source:8} {each.statement}")
    click.secho("not observable over HTTP", bold=True)
    for each in contract.document.promises.values():
        if each.unobservable:
            click.echo(f"  {each.id:34} {each.source:8} {each.unobservable}")
