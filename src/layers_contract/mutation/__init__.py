"""The contract's own proof: what catches each fault of the mock, and what no variant sets off.

`proofs` judges the mock with each of its faults, and `Matrix` holds what came of it; `variant_runs`
judges sound mocks that differ within the contract. Both spread their runs over the cores. `show`
and `show_variants` print them, `to_html` and `proof_page` write the matrix as a page, and
`catalogue_page` tells of every invariant which faults prove it.
"""

from __future__ import annotations

from layers_contract.mutation._markdown import catalogue_page, proof_page
from layers_contract.mutation._matrix import (
    BY_SCHEMATHESIS,
    Line,
    Matrix,
    Proof,
    group_sizes,
    in_order,
    proofs,
    prove,
)
from layers_contract.mutation._page import to_html
from layers_contract.mutation._shadows import SHADOWS
from layers_contract.mutation._terminal import Groups, meter, show, show_variants
from layers_contract.mutation._variants import (
    SAMPLE,
    Order,
    VariantRun,
    pairs,
    sample,
    seeds,
    singles,
    to_json,
    variant_runs,
)

__all__ = [
    "BY_SCHEMATHESIS",
    "SAMPLE",
    "SHADOWS",
    "Groups",
    "Line",
    "Matrix",
    "Order",
    "Proof",
    "VariantRun",
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
    "show_variants",
    "singles",
    "to_html",
    "to_json",
    "variant_runs",
]
