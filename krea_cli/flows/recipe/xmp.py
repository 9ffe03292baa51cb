"""A text as one property of an XMP packet: set beside what is there, and found again.

XMP (ISO 16684-1) is the metadata that picture tools read: RDF in XML, in UTF-8. What is foreign in
a packet stays as it is byte for byte, so a packet is changed by offsets and never written anew.
"""

import re
from typing import NamedTuple

NAMESPACE = "urn:x-krea-cli:recipe/1.0/"
LARGEST = 1 << 22  # bytes of a packet; anybody may have written it, and parsing takes time

_SYNTAX = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# As expat tells them: the address of the namespace, a space, the name.
_GRAPH, _NODE, _ABOUT = f"{_SYNTAX} RDF", f"{_SYNTAX} Description", f"{_SYNTAX} about"
_RECIPE = f"{NAMESPACE} recipe"
# Expat gives each name with its namespace in full: a long one, used often, would cost its square.
_LONGEST_NAMESPACE = 1000

_OPENING, _CLOSING = f"<krea:recipe xmlns:krea='{NAMESPACE}'>".encode(), b"</krea:recipe>"
_BLANK = (
    "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>\n"
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'>\n"
    f"<rdf:RDF xmlns:rdf='{_SYNTAX}'>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end='w'?>"
).encode()

# Fit for content and for a value between apostrophes, which JSON seldom has. A reader makes a
# space of a bare line end in a value, and \n of a bare \r everywhere.
_ESCAPES = str.maketrans(
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
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# For tags that expat has accepted; possessive, so that nothing is ever tried twice.
_TAG = re.compile(rb"""<([^\s/>]++)(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(rb"""\s++([^\s=]++)\s*+=\s*+(?:"[^"]*+"|'[^']*+')""")


def packet(text: str) -> bytes:
    """A packet that holds TEXT alone. Raises ValueError, like `extended`."""
    return extended(_BLANK, text)


def extended(packet: bytes, text: str) -> bytes:
    """PACKET with TEXT as its only recipe, in the place of an earlier one where there is one.

    Raises ValueError with the reason: TEXT has characters that XML cannot say, PACKET is not XMP
    that can be read safely, or the result would be longer than `LARGEST`.
    """
    if found := _NOT_XML.search(text):
        raise ValueError(f"XML metadata cannot hold the character U+{ord(found[0]):04X}")
    survey = _Survey(packet)
    places = survey.places or survey.room
    if not places:
        raise ValueError("the XMP metadata that is there has no rdf:RDF to extend")
    pieces = [packet[: places[0].start], places[0].filled(text)]
    for place, following in zip(places, [*places[1:], None], strict=True):
        pieces.append(packet[place.end : following.start if following else None])
    result = b"".join(pieces)
    if len(result) > LARGEST:
        raise ValueError(f"the XMP metadata would be longer than {LARGEST:,} bytes")
    return result


def text_in(packet: bytes) -> str | None:
    """The recipe in PACKET; None if it has none or cannot be read safely."""
    try:
        return next(iter(_Survey(packet).texts), None)
    except ValueError:
        return None


def _escaped(text: str) -> bytes:
    return text.translate(_ESCAPES).encode()


class _Place(NamedTuple):
    """Bytes of a packet that a text can take the place of, and what then goes around it."""

    start: int
    end: int
    before: bytes
    after: bytes

    def filled(self, text: str) -> bytes:
        """What replaces the bytes from `start` to `end`."""
        return self.before + _escaped(text) + self.after


class _Survey:
    """What a packet says: the recipes, where each is, and where a new one has room.

    Raises ValueError for what is too long, no XML, or made to exhaust a reader.
    """

    def __init__(self, packet: bytes) -> None:
        from xml.parsers import expat

        self.texts: list[str] = []
        self.places: list[_Place] = []
        self.room: list[_Place] = []
        self._about = ""
        self._packet = packet
        self._path: list[tuple[str, int]] = []  # name and offset of each open element
        self._ours: int | None = None  # the offset of the recipe that is open
        self._said: list[str] = []
        if len(packet) > LARGEST:
            raise ValueError(f"the XMP metadata that is there is longer than {LARGEST:,} bytes")
        self._parser = parser = expat.ParserCreate("utf-8", " ")
        parser.ordered_attributes = parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._declared
        parser.StartNamespaceDeclHandler = self._bound
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._said.append
        try:
            parser.Parse(packet.rstrip(b"\0"), True)  # some writers pad with NUL
        except expat.ExpatError as failure:
            raise ValueError("the XMP metadata that is there is not well-formed") from failure

    def _declared(self, *_: object) -> None:
        # XMP has no use for a document type; entities that multiply have.
        raise ValueError("the XMP metadata that is there declares a document type")

    def _bound(self, _: str | None, address: str | None) -> None:
        if address and len(address) > _LONGEST_NAMESPACE:
            raise ValueError("the XMP metadata that is there has a namespace that is too long")

    def _opened(self, name: str, attributes: list[str]) -> None:
        start = self._parser.CurrentByteIndex
        above = [each for each, _ in self._path[-2:]]
        self._path.append((name, start))
        if self._ours is not None:
            return
        self._said.clear()
        if name == _RECIPE and above == [_GRAPH, _NODE]:
            self._ours = start
        elif name == _NODE and above[-1:] == [_GRAPH]:
            self._read_node(start, attributes[::2], attributes[1::2])

    def _read_node(self, start: int, names: list[str], values: list[str]) -> None:
        said = dict(zip(names, values, strict=True))
        # All nodes of a packet are about the same thing; older writers leave out the prefix.
        self._about = self._about or said.get(_ABOUT, said.get("about", ""))
        if _RECIPE not in said:
            return
        # Adobe's serialiser writes a simple property as an attribute of its node.
        self.texts.append(said[_RECIPE])
        written = [
            each
            for each in _ATTRIBUTE.finditer(self._packet, *self._tag(start).span())
            if each[1].partition(b":")[0] != b"xmlns"  # expat keeps these apart
        ]
        ours = written[names.index(_RECIPE)]
        self.places.append(_Place(*ours.span(), b" " + ours[1] + b"='", b"'"))

    def _closed(self, _: str) -> None:
        name, start = self._path.pop()
        if start == self._ours:
            self._ours = None
            self.texts.append("".join(self._said))
            self.places.append(_Place(start, self._end(start), _OPENING, _CLOSING))
        elif name == _GRAPH and not self.room and self._ours is None:
            self.room.append(self._room(start))

    def _room(self, start: int) -> _Place:
        before = f"<rdf:Description xmlns:rdf='{_SYNTAX}' rdf:about='".encode()
        before += _escaped(self._about) + b"'>" + _OPENING
        after = _CLOSING + b"</rdf:Description>\n"
        tag = self._tag(start)
        if tag[0].endswith(b"/>"):
            after += b"</" + tag[1] + b">"
            return _Place(tag.end() - 2, tag.end(), b">" + before, after)
        at = self._parser.CurrentByteIndex
        return _Place(at, at, before, after)

    def _end(self, start: int) -> int:
        tag = self._tag(start)
        if tag[0].endswith(b"/>"):
            return tag.end()
        return self._packet.index(b">", self._parser.CurrentByteIndex) + 1

    def _tag(self, start: int) -> re.Match[bytes]:
        tag = _TAG.match(self._packet, start)
        assert tag is not None
        return tag
