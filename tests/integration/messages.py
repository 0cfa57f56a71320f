"""Real mail: the messages that come with Python's own tests of its email package (Debian's libpython3.11-testsuite)."""
import glob
import hashlib
import itertools

FILES = "/usr/lib/python3.11/test/test_email/data/msg_*.txt"


def crlf(data):
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def real_messages(count):
    """`count` different messages with CRLF line ends: each as it is, then again with trace lines on top as relays add them."""
    originals = []
    for name in sorted(glob.glob(FILES)):
        with open(name, "rb") as file:
            data = crlf(file.read())
        # An mbox separator is no part of a message.
        originals.append(data.split(b"\r\n", 1)[1] if data.startswith(b"From ") else data)
    if not originals:
        raise RuntimeError(f"no messages at {FILES}: install libpython3.11-testsuite")
    out = []
    for copy in itertools.count():
        for number, data in enumerate(originals):
            if len(out) == count:
                return out
            trace = b"Received: from relay%d.example.net by mx.example.org with ESMTPS id %d.%d;\r\n\tMon, %d Jan 2024 10:%02d:%02d +0000\r\n" % (
                copy, copy, number, 1 + copy % 28, number % 60, copy % 60)
            out.append(data if copy == 0 else trace + data)
