"""`python -m krea_cli`: the command, where none is installed."""

from krea_cli.main import run

if __name__ == "__main__":
    run()
