"""What the integration tests share; also makes tools/servers importable."""
import contextlib
import os
import ssl
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools"))

from servers import Dovecot, Postern, PostgreSQL  # noqa: E402  (after the path is set)
from servers.process import wait_for  # noqa: E402,F401


def beside(name):
    """A file of this folder."""
    return os.path.join(HERE, name)


def trusting(certificate):
    """A TLS context that trusts exactly this certificate."""
    return ssl.create_default_context(cafile=certificate)


@contextlib.contextmanager
def imap_server(kind, users):
    """A running IMAP server: dovecot, sqlite or postgresql (Postern on that store). All users have the password "pass"."""
    with contextlib.ExitStack() as stack:
        if kind == "dovecot":
            yield stack.enter_context(Dovecot())
            return
        store = kind if kind == "sqlite" else stack.enter_context(PostgreSQL())
        yield stack.enter_context(Postern(store=store, users=users))
