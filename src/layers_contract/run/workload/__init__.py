"""Who does what: the stories and the programs that actors play against a server."""

from layers_contract.run.workload.actor import Actor, GaveUp, Made, asset_ids
from layers_contract.run.workload.generic import (
    Maker,
    Thing,
    World,
    example,
    fits_path,
    made_by,
    plan,
    shown_in,
)
from layers_contract.run.workload.programs import play as play_program
from layers_contract.run.workload.programs import renders_of
from layers_contract.run.workload.requests import Bodies
from layers_contract.run.workload.roles import Roles
from layers_contract.run.workload.stories import STORIES, Story
from layers_contract.run.workload.strategies import Deck, Program, decks, drawn, programs

__all__ = [
    "STORIES",
    "Actor",
    "Bodies",
    "Deck",
    "GaveUp",
    "Made",
    "Maker",
    "Program",
    "Roles",
    "Story",
    "Thing",
    "World",
    "asset_ids",
    "decks",
    "drawn",
    "example",
    "fits_path",
    "made_by",
    "plan",
    "play_program",
    "programs",
    "renders_of",
    "shown_in",
]
