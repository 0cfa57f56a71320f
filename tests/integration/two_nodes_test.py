#!/usr/bin/env python3
"""Two nodes of Postern over one PostgreSQL collect for one account: never two sessions with its maildrop, and every message once."""
import os
import shutil
import sys
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


unittest.main(argv=sys.argv[:1])
