#!/usr/bin/env python3
"""Postern is killed at random moments of a collection while the provider drops lines; at the end every message is there once.

    crash_test.py STORE      sqlite, postgresql
"""
import os
import random
import subprocess
import sys
import time
import unittest

import support
from fakepop import FakePop
from imap_client import Client
from messages import real_messages, sha256
from servers import Postern, PostgreSQL
from servers.postern import build_folder

STORE = sys.argv[1]
KILLS = 50
COUNT = 1000


class Crash(unittest.TestCase):
    def test_every_message_is_there_exactly_once(self):
        seed = int(os.environ.get("POSTERN_TEST_SEED", "1"))
        print(f"POSTERN_TEST_SEED={seed}")
        dice = random.Random(seed)
        messages = real_messages(COUNT)
        provider = self.enterContext(FakePop(seed=seed))
        maildrop = provider.maildrop("test1", "pass")
        waiting = iter(messages)
        for _ in range(COUNT // 2):
            maildrop.add(next(waiting))
        provider.behaviour.pace = 0.002
        provider.fault("RETR", "cut", chance=0.02)
        provider.fault("RETR", "close", chance=0.01)
        provider.fault("UIDL", "cut", chance=0.1)
        provider.fault("QUIT", "lose", chance=0.3)
        provider.fault("LIST", "close", chance=0.05)
        store = STORE if STORE == "sqlite" else self.enterContext(PostgreSQL())
        postern = self.enterContext(Postern(store=store, pop3=("127.0.0.1", provider.port, "none"), poll=1))
        with Client(postern.imap_port) as client:
            client.exists()
        uidvalidity = None
        for turn in range(KILLS):
            for _ in range(COUNT // 2 // KILLS):
                maildrop.add(next(waiting))
            # From the middle of a start to the middle of a collection.
            time.sleep(dice.uniform(0, 0.6))
            postern.kill()
            postern.start()
            with Client(postern.imap_port) as client:
                Client.ok(client.select("INBOX", True))
                now = client.untagged_responses.get("UIDVALIDITY") or client.response("UIDVALIDITY")[1]
                uidvalidity = uidvalidity or now
                self.assertEqual(now, uidvalidity, "UIDVALIDITY changed over a crash")
        provider.heal()
        client = self.enterContext(Client(postern.imap_port))
        support.wait_for(lambda: client.exists() >= COUNT, 120, f"{COUNT} messages")
        polls = provider.count("QUIT")
        support.wait_for(lambda: provider.count("QUIT") >= polls + 2, 60, "two more polls")
        self.assertEqual(client.hashes(), sorted(map(sha256, messages)))
        self.assertEqual(maildrop.deleted, [], "nothing was to be deleted at the provider")
        self.assertEqual(postern.stop(), 0)
        # Snapshots, log, counters and content agree after all of that.
        verified = subprocess.run([os.path.join(build_folder(), "posternctl"), "--config", postern.path("postern.yaml"), "verify"],
                                  check=False, capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn("1 account: no mistakes found", verified.stdout)


unittest.main(argv=sys.argv[:1])
