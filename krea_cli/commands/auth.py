"""`krea auth`: store a token, show the one in use, forget it."""

from typing import TYPE_CHECKING, Annotated

import typer

from krea_cli.options import Json, Profile, Quiet, TokenFile, Verbose
from krea_cli.text import hide_login, shell_line

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.keys import Relation

HELP = """Store a token, show the one in use, or forget it.

Examples:

\b
  krea auth login
  krea auth status
  krea auth logout
"""
app = typer.Typer(help=HELP, no_args_is_help=True)

MAX_TOKEN_CHARACTERS = 10_000
TOKEN_FILE_HINT = (
    "krea auth login --with-token < FILE, with a file that holds the token and nothing else"
)

OtherKeyName = Annotated[
    str | None,
    typer.Argument(
        metavar="[KEY]", help="The other key, as the ledger names it.", show_default=False
    ),
]
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

    The token is typed without being shown, or read from stdin. It is never an argument, since
    other users could see it there. It is stored for the current address (KREA_API_BASE), and
    sent to no other.

    Examples:

    \b
      krea auth login
      krea auth login --with-token < token.txt
      krea auth login --profile work
    """
    from krea_cli.local.credentials import DEFAULT_PROFILE, mask_token, store_login

    session: Session = context.obj
    token = _read_token(session) if with_token else _prompt_for_token(session)
    verdict = _check_token(session, token)
    name = profile or DEFAULT_PROFILE
    shown_base = hide_login(session.base)
    path = store_login(session.env.config_dir, name, token=token, base=session.base)
    session.output.print_line(
        f"token {mask_token(token)} is stored as {name}, for {shown_base}",
        {"profile": name, "key": mask_token(token), "base": shown_base, "path": str(path)},
    )
    _warn_if_balance_is_spent(session, verdict)
    if profile:
        session.output.hint(f"use it with {shell_line('--profile', profile)}")
    elif variable := _token_variable(session):
        session.output.warn(f"{variable} is set and used instead of the stored token")


@app.command()
def status(
    context: typer.Context,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show the token in use, and check it.

    Shows its source and the service's answer. Exits with 3 if there is no token, or it is refused.

    Examples:

    \b
      krea auth status
      krea auth status --profile work --json
    """
    from krea_cli.errors import KreaError
    from krea_cli.local.credentials import credentials_path, describe_token_conflict
    from krea_cli.local.private_file import describe_exposure

    session: Session = context.obj
    if sentence := describe_token_conflict(session.env.get):
        session.output.warn(sentence)
    if sentence := describe_exposure(credentials_path(session.env.config_dir)):
        session.output.warn(sentence)
    token = session.token
    try:
        verdict = _check_token(session, token.value)
    except KreaError as error:
        _print_token(session, f"not accepted: {error.message}", accepted=False)
        raise
    _print_token(session, "accepted", accepted=True)
    _warn_if_balance_is_spent(session, verdict)


@app.command("same-account")
def same_account(
    context: typer.Context,
    key: OtherKeyName = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Say that an earlier API key is of the same account.

    The requests made with either key then count as yours. The tool finds out by itself if the
    service shows a new key the earlier jobs. This is your word instead.

    Examples:

    \b
      krea auth same-account
    """
    _relate(context.obj, key, "same")


@app.command("other-account")
def other_account(
    context: typer.Context,
    key: OtherKeyName = None,
    profile: Profile = None,
    token_file: TokenFile = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Say that an earlier API key is of another account.

    A request that is under way there is then sent with this key as well. A day's budget no longer
    counts both together. krea auth same-account undoes it.

    Examples:

    \b
      krea auth other-account
    """
    _relate(context.obj, key, "other")


def _relate(session: "Session", name: str | None, relation: "Relation") -> None:
    keys = session.account_ledger.keys
    other = keys.find_other(name, relation, session.profile)
    keys.relate(other.account, relation, "user", session.clock.now())
    word = "the same account as" if relation == "same" else "another account than"
    session.output.print_line(
        f"key {other.name} is of {word} the key in use",
        {"key": other.account, "relation": relation, "base": hide_login(session.base)},
    )


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
    from krea_cli.local.credentials import DEFAULT_PROFILE, remove_login

    session: Session = context.obj
    name = profile or DEFAULT_PROFILE
    removed = remove_login(session.env.config_dir, name)
    text = f"the login {name} is forgotten" if removed else f"no login was stored as {name}"
    session.output.print_line(text, {"profile": name, "removed": removed})
    if variable := _token_variable(session):
        session.output.warn(f"{variable} is set and still in use")


def _prompt_for_token(session: "Session") -> str:
    import signal
    from getpass import getpass

    from krea_cli.errors import Interrupted, UsageError
    from krea_cli.local.credentials import TOKEN_PAGE_URL, clean_token

    if not session.env.stdin.isatty():
        raise UsageError(
            "there is no terminal to type the token at",
            hint="krea auth login --with-token < FILE; or export KREA_API_KEY=…",
        )
    session.output.say(f"Make a token at {TOKEN_PAGE_URL} and paste it here; it is not shown.")
    # After a Ctrl-Z the shell would give the terminal back with its echo on.
    handler = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        with session.clock.interruptible():
            typed = getpass("Token: ")
    except (EOFError, Interrupted) as failure:
        session.output.say("")  # the cursor still stands behind the prompt
        if isinstance(failure, Interrupted):
            raise
        typed = ""
    finally:
        signal.signal(signal.SIGTSTP, handler)
    return clean_token(typed, "the terminal")


def _read_token(session: "Session") -> str:
    from krea_cli.errors import NoToken
    from krea_cli.local.credentials import clean_token

    try:
        with session.clock.interruptible():
            text = session.env.stdin.read(MAX_TOKEN_CHARACTERS + 1)
    except UnicodeDecodeError as failure:
        raise NoToken("the token from stdin is not text", hint=TOKEN_FILE_HINT) from failure
    if len(text) > MAX_TOKEN_CHARACTERS:
        raise NoToken("the text from stdin is too long for a token", hint=TOKEN_FILE_HINT)
    return clean_token(text, "stdin")


def _check_token(session: "Session", token: str) -> str:
    """Ask the service about TOKEN; return "ok", or "balance" if the balance is used up.

    Raises `TokenRefused`, and `KreaError` if the service cannot be asked.
    """
    from krea_cli.errors import TokenRefused
    from krea_cli.local.credentials import TOKEN_PAGE_URL

    api = session.api_with_token(token)
    verdict = session.clock.wait_for(api.check_token)
    if verdict == "refused":
        raise TokenRefused(
            f"{hide_login(session.base)} refuses the token",
            hint=f"copy it again, whole, from {TOKEN_PAGE_URL}",
        )
    return verdict


def _print_token(session: "Session", check: str, *, accepted: bool) -> None:
    from krea_cli.local.credentials import mask_token

    token = session.token
    key = mask_token(token.value)
    lines = (f"token    {key}", f"from     {token.source}", f"base     {hide_login(session.base)}")
    session.output.print_line(
        "\n".join((*lines, f"check    {check}")),
        {
            "key": key,
            "source": token.source,
            "profile": token.profile,
            "base": hide_login(session.base),
            "accepted": accepted,
            "check": check,
        },
    )


def _warn_if_balance_is_spent(session: "Session", verdict: str) -> None:
    if verdict == "balance":
        session.output.warn(
            "the token is fine, but the API balance is used up: top it up at krea.ai/app/api"
        )


def _token_variable(session: "Session") -> str | None:
    from krea_cli.local.credentials import TOKEN_VARIABLES

    return next((name for name in TOKEN_VARIABLES if session.env.get(name)), None)
