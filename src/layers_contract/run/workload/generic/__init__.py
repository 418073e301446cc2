"""Stories that any document tells: of its resources, lifecycles, keys, lists and settings."""

from layers_contract.run.workload.generic.maker import Maker
from layers_contract.run.workload.generic.plan import plan
from layers_contract.run.workload.generic.things import Thing, fits_path, made_by, shown_in
from layers_contract.run.workload.generic.world import World, example

__all__ = ["Maker", "Thing", "World", "example", "fits_path", "made_by", "plan", "shown_in"]
