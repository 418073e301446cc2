"""Who does what: the stories that actors play against a server."""

from layers_contract.workload.actor import Actor, GaveUp, Made
from layers_contract.workload.roles import Roles
from layers_contract.workload.scenarios import STORIES, Story

__all__ = ["STORIES", "Actor", "GaveUp", "Made", "Roles", "Story"]
