"""Real mail: what tools/collect-mail took from Debian's packages (bounces, list mail, broken and signed mail)."""
import functools
import hashlib
import itertools
import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "mail")


def crlf(data):
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@functools.cache
def originals():
    """Every real message, no two alike, with CRLF at the end of every line and of the last. Some are malformed: no end of the header, NUL."""
    found = {}
    for name in sorted(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else []:
        if not name.startswith("."):
            with open(os.path.join(FOLDER, name), "rb") as file:
                data = crlf(file.read())
            data += b"" if data.endswith(b"\r\n") else b"\r\n"     # POP3 has no message that ends within a line
            found.setdefault(sha256(data), data)
    if len(found) < 500:
        raise RuntimeError(f"{len(found)} messages in {FOLDER}: run tools/collect-mail")
    return list(found.values())


def real_messages(count):
    """`count` different messages; if there are not so many, again with trace lines on top as relays add them."""
    out = []
    for copy in itertools.count():
        for number, data in enumerate(originals()):
            if len(out) == count:
                return out
            trace = b"Received: from relay%d.example.net by mx.example.org with ESMTPS id %d.%d;\r\n\tMon, %d Jan 2024 10:%02d:%02d +0000\r\n" % (
                copy, copy, number, 1 + copy % 28, number % 60, copy % 60)
            out.append(data if copy == 0 else trace + data)
