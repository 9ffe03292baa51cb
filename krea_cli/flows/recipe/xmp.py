"""Set a recipe as one property of an XMP packet, beside its other properties, and read it back.

XMP (ISO 16684-1) is the metadata that picture tools read: RDF in XML, in UTF-8. The rest of a
packet stays as it is, byte for byte. It is changed by offsets and never written anew.
"""

import re
from typing import NamedTuple

MAX_PACKET_BYTES = 1 << 22  # the packet may come from anywhere, and parsing takes time
# Expat repeats the namespace in each name: a long one, used often, would take quadratic time.
MAX_NAMESPACE_CHARACTERS = 1000

RECIPE_NAMESPACE = "urn:x-krea-cli:recipe/1.0/"
RDF_NAMESPACE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Names in the form of expat: the namespace, a space, the local name.
RECIPE_NAME = f"{RECIPE_NAMESPACE} recipe"
RDF_ELEMENT = f"{RDF_NAMESPACE} RDF"
DESCRIPTION_ELEMENT = f"{RDF_NAMESPACE} Description"
ABOUT_ATTRIBUTE = f"{RDF_NAMESPACE} about"

OPENING_TAG = f"<krea:recipe xmlns:krea='{RECIPE_NAMESPACE}'>".encode()
CLOSING_TAG = b"</krea:recipe>"
EMPTY_PACKET = (
    "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>\n"
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'>\n"
    f"<rdf:RDF xmlns:rdf='{RDF_NAMESPACE}'>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end='w'?>"
).encode()

# For content, and for attribute values in apostrophes, which are rare in JSON. XML readers turn an
# unescaped line end in a value into a space, and an unescaped \r anywhere into \n.
ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "'": "&#39;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)
NON_XML_PATTERN = "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
# For tags that expat has accepted; possessive, so that there is no backtracking.
TAG_PATTERN = rb"""<([^\s/>]++)(?:[^>"']++|"[^"]*+"|'[^']*+')*+>"""
ATTRIBUTE_PATTERN = rb"""\s++([^\s=]++)\s*+=\s*+(?:"[^"]*+"|'[^']*+')"""


def create_packet(text: str) -> bytes:
    """Create a packet with nothing but the recipe TEXT. Raises ValueError, like `set_recipe`."""
    return set_recipe(EMPTY_PACKET, text)


def set_recipe(packet: bytes, text: str) -> bytes:
    """Return PACKET with TEXT as its only recipe, in place of an earlier one.

    Raises ValueError with the reason:

    - TEXT has characters that XML cannot hold
    - PACKET is not XMP, or cannot be read safely
    - the result would be longer than `MAX_PACKET_BYTES`
    """
    if match := re.search(NON_XML_PATTERN, text):
        raise ValueError(f"XML metadata cannot hold the character U+{ord(match[0]):04X}")
    parser = _PacketParser(packet)
    spans = parser.spans or parser.free_spans
    if not spans:
        raise ValueError("its XMP metadata has no rdf:RDF to extend")
    pieces = [packet[: spans[0].start], spans[0].replacement(text)]
    for span, following in zip(spans, [*spans[1:], None], strict=True):
        pieces.append(packet[span.end : following.start if following else None])
    result = b"".join(pieces)
    if len(result) > MAX_PACKET_BYTES:
        raise ValueError(f"the XMP metadata would be longer than {MAX_PACKET_BYTES:,} bytes")
    return result


def get_recipe(packet: bytes) -> str | None:
    """Return the recipe in PACKET; None if it has none or cannot be read safely."""
    try:
        return next(iter(_PacketParser(packet).recipes), None)
    except ValueError:
        return None


class _Span(NamedTuple):
    """Bytes of a packet that a recipe can replace.

    start, end: their offsets
    before, after: XML to write around the recipe
    """

    start: int
    end: int
    before: bytes
    after: bytes

    def replacement(self, text: str) -> bytes:
        """Bytes to write in place of those from `start` to `end`."""
        return self.before + text.translate(ESCAPES).encode() + self.after


class _PacketParser:
    """The recipes in a packet, and the places for a new one.

    recipes: the texts of all recipes
    spans: the bytes of each recipe
    free_spans: a place for a recipe, if there is none yet

    Raises ValueError for a packet that is too long, not XML, or made to exhaust a reader.
    """

    def __init__(self, packet: bytes) -> None:
        from xml.parsers import expat

        self.recipes: list[str] = []
        self.spans: list[_Span] = []
        self.free_spans: list[_Span] = []
        self._about = ""
        self._packet = packet
        self._open_elements: list[tuple[str, int]] = []  # name and offset of each
        self._recipe_start: int | None = None  # offset of the recipe that is open
        self._text: list[str] = []
        if len(packet) > MAX_PACKET_BYTES:
            raise ValueError(f"its XMP metadata is longer than {MAX_PACKET_BYTES:,} bytes")
        self._parser = parser = expat.ParserCreate("utf-8", " ")
        parser.ordered_attributes = parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartNamespaceDeclHandler = self._check_namespace
        parser.StartElementHandler = self._open_element
        parser.EndElementHandler = self._close_element
        parser.CharacterDataHandler = self._text.append
        try:
            parser.Parse(packet.rstrip(b"\0"), True)  # some writers pad with NUL
        except expat.ExpatError as failure:
            raise ValueError("its XMP metadata is not well-formed") from failure

    def _refuse_doctype(self, *_: object) -> None:
        # XMP needs no document type; an attack with entities that multiply does.
        raise ValueError("its XMP metadata declares a document type")

    def _check_namespace(self, _: str | None, address: str | None) -> None:
        if address and len(address) > MAX_NAMESPACE_CHARACTERS:
            raise ValueError("its XMP metadata has a namespace that is too long")

    def _open_element(self, name: str, attributes: list[str]) -> None:
        start = self._parser.CurrentByteIndex
        parents = [parent for parent, _ in self._open_elements[-2:]]
        self._open_elements.append((name, start))
        if self._recipe_start is not None:
            return
        self._text.clear()
        if name == RECIPE_NAME and parents == [RDF_ELEMENT, DESCRIPTION_ELEMENT]:
            self._recipe_start = start
        elif name == DESCRIPTION_ELEMENT and parents[-1:] == [RDF_ELEMENT]:
            self._read_description(start, attributes[::2], attributes[1::2])

    def _read_description(self, start: int, names: list[str], values: list[str]) -> None:
        attributes = dict(zip(names, values, strict=True))
        # All descriptions of a packet are about one resource; old writers leave out the prefix.
        self._about = self._about or attributes.get(ABOUT_ATTRIBUTE, attributes.get("about", ""))
        if RECIPE_NAME not in attributes:
            return
        # Adobe's serialiser writes a simple property as an attribute of its description.
        self.recipes.append(attributes[RECIPE_NAME])
        matches = [
            match
            for match in re.compile(ATTRIBUTE_PATTERN).finditer(
                self._packet, *self._tag(start).span()
            )
            if match[1].partition(b":")[0] != b"xmlns"  # expat does not report these
        ]
        attribute = matches[names.index(RECIPE_NAME)]
        self.spans.append(_Span(*attribute.span(), b" " + attribute[1] + b"='", b"'"))

    def _close_element(self, _: str) -> None:
        name, start = self._open_elements.pop()
        if start == self._recipe_start:
            self._recipe_start = None
            self.recipes.append("".join(self._text))
            self.spans.append(_Span(start, self._element_end(start), OPENING_TAG, CLOSING_TAG))
        elif name == RDF_ELEMENT and not self.free_spans and self._recipe_start is None:
            self.free_spans.append(self._free_span(start))

    def _free_span(self, start: int) -> _Span:
        before = f"<rdf:Description xmlns:rdf='{RDF_NAMESPACE}' rdf:about='".encode()
        before += self._about.translate(ESCAPES).encode() + b"'>" + OPENING_TAG
        after = CLOSING_TAG + b"</rdf:Description>\n"
        tag = self._tag(start)
        if tag[0].endswith(b"/>"):
            after += b"</" + tag[1] + b">"
            return _Span(tag.end() - 2, tag.end(), b">" + before, after)
        end = self._parser.CurrentByteIndex
        return _Span(end, end, before, after)

    def _element_end(self, start: int) -> int:
        tag = self._tag(start)
        if tag[0].endswith(b"/>"):
            return tag.end()
        return self._packet.index(b">", self._parser.CurrentByteIndex) + 1

    def _tag(self, start: int) -> re.Match[bytes]:
        tag = re.compile(TAG_PATTERN).match(self._packet, start)
        assert tag is not None
        return tag
