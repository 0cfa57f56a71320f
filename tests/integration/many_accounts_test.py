#!/usr/bin/env python3
"""Many accounts with one provider: each is polled in its turn, the provider sees no more sessions at once than the setting allows, and
mail that comes meanwhile gets to its account once.

    many_accounts_test.py STORE [--accounts N] [--minutes M] [--interval SECONDS] [--arrivals PER_SECOND]
"""
import argparse
import random
import time
import unittest

import fakepop
import support
from imap_client import Client
from servers import Postern, PostgreSQL

parser = argparse.ArgumentParser()
parser.add_argument("store", choices=("sqlite", "postgresql"))
parser.add_argument("--accounts", type=int, default=60)
parser.add_argument("--minutes", type=float, default=0.25)
parser.add_argument("--interval", type=int, default=2, help="of the polls of an account, in seconds")
parser.add_argument("--arrivals", type=float, default=20, help="messages a second")
parser.add_argument("--sessions", type=int, default=2, help="with the provider, at once")
parser.add_argument("--pace", type=float, default=0.05, help="seconds the provider takes for each message")
parser.add_argument("--seed", type=int, default=1)
OPTIONS = parser.parse_args()


class ManyAccounts(unittest.TestCase):
    def setUp(self):
        self.provider = self.enterContext(fakepop.Process())
        self.provider.set("pace", OPTIONS.pace)
        store = OPTIONS.store if OPTIONS.store == "sqlite" else self.enterContext(PostgreSQL())
        self.postern = self.enterContext(Postern(store=store, pop3=("127.0.0.1", self.provider.port, "none"), poll=OPTIONS.interval,
                                                 gateway=f"{{ max_sessions_per_host: {OPTIONS.sessions} }}"))
        self.names = [f"user{number:04d}" for number in range(OPTIONS.accounts)]
        self.came = dict.fromkeys(self.names, 0)
        self.dice = random.Random(OPTIONS.seed)

    def arrive(self, name):
        self.came[name] += 1
        self.provider.add(name, f"Subject: {self.came[name]}\r\nMessage-ID: <{self.came[name]}.{name}@example.org>\r\n\r\nTo {name}.\r\n")

    def sign_in_all(self):
        for name in self.names:
            self.provider.maildrop(name, "pass")
            self.arrive(name)
            with Client(self.postern.imap_port, name):
                pass

    def run_for(self, seconds):
        end = time.monotonic() + seconds
        memory = []
        while time.monotonic() < end:
            for _ in range(max(1, round(OPTIONS.arrivals))):
                self.arrive(self.dice.choice(self.names))
            memory.append(self.postern.memory())
            time.sleep(1)
        return memory

    def has_all(self, name):
        with Client(self.postern.imap_port, name) as client:
            return client.exists() == self.came[name]

    def report_gaps(self, began, ended):
        late = []
        polls = 0
        for times in self.provider.logins().values():
            inside = [at for at in times if began <= at <= ended]
            polls += len(inside)
            edges = [began, *inside, ended]
            late += [after - before - OPTIONS.interval for before, after in zip(edges, edges[1:])]
        late.sort()
        print(f"{polls} polls; later than {OPTIONS.interval} s after the one before: median {max(0, late[len(late) // 2]):.2f} s, 99 of 100 "
              f"{max(0, late[len(late) * 99 // 100]):.2f} s, latest {max(0, late[-1]):.2f} s", flush=True)

    def test_all_are_served(self):
        self.sign_in_all()
        # Those that sign in for the first time are not held back.
        support.wait_for(lambda: self.provider.most_sessions() <= OPTIONS.sessions, 60, "the end of the sign-ins")
        began, used = time.monotonic(), self.postern.cpu_seconds()
        memory = self.run_for(OPTIONS.minutes * 60)
        ended = time.monotonic()
        print(f"{OPTIONS.accounts} accounts for {ended - began:.0f} s: {(self.postern.cpu_seconds() - used) / (ended - began):.3f} processors, memory (PSS) "
              f"{memory[0]} kB at first, {memory[-1]} kB at last, {sum(self.came.values())} messages")
        self.report_gaps(began, ended)
        self.assertLessEqual(self.provider.most_sessions(), OPTIONS.sessions)
        for name in self.names:
            support.wait_for(lambda user=name: self.has_all(user), 60, f"all mail of {name}")
        self.assertEqual(self.provider.count("RETR"), sum(self.came.values()), "a message was fetched twice")


unittest.main(argv=["many_accounts_test.py"])
