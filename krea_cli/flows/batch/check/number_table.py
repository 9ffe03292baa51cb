"""A table from hashes to numbers, for as many entries as a list has lines."""

from array import array

FREE, REMOVED = -2, -1  # in place of a number
FIRST_SIZE = 1024  # a power of two


class NumberTable:
    """A dict in a third of the memory: from 64-bit hashes to numbers from 0 to 2³¹ - 1.

    The hashes must be spread well, as those of tuples of texts are.
    """

    def __init__(self) -> None:
        self._make(FIRST_SIZE)

    def get(self, key: int) -> int | None:
        """Return the number of KEY, None without one."""
        number = self._numbers[self._find(key)]
        return None if number < 0 else number

    def __contains__(self, key: int) -> bool:
        return self.get(key) is not None

    def __setitem__(self, key: int, number: int) -> None:
        place = self._find(key)
        if self._numbers[place] == FREE:
            self._used += 1
        self._keys[place], self._numbers[place] = key, number
        if self._used * 3 > len(self._keys) * 2:
            self._grow()

    def remove(self, key: int) -> None:
        """Forget KEY, if it is there."""
        place = self._find(key)
        if self._numbers[place] != FREE:
            self._numbers[place] = REMOVED

    def _find(self, key: int) -> int:
        """The place of KEY, or the free one where it belongs."""
        keys, numbers, mask = self._keys, self._numbers, len(self._keys) - 1
        place = key & mask
        while numbers[place] != FREE and keys[place] != key:
            place = (place + 1) & mask
        return place

    def _make(self, size: int) -> None:
        self._keys = array("q", bytes(8 * size))
        self._numbers = array("i", [FREE]) * size
        self._used = 0

    def _grow(self) -> None:
        before = zip(self._keys, self._numbers, strict=True)
        self._make(2 * len(self._keys))
        for key, number in before:
            if number >= 0:
                self[key] = number
