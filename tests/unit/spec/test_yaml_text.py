"""The YAML that is published reads back as what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from layers_contract.spec import yaml_text
from layers_contract.spec.document import load, read_yaml

Json = Any

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_reads_back_as_it_was(value: Json) -> None:
    """Whatever JSON can hold comes back from the text."""
    assert yaml.safe_load(yaml_text.dump(value)) == value


def test_our_own_reader_agrees(tmp_path: Path) -> None:
    """The whole document comes back through the reader that all of ours use."""
    written = tmp_path / "openapi.yaml"
    written.write_text(yaml_text.dump(load().raw), encoding="utf-8")
    assert read_yaml(written) == load().raw


@pytest.mark.parametrize("shared", [[1], {"a": 1}, "text\nof two lines\n"])
def test_what_stands_twice_is_written_twice(shared: Json) -> None:
    """There are no aliases, which some readers refuse."""
    text = yaml_text.dump({"a": shared, "b": shared})
    assert "&" not in text
    assert "*" not in text


def test_a_text_of_several_lines_is_a_block() -> None:
    """Paragraphs stay readable, and members keep their order."""
    assert yaml_text.dump({"b": "one\ntwo\n", "a": 1}) == "b: |\n  one\n  two\na: 1\n"
