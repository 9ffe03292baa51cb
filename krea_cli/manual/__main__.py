"""`python -m krea_cli.manual [FOLDER]`: write man/, completions/ and the README's command list."""

import sys
from collections.abc import Mapping
from pathlib import Path

from krea_cli import __version__
from krea_cli.help.command_tree import read_command_tree
from krea_cli.main import build_app
from krea_cli.manual.bash import bash_script
from krea_cli.manual.choices import metavar_choices, model_lines, values_behind
from krea_cli.manual.fish import fish_script
from krea_cli.manual.guide import guide_pages, read_guides
from krea_cli.manual.man import man_pages
from krea_cli.manual.readme import replace_command_list
from krea_cli.manual.sections import read_sections
from krea_cli.manual.zsh import zsh_script


def render_files(checkout: Path) -> Mapping[Path, str]:
    """Path -> content, for every file of CHECKOUT that is generated."""
    root = read_command_tree(build_app(), metavar_choices(), values_behind())
    guides = read_guides(checkout / "man" / "guide")
    models = model_lines()
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    texts = {
        "completions/krea.bash": bash_script(root, models),
        "completions/_krea": zsh_script(root, models),
        "completions/krea.fish": fish_script(root, models),
        "README.md": replace_command_list(readme, root),
    }
    sections = read_sections(checkout / "man" / "sections")
    for name, page in man_pages(root, __version__, guides, sections).items():
        texts[f"man/man1/{name}"] = page
    for name, page in guide_pages(guides, __version__).items():
        texts[f"man/man7/{name}"] = page
    return {checkout / name: text for name, text in texts.items()}


def existing_pages(checkout: Path) -> set[Path]:
    """The man pages that CHECKOUT holds."""
    return set((checkout / "man").glob("man[17]/krea*.[17]"))


def main(arguments: list[str]) -> None:
    """Write all files below the folder named, else in the checkout of this package."""
    checkout = Path(arguments[0]) if arguments else Path(__file__).parents[2]
    texts = render_files(checkout)
    for stale in existing_pages(checkout) - set(texts):
        stale.unlink()
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
