"""Drawings: what is served of them, and what is refused."""

import xml.etree.ElementTree as etree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.content.diagrams import ATTRIBUTES, CLASSES, ELEMENTS, drawing, flaws, height
from tests.content.tree import FUNNEL

SVG = "{http://www.w3.org/2000/svg}"


def test_classes_become_the_pages_own_colours():
    served = etree.fromstring(drawing(FUNNEL))
    assert served.get("viewBox") == "0 0 360 80"
    assert height(FUNNEL) == 80
    (group,) = served
    assert group.get("id") == "drawing"
    rect, text = group
    assert (rect.tag, rect.get("fill"), rect.get("stroke")) == (SVG + "rect", "var(--sea-wash)", "var(--sea)")
    assert rect.get("stroke-dasharray") == "5 4"
    assert (text.text, text.get("font-weight"), text.get("text-anchor")) == ("one & only", "600", "middle")


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>", '<rect onload="alert(1)"/>', '<a href="javascript:alert(1)"><text>x</text></a>',
        '<image href="https://a.example/x.png"/>', "<foreignObject/>", "<style>*{}</style>", '<rect fill="url(#x)"/>',
        '<use href="#x"/>', '<rect id="main"/>', '<path d="M0 0&quot;/>"/>', '<text transform="url(https://x)">x</text>',
        '<h:p xmlns:h="http://www.w3.org/1999/xhtml">x</h:p>', "<svg/>", "<rect", '<rect x="1" x="2"/>', "&bomb;",
    ],
)  # fmt: skip
def test_what_could_act_or_reach_out_is_refused(inner):
    assert list(flaws(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 80">{inner}</svg>'))


def test_entities_cannot_grow():
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    found = list(flaws(f'{bomb}<svg viewBox="0 0 360 80"><text>&b;</text></svg>'))
    assert found[0].message == "has a DOCTYPE: remove it"
    assert "characters" in next(flaws("<svg>" + "x" * 20_000)).message


@given(
    st.sampled_from(sorted(ELEMENTS - {"svg"})),
    st.dictionaries(st.sampled_from(sorted(ATTRIBUTES - {"class"})), st.text(max_size=12), max_size=4),
    st.lists(st.sampled_from(sorted(CLASSES)), max_size=3),
    st.text(max_size=20),
)
def test_whatever_has_no_flaw_is_served_as_sound_xml_of_our_vocabulary(name, attributes, classes, words):
    element = etree.Element(name, attributes | {"class": " ".join(classes)})
    element.text = words
    root = etree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 360 99"})
    root.append(element)
    svg = etree.tostring(root, encoding="unicode")
    if list(flaws(svg)):
        return
    served = list(etree.fromstring(drawing(svg)).iter())
    looks = {attribute for look in CLASSES.values() for attribute in look}
    assert {each.tag.removeprefix(SVG) for each in served} <= ELEMENTS
    assert {attribute for each in served[2:] for attribute in each.attrib} <= ATTRIBUTES | looks
    assert "".join(served[2].itertext()).split() == words.split()
