"""Private servers for tests and measurements: each in a folder of its own, on free ports of 127.0.0.1, gone when stopped."""
from .cyrus import Cyrus
from .dovecot import Dovecot
from .postern import Postern
from .postgresql import PostgreSQL

__all__ = ["Cyrus", "Dovecot", "Postern", "PostgreSQL"]
