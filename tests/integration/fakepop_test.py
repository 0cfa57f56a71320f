#!/usr/bin/env python3
"""The fake POP3 server keeps to RFC 1939 where it is not told otherwise, and misbehaves where it is."""
import json
import poplib
import subprocess
import sys
import tempfile
import unittest

import support
from fakepop import FakePop
from servers.certificate import self_signed

ONE = b"Subject: one\r\n\r\nfirst\r\n.\r\n..two\r\n"
TWO = b"Subject: two\r\n\r\nsecond\r\nthird\r\n"


class FakePopTest(unittest.TestCase):
    def setUp(self):
        self.server = FakePop()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.drop = self.server.maildrop("user", "pass")
        self.drop.add(ONE)
        self.drop.add(TWO)

    def login(self, client=None):
        client = client or poplib.POP3("127.0.0.1", self.server.port, timeout=10)
        self.addCleanup(client.close)
        client.user("user")
        client.pass_("pass")
        return client

    def read(self, client, number):
        return b"".join(line + b"\r\n" for line in client.retr(number)[1])

    def test_reads(self):
        client = self.login()
        self.assertEqual(client.stat(), (2, len(ONE) + len(TWO)))
        self.assertEqual(client.uidl()[1], [b"1 uid000001", b"2 uid000002"])
        self.assertEqual(client.list()[1], [b"1 %d" % len(ONE), b"2 %d" % len(TWO)])
        self.assertEqual(self.read(client, 1), ONE)
        self.assertEqual(client.top(2, 1)[1], [b"Subject: two", b"", b"second"])
        self.assertEqual(client.quit(), b"+OK bye")

    def test_deletion_is_committed_at_quit(self):
        client = self.login()
        client.dele(1)
        self.assertEqual(client.uidl()[1], [b"2 uid000002"])
        self.assertEqual(self.drop.uids(), ["uid000001", "uid000002"])
        client.quit()
        self.assertEqual((self.drop.uids(), self.drop.deleted), (["uid000002"], ["uid000001"]))

    def test_a_lost_line_deletes_nothing(self):
        client = self.login()
        client.dele(1)
        client.close()
        support.wait_for(lambda: self.drop.session is None, 10, "the lock")
        self.assertEqual(len(self.drop.uids()), 2)

    def test_a_lost_quit_answer_has_deleted(self):
        self.server.fault("QUIT", "lose")
        client = self.login()
        client.dele(1)
        with self.assertRaises((poplib.error_proto, OSError)):
            client.quit()
        self.assertEqual(self.drop.uids(), ["uid000002"])

    def test_lock(self):
        self.login()
        with self.assertRaisesRegex(poplib.error_proto, "IN-USE"):
            self.login()

    def test_wrong_password(self):
        client = poplib.POP3("127.0.0.1", self.server.port, timeout=10)
        self.addCleanup(client.close)
        client.user("user")
        with self.assertRaisesRegex(poplib.error_proto, "AUTH"):
            client.pass_("wrong")
        self.assertEqual(self.server.failed_logins, 1)

    def test_cut_at_the_second(self):
        self.server.fault("RETR", "cut", nth=2)
        client = self.login()
        self.assertEqual(self.read(client, 1), ONE)
        with self.assertRaises((poplib.error_proto, OSError)):
            client.retr(2)
        self.assertEqual([e.argument for e in self.server.log("RETR")], ["1", "2"])

    def test_faults_end(self):
        self.server.fault("STAT", "error", times=1)
        client = self.login()
        with self.assertRaisesRegex(poplib.error_proto, "SYS/TEMP"):
            client.stat()
        self.assertEqual(client.stat()[0], 2)

    def test_drip_arrives_whole(self):
        self.server.fault("RETR", "drip", seconds=0.05)
        self.assertEqual(self.read(self.login(), 1), ONE)

    def test_unstuffed_ends_early(self):
        self.server.behaviour.stuffing = False
        self.assertEqual(self.read(self.login(), 1), b"Subject: one\r\n\r\nfirst\r\n")

    def test_sizes_windows_hiding(self):
        self.server.behaviour.sizes = "half"
        self.server.behaviour.window = 1
        self.server.behaviour.hide_after_retr = True
        client = self.login()
        self.assertEqual(client.list()[1], [b"1 %d" % (len(ONE) // 2)])
        client.retr(1)
        client.quit()
        self.assertEqual(self.login().uidl()[1], [b"1 uid000002"])

    def test_ignored_and_immediate_deletion(self):
        self.server.behaviour.dele = "ignored"
        client = self.login()
        client.dele(1)
        client.quit()
        self.assertEqual(len(self.drop.uids()), 2)
        self.server.behaviour.dele = "at_once"
        client = self.login()
        client.dele(1)
        self.assertEqual(self.drop.uids(), ["uid000002"])

    def test_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            self.server.behaviour.certificate, self.server.behaviour.key = self_signed(folder)
            context = support.trusting(self.server.behaviour.certificate)
            self.server.behaviour.tls = "starttls"
            client = poplib.POP3("localhost", self.server.port, timeout=10)
            self.assertIn("STLS", client.capa())
            client.stls(context)
            self.assertNotIn("STLS", client.capa())
            self.login(client).quit()
            self.server.behaviour.tls = "implicit"
            self.login(poplib.POP3_SSL("localhost", self.server.port, context=context, timeout=10)).quit()

    def test_without_uidl(self):
        self.server.behaviour.uidl = False
        client = self.login()
        self.assertNotIn("UIDL", client.capa())
        with self.assertRaises(poplib.error_proto):
            client.uidl()

    def test_control_channel(self):
        with subprocess.Popen([sys.executable, "-B", support.beside("fakepop.py"), "--control"], text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            def ask(*words):
                process.stdin.write(json.dumps(words) + "\n")
                process.stdin.flush()
                return json.loads(process.stdout.readline())
            port = json.loads(process.stdout.readline())["port"]
            self.assertEqual(ask("maildrop", "u", "p"), {"ok": None})
            self.assertEqual(ask("add", "u", "Subject: x\r\n\r\nhi\r\n", "abc"), {"ok": "abc"})
            client = poplib.POP3("127.0.0.1", port, timeout=10)
            client.user("u")
            client.pass_("p")
            self.assertEqual(client.uidl()[1], [b"1 abc"])
            client.quit()
            self.assertEqual(ask("count", "UIDL"), {"ok": 1})
            self.assertIn("error", ask("set", "no such switch", 1))
            process.stdin.close()
            self.assertEqual(process.wait(10), 0)


unittest.main()
