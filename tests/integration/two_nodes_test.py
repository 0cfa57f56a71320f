#!/usr/bin/env python3
"""Two nodes of Postern over one PostgreSQL: one session with a provider's maildrop and every message once; one POP3 session with ours."""
import os
import poplib
import shutil
import signal
import sys
import time
import unittest

import support
from fakepop import FakePop
from imap_client import Client
from messages import real_messages, sha256
from servers import Postern, PostgreSQL


class Node(Postern):
    """Nodes over one database have a name each, and one master key."""

    def __init__(self, node, **arguments):
        super().__init__(**arguments)
        self.node = node

    def configuration(self):
        return super().configuration().replace("  - gateway\n", f"  - gateway: {{ node: {self.node} }}\n")


class TwoNodes(unittest.TestCase):
    def test_one_session_a_maildrop(self):
        provider = self.enterContext(FakePop())
        drop = provider.maildrop("anna", "pass")
        messages = real_messages(60)
        for data in messages[:20]:
            drop.add(data)
        provider.behaviour.pace = 0.01
        store = self.enterContext(PostgreSQL())
        both = {"store": store, "pop3": ("127.0.0.1", provider.port, "none"), "poll": 1}
        first = self.enterContext(Node("first", **both))
        second = Node("second", **both)
        os.makedirs(second.path("data"), exist_ok=True)
        shutil.copy(first.path("data/master.key"), second.path("data/master.key"))
        self.enterContext(second)
        here = self.enterContext(Client(first.imap_port, "anna"))
        there = self.enterContext(Client(second.imap_port, "anna"))
        for begin in range(20, 60, 10):
            for data in messages[begin:begin + 10]:
                drop.add(data)
            for client in (here, there):
                support.wait_for(lambda client=client, begin=begin: client.exists() == begin + 10, 60, f"{begin + 10} messages")
        here.exists(readonly=False)
        here.remove(here.find("ALL")[:5])
        support.wait_for(lambda: len(drop.messages) == 55, 60, "the deletions")
        support.wait_for(lambda: there.exists() == 55, 60, "the removal on the other node")
        self.assertEqual(here.hashes(), drop.hashes())
        self.assertEqual(there.hashes(), drop.hashes())
        self.assertEqual(len(set(map(sha256, messages))), 60)
        self.assertEqual(provider.in_use, 0, "a session came while another had the maildrop")
        self.assertEqual(provider.count("RETR"), 60, "a message was fetched twice")
        # The one that had the maildrop goes; the other has its mail, and the first goes on under its name.
        first.kill()
        self.assertEqual(there.exists(), 55)
        first.start()
        drop.add(b"Subject: after the crash\r\n\r\n.\r\n")
        support.wait_for(lambda: there.exists() == 56, 90, "mail after the crash")
        self.assertEqual(provider.count("RETR"), 61)


class OneMaildrop(unittest.TestCase):
    """POP3: one session has a maildrop, whichever node it is of."""

    SETTINGS = {"pop3": "{ lock_time: 12s }"}

    def setUp(self):
        store = self.enterContext(PostgreSQL())
        both = {"store": store, "users": {"anna": "pass", "ben": "pass"}, "mail": self.SETTINGS, "extra": {"auth": "{ hash_memory: 1M, hash_passes: 1 }"}}
        self.first = self.enterContext(Postern(**both))
        second = Postern(**both)
        os.makedirs(second.path("data"), exist_ok=True)
        shutil.copy(self.first.path("data/master.key"), second.path("data/master.key"))
        self.second = self.enterContext(second)

    def open(self, node, user="anna"):
        """A session, or the error that it is refused with."""
        client = poplib.POP3("127.0.0.1", node.pop3_port, timeout=60)
        self.addCleanup(client.close)
        client.user(user)
        try:
            client.pass_("pass")
        except poplib.error_proto as error:
            client.close()
            return str(error)
        return client

    def fill(self, count):
        with Client(self.first.imap_port, "anna") as client:
            for number in range(count):
                Client.ok(client.append("INBOX", None, None, b"Subject: %d\r\n\r\n.\r\n" % number))

    def test_the_second_is_refused(self):
        self.fill(3)
        here = self.open(self.first)
        self.assertIn("[IN-USE]", self.open(self.second))
        self.assertIn("[IN-USE]", self.open(self.first))
        ben = self.open(self.second, "ben")
        self.assertEqual(ben.stat(), (0, 0))
        here.dele(1)
        here.quit()
        # Free with the answer to QUIT, and what it removed is gone.
        there = self.open(self.second)
        self.assertEqual(there.stat()[0], 2)
        self.assertIn("[IN-USE]", self.open(self.first))
        there.close()       # goes without QUIT
        support.wait_for(lambda: not isinstance(self.open(self.first), str), 60, "the maildrop after a connection that broke")

    def test_renewed_while_the_session_lives_and_free_after_a_crash(self):
        self.fill(2)
        here = self.open(self.first)
        end = time.monotonic() + 15     # more than the lock's time
        while time.monotonic() < end:
            self.assertIn("[IN-USE]", self.open(self.second))
            here.noop()
            time.sleep(0.5)
        here.dele(1)
        self.first.kill()
        self.assertIn("[IN-USE]", self.open(self.second))
        there = None

        def free():
            nonlocal there
            there = self.open(self.second)
            return not isinstance(there, str)
        support.wait_for(free, 60, "the maildrop of a node that died")
        self.assertEqual(there.stat()[0], 2, "who goes without QUIT has deleted nothing")
        self.first.start()
        self.assertIn("[IN-USE]", self.open(self.first))
        there.quit()
        self.assertEqual(self.open(self.first).stat()[0], 2)

    def test_a_node_that_slept_removes_nothing(self):
        self.fill(2)
        here = self.open(self.first)
        here.dele(1)
        os.kill(self.first.process.pid, signal.SIGSTOP)
        there = None

        def free():
            nonlocal there
            there = self.open(self.second)
            return not isinstance(there, str)
        try:
            support.wait_for(free, 60, "the maildrop of a node that sleeps")
        finally:
            os.kill(self.first.process.pid, signal.SIGCONT)
        with self.assertRaisesRegex(poplib.error_proto, "not removed"):
            here.quit()
        self.assertEqual(there.stat()[0], 2)
        self.assertIn(b"Subject: 0", b"\n".join(there.retr(1)[1]))
        there.quit()


unittest.main(argv=sys.argv[:1])
