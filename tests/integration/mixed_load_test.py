#!/usr/bin/env python3
"""Many clients of several accounts do everything at once, in mailboxes they share; each checks every answer, and all of them together
that no update is lost and no message lost or doubled.

    mixed_load_test.py STORE [--minutes M] [--clients N] [--seed S]      sqlite, postgresql
"""
import argparse
import os
import random
import re
import subprocess
import sys
import time
import faulthandler
import signal
import unittest

import support
from load import mail
from load.ledger import Box, Counter, Ledger
from load.session import Literal, Session
from load.verify import Onlooker, Verifier
from load.view import View
from load.worker import Worker
from servers import Postern, PostgreSQL
from servers.postern import build_folder

faulthandler.register(signal.SIGUSR1)
parser = argparse.ArgumentParser()
parser.add_argument("store", choices=("sqlite", "postgresql"))
parser.add_argument("--minutes", type=float, default=0.25)
parser.add_argument("--clients", type=int, default=12)
parser.add_argument("--seed", type=int, default=int(os.environ.get("POSTERN_TEST_SEED", "1")))
parser.add_argument("--target", type=int, default=60, help="messages that a mailbox is kept at")
OPTIONS = parser.parse_args()
CLIENTS_OF_AN_ACCOUNT = 6
TIMEOUT = 400 if os.environ.get("POSTERN_SANITIZED") else 60     # of one answer
# Small caches are full at once: then memory that grows is a leak, and not a cache that fills.
SETTINGS = {"auth": "{ hash_memory: 1M, hash_passes: 1 }",
            "mail": "{ message_cache: 2M, content_cache: 2M, mailbox_cache: 1M, index_cache: 2M }"}


class MixedLoad(unittest.TestCase):
    def setUp(self):
        print(f"seed {OPTIONS.seed}, {OPTIONS.clients} clients, {OPTIONS.minutes} minutes, {OPTIONS.store}", flush=True)
        self.logins = [f"account{number}" for number in range(max(2, OPTIONS.clients // CLIENTS_OF_AN_ACCOUNT))]
        store = OPTIONS.store if OPTIONS.store == "sqlite" else self.enterContext(PostgreSQL())
        self.server = self.enterContext(Postern(store=store, users={login: "pass" for login in self.logins}, extra=SETTINGS, cache="512K"))
        self.ledger = Ledger()
        self.memory = []

    def prepare(self):
        """Mailboxes with some messages, two of them counters; the first two accounts share one with everybody."""
        for number, login in enumerate(self.logins):
            session = Session(self.server, login, random.Random(number), Onlooker(), TIMEOUT)
            session.run("LOGIN", f'"{login}" "pass"')
            for name in ("INBOX", "Work", *(("Shared",) if number < 2 else ())):
                box = Box(self.ledger, login, name)
                self.ledger.boxes.append(box)
                if name != "INBOX":
                    session.run("CREATE", name)
                    session.run("SUBSCRIBE", name)
                if name == "Shared":
                    for other in self.logins:
                        if other != login:
                            session.run("SETACL", f'{name} {other} lrswipkxte')
                self.fill(session, box)
            session.logout()

    def fill(self, session, box):
        dice = random.Random(f"{box.owner}{box.name}")
        tokens = [f"msg-{box.owner}-{box.name}-{number}" for number in range(OPTIONS.target // 2)]
        pieces = [f'"{box.name}"']
        for token in tokens:
            data = mail.plain(token, dice)
            self.ledger.content(token, data)
            pieces += [" ", Literal(data)]
        _, uids = session.run("APPEND", *pieces).arguments
        low, high = map(int, uids.split(":"))
        validity = int(session.run("STATUS", f'"{box.name}" (UIDVALIDITY)').one("STATUS")[1]["UIDVALIDITY"])
        for uid, token in zip(range(low, high + 1), tokens):
            box.added(uid, token, validity, box.owner)
        box.counters = {low: Counter(), high: Counter()}

    def make_workers(self):
        workers = []
        for number in range(OPTIONS.clients):
            login = self.logins[number % len(self.logins)]
            boxes = [box for box in self.ledger.boxes if box.owner == login or box.name == "Shared"]
            worker = Worker(self.server, self.ledger, number, login, boxes, OPTIONS.seed, TIMEOUT, OPTIONS.target)
            worker.others = [other for other in self.logins if other != login]
            workers.append(worker)
        return workers

    def sample(self):
        self.memory.append(self.server.memory())

    def work(self, workers):
        end = time.monotonic() + OPTIONS.minutes * 60
        for worker in workers:
            worker.start()
        while time.monotonic() < end and not any(worker.failure for worker in workers) and self.server.running:
            self.sample()
            time.sleep(min(5, OPTIONS.minutes * 60 / 20))
        for worker in workers:
            worker.stopping.set()
        for worker in workers:
            worker.join(TIMEOUT + 5)

    def report(self, workers):
        counts, refusals = {}, {}
        for worker in workers:
            for name, count in worker.counts.items():
                counts[name] = counts.get(name, 0) + count
            for name, count in worker.refusals.items():
                refusals[name] = refusals.get(name, 0) + count
        commands = sum(worker.commands for worker in workers)
        print(f"{commands} commands in {sum(counts.values())} steps: {dict(sorted(counts.items()))}")
        print("refused: " + "; ".join(f"{count} x {name}" for name, count in sorted(refusals.items())))
        counters = [counter for box in self.ledger.boxes for counter in box.counters.values()]
        print(f"counted up {sum(counter.done for counter in counters)} times, {sum(counter.missed for counter in counters)} times another was faster")
        print(f"messages stored: {sum(len(box.placed) for box in self.ledger.boxes)}, left: {sum(len(box.live()) for box in self.ledger.boxes)}")
        print(f"memory (PSS, kB): first {self.memory[0]}, middle {self.memory[len(self.memory) // 2]}, last {self.memory[-1]}, most {max(self.memory)}", flush=True)

    def no_failures(self, workers):
        failed = [worker for worker in workers if worker.failure]
        for worker in failed:
            print(f"=== {worker.name} failed, seed {OPTIONS.seed}, at {worker.now}; {(sorted(worker.session.modes), worker.session.notifying) if worker.session else ''}\n{worker.trace}")
            if worker.session:
                print("\n".join(worker.session.wire.history[-600:]), flush=True)
        self.assertEqual([f"{worker.name}: {worker.failure}" for worker in failed], [])
        self.assertEqual([worker.name for worker in workers if worker.is_alive()], [], "clients that do not end")

    def verify(self, workers):
        self.assertEqual(Verifier(self.server, self.ledger, self.ledger.boxes, workers, TIMEOUT).run(), [])

    def check_log(self):
        with open(self.server.log_file, encoding="utf-8", errors="replace") as file:
            bad = [line for line in file if re.search(r"level=(error|warning|critical)", line)]
        self.assertEqual(bad, [])

    def check_memory(self):
        """The second half brings nothing that stays: caches are full, mailboxes keep their size, clients their number. Left is the
        noise of the allocator, by what the clients happen to do at once: a twentieth."""
        half = len(self.memory) // 2
        before, after = sorted(self.memory[half // 2:half]), sorted(self.memory[-(half // 2):])
        middle = lambda values: values[len(values) // 2]
        self.assertLess(middle(after), middle(before) * 1.05 + 4096, f"memory grows: {self.memory}")

    def test_nothing_is_lost(self):
        self.prepare()
        workers = self.make_workers()
        self.work(workers)
        self.report(workers)
        self.no_failures(workers)
        self.verify(workers)
        self.assertEqual(self.server.stop(), 0)
        verified = subprocess.run([os.path.join(build_folder(), "posternctl"), "--config", self.server.path("postern.yaml"), "verify"],
                                  check=False, capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.server.start()
        self.verify(workers)
        self.check_log()
        if OPTIONS.minutes >= 5 and not os.environ.get("POSTERN_SANITIZED"):    # a sanitizer's memory grows
            self.check_memory()


unittest.main(argv=sys.argv[:1])
