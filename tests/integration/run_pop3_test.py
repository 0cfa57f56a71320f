#!/usr/bin/env python3
"""`./run --pop3` against a real POP3 provider with more than 500 real messages, no two alike: mbsync gets every one, octet for octet.

    run_pop3_test.py STORE      sqlite, postgresql
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import support
from imap_client import Client
from messages import crlf, originals, sha256
from provider import Provider
from servers.postern import ROOT
from servers.process import free_port

STORE = sys.argv[1]


class Run(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="run.", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.provider = self.enterContext(Provider())
        self.messages = originals()
        self.provider.put(self.messages)
        self.offset = free_port(*(port - 1143 for port in (1110, 1587, 1993, 1995, 2400, 4190))) - 1143
        self.log = os.path.join(self.folder, "log")
        with open(self.log, "wb") as log:
            # A session of its own, so that Ctrl-C can reach the whole group as a terminal sends it.
            self.process = subprocess.Popen(
                [os.path.join(ROOT, "run"), "--pop3", f"127.0.0.1:{self.provider.pop3_port}", "--pop3-tls", "none", "--poll", "1", "--store",
                 STORE, "--data", os.path.join(self.folder, "data"), "--port-offset", str(self.offset)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(self.stop)
        support.wait_for(self.ready, 240, "`ready:` from ./run")

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ready(self):
        if self.process.poll() is not None:
            self.fail(f"./run ended with {self.process.returncode}:\n{self.output()}")
        return re.search(r"^ready: .*\b%d\b" % (1143 + self.offset), self.output(), re.M)

    def stop(self):
        """Ctrl-C."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def synchronise(self):
        """mbsync of INBOX; the SHA-256 of every message it has, with CRLF line ends."""
        maildir = os.path.join(self.folder, "mail")
        os.makedirs(maildir, exist_ok=True)
        settings = os.path.join(self.folder, "mbsyncrc")
        with open(settings, "w", encoding="utf-8") as file:
            file.write(f"IMAPAccount a\nHost localhost\nPort {1143 + self.offset}\nUser test1\nPass pass\nSSLType None\nAuthMechs LOGIN\n\n"
                       f"IMAPStore far\nAccount a\n\nMaildirStore near\nPath {maildir}/\nInbox {maildir}/INBOX\n\n"
                       "Channel all\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n")
        subprocess.run(["mbsync", "-c", settings, "-q", "all"], check=True, timeout=200)
        found = []
        for part in ("cur", "new"):
            for name in os.listdir(os.path.join(maildir, "INBOX", part)):
                with open(os.path.join(maildir, "INBOX", part, name), "rb") as file:
                    # The one line that mbsync adds.
                    found.append(sha256(crlf(re.sub(rb"(?m)^X-TUID: .*\n", b"", file.read(), count=1))))
        return sorted(found)

    def test_every_message_arrives_octet_for_octet(self):
        expected = sorted(map(sha256, self.messages))
        client = self.enterContext(Client(1143 + self.offset))
        support.wait_for(lambda: client.exists() == len(self.messages), 120, "the backlog")
        self.assertEqual(client.hashes(), expected)
        # mbsync passes over a message whose header has no end; the others are all of them.
        whole = sorted(sha256(message) for message in self.messages if b"\r\n\r\n" in message)
        self.assertGreaterEqual(len(whole), 500)
        self.assertEqual(self.synchronise(), whole)
        self.assertEqual(self.provider.hashes(), expected, "reading has changed the provider's maildrop")
        boxes = b" ".join(Client.ok(client.list()))
        for name in (b"Drafts", b"Sent", b"Trash", b"Junk", b"Archive"):
            self.assertIn(name, boxes)
        client.logout()
        self.assertEqual(self.stop(), 0, self.output())


unittest.main(argv=sys.argv[:1])
