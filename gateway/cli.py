"""The verbs of `hushgate`: parse, call, print, exit code. They are named in gateway/verbs, done in gateway/commands.

Exit codes: 0 done; 1 it could not be done, or something is wrong; 2 the settings or the command line are wrong.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from gateway.errors import HushgateError, OwnFault, SettingsError
from gateway.verbs import access, asking, box, bundle, history, keeping, policy
from gateway.verbs.grammar import EXIT_SETTINGS, Grammar, Parser, Version

EXIT_FAULT = 1
EXIT_INTERRUPTED = 130

# In the order in which the help names them.
FAMILIES = (box, asking, policy, access, bundle, keeping, history)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Data goes to stdout, everything else to stderr; an error ends with what to do."""
    options = parser().parse_args(arguments)
    if "call" not in options:
        parser().print_help()
        return 0
    os.umask(0o077)  # whatever is written is for its owner alone: the log is personal
    module, function = options.call.split(":")
    try:
        code: int = getattr(import_module(f"gateway.commands.{module}"), function)(options)
        sys.stdout.flush()
    except SettingsError as error:
        return _complain(error, EXIT_SETTINGS)
    except HushgateError as error:
        return _complain(error, EXIT_FAULT)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `hushgate log | head`: the reader has seen enough
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # else the interpreter complains at its end
        return 0
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
        hint = "is it yours? Run as the user who runs the box" if isinstance(error, PermissionError) else ""
        return _complain(OwnFault(what, hint=hint), EXIT_FAULT)
    return code


def _complain(error: HushgateError, code: int) -> int:
    print(f"hushgate: {error}", file=sys.stderr)
    if error.hint:
        print(f"  → {error.hint}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    """All verbs and their options."""
    top: argparse.ArgumentParser = Parser(
        prog="hushgate", description="A privacy firewall for phones.", epilog="More: hushgate VERB --help"
    )
    top.add_argument("--version", action=Version, nargs=0, help="show the version")
    grammar = Grammar(top)
    for family in FAMILIES:
        family.add(grammar)
    return top


if __name__ == "__main__":
    sys.exit(main())
