#!/usr/bin/env python3
"""The server and its database are killed at random moments under 20 delivering connections: every message that was answered with 250
is there exactly once and whole, every other one at most once.

    lmtp_crash_test.py STORE      sqlite, postgresql
"""
import os
import random
import signal
import smtplib
import subprocess
import sys
import threading
import time
import unittest

import support
from imap_client import Client
from messages import sha256
from servers import Postern, PostgreSQL
from servers.postern import build_folder

STORE = sys.argv[1]
KILLS = int(os.environ.get("POSTERN_TEST_KILLS", "20"))
CLIENTS = 20
USERS = {f"user{number}": "pass" for number in range(4)}


class Sender(threading.Thread):
    """Sends one message after the other over whatever line it gets, and keeps what was acknowledged."""

    def __init__(self, port, number, seed):
        super().__init__()
        self.port, self.number, self.dice = port, number, random.Random(seed * 1000 + number)
        self.sent, self.acknowledged = {}, []
        self.stopping = threading.Event()

    def run(self):
        turn = 0
        while not self.stopping.is_set():
            try:
                with smtplib.LMTP("127.0.0.1", self.port, timeout=30) as client:
                    while not self.stopping.is_set():
                        self.send(client, turn)
                        turn += 1
            except (OSError, smtplib.SMTPException):
                turn += 1
                time.sleep(0.05)

    def send(self, client, turn):
        name = b"X-Number: %d.%d" % (self.number, turn)
        data = name + b"\r\n\r\n" + b"0123456789abcde\r\n" * self.dice.choice((1, 100, 3000)) + b"end\r\n"
        self.sent[name] = sha256(data)
        client.sendmail("a@b.example", [f"user{turn % len(USERS)}"], data)
        self.acknowledged.append(name)


class Crash(unittest.TestCase):
    def test_every_acknowledged_message_is_there_once(self):
        seed = int(os.environ.get("POSTERN_TEST_SEED", "1"))
        print(f"POSTERN_TEST_SEED={seed}")
        dice = random.Random(seed)
        database = None if STORE == "sqlite" else self.enterContext(PostgreSQL())
        postern = self.enterContext(Postern(store=database or "sqlite", users=USERS, mail={},
                                            extra={"auth": "{ hash_memory: 1M, hash_passes: 1 }"}))
        senders = [Sender(postern.lmtp_port, number, seed) for number in range(CLIENTS)]
        for sender in senders:
            sender.start()
        try:
            for turn in range(KILLS):
                before = sum(len(sender.acknowledged) for sender in senders)
                support.wait_for(lambda before=before: sum(len(s.acknowledged) for s in senders) > before + 20, 120, "more deliveries")
                time.sleep(dice.uniform(0, 0.3))
                if database and turn % 2:
                    database.process.send_signal(signal.SIGQUIT)    # all of its processes end at once; recovery follows
                    database.process.wait()
                    database.start()
                else:
                    postern.kill()
                    postern.start()
        finally:
            for sender in senders:
                sender.stopping.set()
            for sender in senders:
                sender.join()
        self.compare(postern, senders)
        self.assertEqual(postern.stop(), 0)
        verified = subprocess.run([os.path.join(build_folder(), "posternctl"), "--config", postern.path("postern.yaml"), "verify"],
                                  check=False, capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def compare(self, postern, senders):
        there = []
        sent = {name: digest for sender in senders for name, digest in sender.sent.items()}
        for user in USERS:
            with Client(postern.imap_port, user=user) as client:
                for body in client.bodies().values():
                    data = body[body.index(b"X-Number:"):]
                    name = data.split(b"\r\n")[0]
                    self.assertEqual(sha256(data), sent[name], name)
                    there.append(name)
        self.assertEqual(len(there), len(set(there)), "a message is there twice")
        acknowledged = {name for sender in senders for name in sender.acknowledged}
        print(f"{len(acknowledged)} acknowledged, {len(there)} there")
        self.assertEqual(acknowledged - set(there), set())


unittest.main(argv=sys.argv[:1])
