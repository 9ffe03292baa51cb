"""The page that `krea` prints, alone or with -h."""

from tests.harness.cli import Cli

PAGE = """\
Usage: krea COMMAND [OPTIONS]
  Generate images, video, audio and 3D with the Krea API; never pay twice.

Examples:
  krea auth login
  krea generate "a red fox in snow" -o fox.png
  krea sandbox -- krea generate "a red fox in snow" -o fox.png

Make:                                   Follow:
  generate    a picture, a clip, a sound  status      how jobs stand now
  batch       all that a file lists       jobs        the account's list of jobs
  again       an earlier one, anew        wait        until jobs are complete
  models      find, show, compare models  download    save what jobs have made
  preset      a model and its values      cancel      stop jobs that run

Find again:                             Set up:
  history     earlier requests, recipes   auth        your token
  spend       what requests have cost     config      the settings
  recover     jobs whose answer was lost  doctor      find and fix problems
  verify      the files of a batch        completion  for bash, zsh and fish
                                          sandbox     try it all, free of charge

krea COMMAND -h says more about one, man krea about all; krea -V is the version.
"""


def test_the_page_fits_a_window_of_24_lines(cli: Cli) -> None:
    """One line is left for the shell; each way to ask gives the same."""
    cli.environ["COLUMNS"] = "80"
    for words in ((), ("-h",), ("--help",), ("-h", "generate")):
        result = cli.krea(*words)
        assert (result.code, result.out, result.err) == (0, PAGE, "")
    assert len(PAGE.splitlines()) == 23
    assert max(map(len, PAGE.splitlines())) == 80


def test_a_small_window(cli: Cli) -> None:
    """Below 78 columns the groups stand one below the other."""
    cli.environ["COLUMNS"] = "50"
    page = cli.krea().out
    assert page.endswith(
        "\n\n"
        "Set up:\n"
        "  auth        your token\n"
        "  config      the settings\n"
        "  doctor      find and fix problems\n"
        "  completion  for bash, zsh and fish\n"
        "  sandbox     try it all, free of charge\n"
        "\n"
        "krea COMMAND -h says more about one, man krea\n"
        "about all; krea -V is the version.\n"
    )
