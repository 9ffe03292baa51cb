"""A recipe is one property of an XMP packet, beside any others."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krea_cli.flows.recipe import xmp
from krea_cli.flows.recipe.xmp import (
    MAX_PACKET_BYTES,
    RECIPE_NAMESPACE,
    create_packet,
    get_recipe,
    set_recipe,
)

SYNTAX = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RECIPE = '{"prompt": "a \'fox\' & <a> \\"hen\\" ]]>"}'
# What XML 1.0 can say: no control characters but three, no surrogates, no U+FFFE and U+FFFF.
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
TEXTS = st.text(CHARACTERS | st.sampled_from("\t\n\r<>&'\"]"))
# As picture editors leave it: a header, a wrapper, other properties, padding.
FOREIGN = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Tool"><!-- </rdf:RDF> -->
 <rdf:RDF xmlns:rdf="{SYNTAX}" >
  <rdf:Description rdf:about="uuid:&lt;1'" xmlns:dc="http://purl.org/dc/elements/1.1/">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Füchse &amp; <![CDATA[<b>]]></rdf:li></rdf:Alt>
   </dc:title></rdf:Description>
 </rdf:RDF
 ></x:xmpmeta>
                                        \n<?xpacket end="w"?>""".encode()


def graph(content: str, attributes: str = "") -> bytes:
    """A packet without wrapper: our namespace is k."""
    return (
        f'<r:RDF xmlns:r="{SYNTAX}"><r:Description r:about="" xmlns:k="{RECIPE_NAMESPACE}" '
        f'xmlns:o="urn:other"{attributes}>{content}</r:Description></r:RDF>'
    ).encode()


def recipes(packet: bytes) -> list[str | None]:
    """List all recipes in PACKET with another XML parser."""
    root = ElementTree.fromstring(packet)
    nodes = root.iter(f"{{{SYNTAX}}}Description")
    name = f"{{{RECIPE_NAMESPACE}}}recipe"
    return [
        *(each.text for each in root.iter(name)),
        *(each.get(name) for each in nodes if each.get(name) is not None),
    ]


@given(TEXTS)
def test_any_text_comes_back(text: str) -> None:
    """Quotes, line ends, brackets and other scripts survive, in an element and in an attribute."""
    attribute = set_recipe(graph("", ' k:recipe="old"'), text)
    assert get_recipe(create_packet(text)) == get_recipe(attribute) == text
    assert [each or "" for each in recipes(create_packet(text))] == [text]


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\ud800", "\uffff"])
def test_what_xml_cannot_say_is_refused(letter: str) -> None:
    """A text that cannot be read back is not written."""
    with pytest.raises(ValueError, match=f"cannot hold the character U\\+{ord(letter):04X}"):
        create_packet(f"a{letter}b")


def test_what_is_foreign_stays_byte_for_byte() -> None:
    """The recipe is put between two bytes of the packet, and is about its resource."""
    result = set_recipe(FOREIGN, RECIPE)
    at = FOREIGN.index(b"</rdf:RDF\n")
    assert result[:at] == FOREIGN[:at] and result.endswith(FOREIGN[at:])
    assert get_recipe(result) == RECIPE
    about = {node.get(f"{{{SYNTAX}}}about") for node in ElementTree.fromstring(result)[0]}
    assert about == {"uuid:<1'"}


@pytest.mark.parametrize("before", [FOREIGN, create_packet("old")], ids=["foreign", "ours"])
def test_a_second_recipe_replaces_the_first(before: bytes) -> None:
    """Only the last recipe stays, and setting it again changes nothing."""
    once = set_recipe(before, RECIPE)
    assert set_recipe(set_recipe(before, "first"), RECIPE) == once == set_recipe(once, RECIPE)
    assert recipes(once) == [RECIPE]


@pytest.mark.parametrize(
    ("content", "attributes"),
    [
        ("<k:recipe>a</k:recipe >", ""),
        ("<k:recipe/><o:recipe>b</o:recipe>", ""),
        ("", " k:recipe='a'"),
        ("", " o:a='k:recipe=\"x\"' xmlns:n='k:recipe' k:recipe\n =\n 'a>' o:recipe='b'"),
        ("<k:recipe>a</k:recipe><o:b/><k:recipe>c</k:recipe>", " k:recipe='d'"),
        ("<k:recipe>a<r:RDF><r:Description><k:recipe/></r:Description></r:RDF></k:recipe>", ""),
    ],
    ids=["element", "empty", "attribute", "attributes", "several", "nested"],
)
def test_a_recipe_that_another_tool_wrote_anew_is_replaced(content: str, attributes: str) -> None:
    """In every form of RDF, and beside any properties, one recipe is left."""
    before = graph(content, attributes)
    after = set_recipe(before, RECIPE)
    assert recipes(after) == [RECIPE]
    assert get_recipe(after) == RECIPE
    assert after.count(b"o:") == before.count(b"o:")


@pytest.mark.parametrize(
    "empty",
    [f"<RDF xmlns='{SYNTAX}'/>", f"\ufeff<a:RDF\nxmlns:a='{SYNTAX}' />\0\0", FOREIGN.decode()],
    ids=["plain", "prefixed", "foreign"],
)
def test_a_packet_without_recipe_has_none_and_takes_one(empty: str) -> None:
    """A graph without content is opened for it."""
    assert get_recipe(empty.encode()) is None
    assert get_recipe(set_recipe(empty.encode(), RECIPE)) == RECIPE


BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
UNREADABLE = {
    "nothing": (b"", "not well-formed"),
    "cut": (FOREIGN[:-200], "not well-formed"),
    "UTF-16": (FOREIGN.decode().encode("utf-16"), "not well-formed"),
    "undefined entity": (graph("<k:recipe>&b;</k:recipe>"), "not well-formed"),
    "entities": (BOMB.encode() + graph("<k:recipe>&b;</k:recipe>"), "declares a document type"),
    "file": (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "declares a document type"),
    "namespace": (f"<a xmlns='{'n' * 2000}'>{'<b/>' * 9}</a>".encode(), "namespace"),
    "long": (FOREIGN + b" " * MAX_PACKET_BYTES, "longer than 4,194,304 bytes"),
    "no graph": (b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "no rdf:RDF"),
}


@pytest.mark.parametrize(("foreign", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_packet_that_cannot_be_read_safely_is_left_alone(foreign: bytes, why: str) -> None:
    """Nothing is found in it, nothing is fetched or expanded, and nothing is put into it."""
    assert get_recipe(foreign) is None
    with pytest.raises(ValueError, match=why):
        set_recipe(foreign, RECIPE)


def test_a_packet_does_not_grow_beyond_what_is_read() -> None:
    """A packet that is too long to be read is not written."""
    with pytest.raises(ValueError, match="would be longer"):
        create_packet("a" * MAX_PACKET_BYTES)


@pytest.mark.parametrize(
    "hostile",
    [
        "<a>" * (MAX_PACKET_BYTES // 8) + "</a>" * (MAX_PACKET_BYTES // 8 - 1),
        "<a " + " ".join(f"a{number}=''" for number in range(MAX_PACKET_BYTES // 16)),
        f"<a xmlns='{'n' * 999}'>" + "<b/>" * (MAX_PACKET_BYTES // 8),
        f"<RDF xmlns='{SYNTAX}'>" * (MAX_PACKET_BYTES // 128),
        graph(f"<k:recipe>{'&#10;' * (MAX_PACKET_BYTES // 8)}<").decode(),
    ],
    ids=["deep", "attributes", "namespace", "graphs", "references"],
)
def test_time_grows_with_the_length_alone(hostile: str) -> None:
    """Megabytes made to be slow are done with in a second or two; their square would take hours."""
    assert get_recipe(hostile.encode()) is None


@given(st.lists(st.sampled_from([*map(bytes, FOREIGN.split(b" ")), b"<", b">", b'"', b"\0"])))
def test_hostile_packets_are_read_without_harm(pieces: list[bytes]) -> None:
    """For any bytes, reading finds no recipe, or one that exists."""
    assert get_recipe(b" ".join(pieces)) is None


@given(st.integers(0, len(FOREIGN)), st.binary(max_size=3))
def test_a_changed_packet_never_breaks_the_recipe(at: int, change: bytes) -> None:
    """Either the packet takes the recipe and gives it back, or it says why not."""
    changed = FOREIGN[:at] + change + FOREIGN[at + len(change) :]
    try:
        assert xmp.get_recipe(set_recipe(changed, RECIPE)) == RECIPE
    except ValueError as failure:
        assert "its XMP metadata" in str(failure)
