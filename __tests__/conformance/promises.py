"""One line for each promise, and the end of the process."""

import sys

failures = 0


def promiser(client):
    """Makes the function that checks promises of one client."""

    def promise(name, check):
        """Runs one check; what it returns has to be true."""
        global failures
        try:
            value = check()
            kept = bool(value)
            detail = "" if kept else f": {value!r}"
        except Exception as error:  # pylint: disable=broad-except
            kept, detail = False, f": {type(error).__name__} {str(error)[:300]}"
        failures += not kept
        # On a line of its own, whatever the client has printed before it.
        print(f"\n{'ok  ' if kept else 'FAIL'} {client}: {name}{detail}", flush=True)

    return promise


def end():
    """Tells the caller by the exit code."""
    sys.exit(1 if failures else 0)
