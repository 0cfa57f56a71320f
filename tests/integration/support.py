"""What the integration tests share; also makes tools/servers importable."""
import os
import ssl
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools"))

from servers.process import wait_for  # noqa: E402,F401  (after the path is set)


def beside(name):
    """A file of this folder."""
    return os.path.join(HERE, name)


def trusting(certificate):
    """A TLS context that trusts exactly this certificate."""
    return ssl.create_default_context(cafile=certificate)
