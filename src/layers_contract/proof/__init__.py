"""The contract's own proof: what catches each fault of the mock, and what no taste sets off.

`proofs` judges the mock with each of its faults, and `Matrix` holds what came of it; `tastings`
judges sound mocks that differ within the contract. Both spread their runs over the cores. `show`
and `show_tastings` print them, `to_html` and `proof_page` write the matrix as a page, and
`catalogue_page` tells of every invariant which faults prove it.
"""

from __future__ import annotations

from layers_contract.proof._markdown import catalogue_page, proof_page
from layers_contract.proof._matrix import (
    BY_SCHEMATHESIS,
    Line,
    Matrix,
    Proof,
    group_sizes,
    in_order,
    proofs,
    prove,
)
from layers_contract.proof._page import to_html
from layers_contract.proof._shadows import SHADOWS
from layers_contract.proof._tasting import (
    SAMPLE,
    Order,
    Tasting,
    pairs,
    sample,
    seeds,
    singles,
    tastings,
    to_json,
)
from layers_contract.proof._terminal import Groups, meter, show, show_tastings

__all__ = [
    "BY_SCHEMATHESIS",
    "SAMPLE",
    "SHADOWS",
    "Groups",
    "Line",
    "Matrix",
    "Order",
    "Proof",
    "Tasting",
    "catalogue_page",
    "group_sizes",
    "in_order",
    "meter",
    "pairs",
    "proof_page",
    "proofs",
    "prove",
    "sample",
    "seeds",
    "show",
    "show_tastings",
    "singles",
    "tastings",
    "to_html",
    "to_json",
]
