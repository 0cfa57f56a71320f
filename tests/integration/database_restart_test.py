#!/usr/bin/env python3
"""PostgreSQL restarts under 20 working clients: they get temporary errors on connections that stay, then work on, and nothing that
was acknowledged is lost."""
import threading
import unittest

import support
from imap_client import Client, Refused
from messages import real_messages, sha256
from servers import Postern, PostgreSQL

CLIENTS = 20
RESTARTS = 3


class Worker(threading.Thread):
    """Appends messages one after the other and keeps what was acknowledged."""

    def __init__(self, port, number, messages):
        super().__init__()
        self.client = Client(port, user=f"user{number}")
        self.number, self.messages = number, messages
        self.acknowledged, self.refused = [], 0
        self.stopping = threading.Event()
        self.failure = None

    def run(self):
        try:
            turn = 0
            while not self.stopping.is_set():
                self.work(turn)
                turn += 1
        except Exception as error:      # reported by the test: a thread's exception reaches nobody
            self.failure = error

    def work(self, turn):
        data = b"X-Worker: %d %d\r\n" % (self.number, turn) + self.messages[turn % len(self.messages)]
        try:
            Client.ok(self.client.append("INBOX", None, None, data))
            self.acknowledged.append(sha256(data))
            self.client.exists(readonly=False)
            Client.ok(self.client.store("1", "+FLAGS", "(\\Flagged)"))
        except Refused:
            self.refused += 1


class Restart(unittest.TestCase):
    def test_nothing_acknowledged_is_lost(self):
        database = self.enterContext(PostgreSQL())
        users = {f"user{number}": "pass" for number in range(CLIENTS)}
        postern = self.enterContext(Postern(store=database, users=users, extra={"auth": "{ hash_memory: 1M, hash_passes: 1 }"}))
        messages = real_messages(46)
        workers = [Worker(postern.imap_port, number, messages) for number in range(CLIENTS)]
        for worker in workers:
            worker.start()
        try:
            for _ in range(RESTARTS):
                self.all_go_on(workers)
                database.restart()
            self.all_go_on(workers)
        finally:
            for worker in workers:
                worker.stopping.set()
            for worker in workers:
                worker.join()
        for worker in workers:
            if worker.failure:
                raise AssertionError(f"client {worker.number} was not only told to try again") from worker.failure
        self.assertGreater(sum(worker.refused for worker in workers), 0, "nobody noticed the restarts: the test shows nothing")
        for worker in workers:
            found = worker.client.hashes()
            self.assertEqual(len(found), len(set(found)), "a message is there twice")
            self.assertEqual(set(worker.acknowledged) - set(found), set(), f"client {worker.number} lost acknowledged messages")
            worker.client.logout()

    def all_go_on(self, workers):
        """Until every client has had two more messages acknowledged, or has failed."""
        before = [len(worker.acknowledged) for worker in workers]
        support.wait_for(lambda: all(worker.failure or len(worker.acknowledged) >= count + 2 for worker, count in zip(workers, before)),
                         60, "every client to work on")


unittest.main()
