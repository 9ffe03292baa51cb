"""The README's pictures."""

import re
from pathlib import Path

from krea_cli.manual import pictures


def test_the_pictures_show_the_real_thing(tmp_path: Path) -> None:
    """Both are drawn from what the program shows, and fetch nothing when looked at."""
    pictures.main([str(tmp_path)])
    words = {
        path.name: re.sub(r"<[^>]+>", " ", path.read_text()).replace("&#160;", " ")
        for path in (tmp_path / "man" / "pictures").iterdir()
    }
    assert sorted(words) == ["models.svg", "spinner.svg"]
    assert "krea models" in words["models.svg"]
    assert "krea/krea-2/large" in words["models.svg"]
    assert "processing" in words["spinner.svg"]
    assert "4 s of about 7 s" in words["spinner.svg"]
    assert not re.search(r"https?:", "".join(words.values()))
