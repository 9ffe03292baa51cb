"""`krea auth login`, `status`, `logout`."""

from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Profile, Quiet, TokenFile, Verbose

if TYPE_CHECKING:
    from krea_cli.commands.session import Session

HELP = """Store a token, see which one is used, forget it.

Examples:

\b
  krea auth login
  krea auth status
  krea auth logout
"""
app = typer.Typer(help=HELP, no_args_is_help=True)

LONGEST_TOKEN = 10_000  # characters
ALONE = "krea auth login --with-token < FILE, with a file that holds the token and nothing else"

WithToken = Annotated[
    bool, typer.Option("--with-token", help="Read the token from stdin instead of asking for it.")
]


@app.command()
def login(
    context: typer.Context,
    with_token: WithToken = False,
    profile: Profile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check a token and store it.

    It is typed without being shown, or read from stdin; never given as an argument, where others
    could see it. It is stored for the current address (KREA_API_BASE) and sent to no other.

    Examples:

    \b
      krea auth login
      krea auth login --with-token < token.txt
      krea auth login --profile work
    """
    from krea_cli.local.credentials import DEFAULT_PROFILE, masked, store

    session: Session = context.obj
    token = _read(session) if with_token else _ask(session)
    outcome = _checked(session, token)
    name = profile or DEFAULT_PROFILE
    path = store(session.env.config_dir, name, token=token, base=session.base)
    session.output.line(
        f"token {masked(token)} is stored as {name}, for {session.base}",
        {"profile": name, "key": masked(token), "base": session.base, "path": str(path)},
    )
    _tell_balance(session, outcome)
    _tell_precedence(session, profile)


@app.command()
def status(
    context: typer.Context,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show which token is used, and whether it is accepted.

    Says where it comes from. Exits with 3 when there is none or it is refused.

    Examples:

    \b
      krea auth status
      krea auth status --profile work --json
    """
    from krea_cli.errors import KreaError
    from krea_cli.local.credentials import disagreement

    session: Session = context.obj
    if sentence := disagreement(session.env.get):
        session.output.warn(sentence)
    _warn_of_exposure(session)
    token = session.token()
    try:
        outcome = _checked(session, token.value)
    except KreaError as error:
        _show(session, f"not accepted: {error.message}", accepted=False)
        raise
    _show(session, "accepted", accepted=True)
    _tell_balance(session, outcome)


@app.command()
def logout(
    context: typer.Context,
    profile: Profile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Forget a stored token.

    The token itself stays valid: revoke it at https://www.krea.ai/settings/api-tokens.

    Examples:

    \b
      krea auth logout
      krea auth logout --profile work
    """
    from krea_cli.local.credentials import DEFAULT_PROFILE, remove

    session: Session = context.obj
    name = profile or DEFAULT_PROFILE
    removed = remove(session.env.config_dir, name)
    text = f"the login {name} is forgotten" if removed else f"no login was stored as {name}"
    session.output.line(text, {"profile": name, "removed": removed})
    if variable := _variable(session):
        session.output.warn(f"{variable} is set and goes on being used")


def _ask(session: "Session") -> str:
    import signal
    from getpass import getpass

    from krea_cli.errors import Interrupted, UsageError
    from krea_cli.local.credentials import TOKEN_PAGE, clean_token

    if not session.env.stdin.isatty():
        raise UsageError(
            "there is no terminal to type the token at",
            hint="krea auth login --with-token < FILE, or export KREA_API_KEY=…",
        )
    session.output.say(f"Make a token at {TOKEN_PAGE} and paste it here; it is not shown.")
    # After a Ctrl-Z the shell would give the terminal back with its echo on.
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        with session.clock.exposed():
            typed = getpass("Token: ")
    except (EOFError, Interrupted) as left:
        session.output.say("")  # the cursor still stands behind the prompt
        if isinstance(left, Interrupted):
            raise
        typed = ""
    finally:
        signal.signal(signal.SIGTSTP, before)
    return clean_token(typed, "the terminal")


def _read(session: "Session") -> str:
    from krea_cli.errors import NoToken
    from krea_cli.local.credentials import clean_token

    try:
        with session.clock.exposed():
            text = session.env.stdin.read(LONGEST_TOKEN + 1)
    except UnicodeDecodeError as failure:
        raise NoToken("the token from stdin is no text", hint=ALONE) from failure
    if len(text) > LONGEST_TOKEN:
        raise NoToken("what stdin holds is too long for a token", hint=ALONE)
    return clean_token(text, "stdin")


def _checked(session: "Session", token: str) -> str:
    """Ask the service: "ok" or "balance". Raises `TokenRefused`, and what kept it from asking."""
    from krea_cli.errors import TokenRefused
    from krea_cli.local.credentials import TOKEN_PAGE

    api = session.api_with(token)
    outcome = session.clock.attend(api.check_token)
    if outcome == "refused":
        raise TokenRefused(
            f"{session.base} refuses the token",
            hint=f"copy it again, whole, from {TOKEN_PAGE}",
        )
    return outcome


def _show(session: "Session", check: str, *, accepted: bool) -> None:
    from krea_cli.local.credentials import masked

    token = session.token()
    key = masked(token.value)
    lines = (f"token    {key}", f"from     {token.source}", f"base     {session.base}")
    session.output.line(
        "\n".join((*lines, f"check    {check}")),
        {
            "key": key,
            "source": token.source,
            "profile": token.profile,
            "base": session.base,
            "accepted": accepted,
            "check": check,
        },
    )


def _tell_balance(session: "Session", outcome: str) -> None:
    if outcome == "balance":
        session.output.warn(
            "the token is fine, but the API balance is used up: top it up at krea.ai/app/api"
        )


def _tell_precedence(session: "Session", profile: str | None) -> None:
    if profile:
        session.output.hint(f"use it with --profile {profile}")
    elif variable := _variable(session):
        session.output.warn(f"{variable} is set and goes before the stored token")


def _variable(session: "Session") -> str | None:
    from krea_cli.local.credentials import VARIABLES

    return next((name for name in VARIABLES if session.env.get(name)), None)


def _warn_of_exposure(session: "Session") -> None:
    from krea_cli.local.credentials import credentials_path
    from krea_cli.local.private_file import exposure

    if sentence := exposure(credentials_path(session.env.config_dir)):
        session.output.warn(sentence)
