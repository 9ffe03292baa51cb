"""`python -m krea_cli.manual [FOLDER]`: write man/, completions/ and the README's command list."""

import sys
from collections.abc import Mapping
from pathlib import Path

from krea_cli import __version__
from krea_cli.main import build
from krea_cli.manual import bash, choices, command_tree, fish, man, readme, zsh


def files(folder: Path) -> Mapping[Path, str]:
    """Every file that is generated below FOLDER, the checkout, with its content."""
    root = command_tree.read(build(), choices.words())
    models = choices.models()
    made = {
        folder / "man" / "man1" / name: text for name, text in man.pages(root, __version__).items()
    }
    made[folder / "completions" / "krea.bash"] = bash.script(root, models)
    made[folder / "completions" / "_krea"] = zsh.script(root, models)
    made[folder / "completions" / "krea.fish"] = fish.script(root, models)
    written = folder / "README.md"
    made[written] = readme.filled(written.read_text(encoding="utf-8"), root)
    return made


def main(arguments: list[str]) -> None:
    """Write all files below the folder named, or the checkout this package lies in."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parents[2]
    made = files(folder)
    for stale in set((folder / "man" / "man1").glob("krea*.1")) - set(made):
        stale.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
