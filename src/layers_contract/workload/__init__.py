"""Who does what: the stories that actors play against a server."""

from layers_contract.workload.actor import Actor, GaveUp, Made, asset_ids
from layers_contract.workload.roles import Roles
from layers_contract.workload.stories import STORIES, Story

__all__ = ["STORIES", "Actor", "GaveUp", "Made", "Roles", "Story", "asset_ids"]
