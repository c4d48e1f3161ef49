"""The parts of a question."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.names import from_labels, suffixes, to_text
from gateway.policy.matching.asker import Asker
from gateway.policy.matching.probe import Probe


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=8))
def test_suffixes_and_text_are_those_of_names(labels: list[bytes]) -> None:
    name = from_labels(labels)
    probe = Probe(Asker("192.0.2.7"), name, 1)
    assert probe.suffixes == list(suffixes(name))
    assert probe.text == probe.text == to_text(name)
