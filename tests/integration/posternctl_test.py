#!/usr/bin/env python3
"""posternctl beside a running daemon and without one."""
import imaplib
import json
import mailbox
import os
import pty
import re
import subprocess
import sys
import time
import unittest

import support
from fakepop import FakePop
from imap_client import Client
from servers import Postern
from servers.postern import build_folder

TOOL = os.path.join(build_folder(), "posternctl")


class Posternctl(unittest.TestCase):
    def setUp(self):
        self.postern = self.enterContext(Postern(users={"test1": "pass"}))

    def run_tool(self, *arguments, password=""):
        return subprocess.run([TOOL, "--config", self.postern.path("postern.yaml"), *arguments], check=False, timeout=60,
                              capture_output=True, text=True, input=password + "\n")

    def must(self, *arguments, password=""):
        result = self.run_tool(*arguments, password=password)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def json(self, *arguments, password="", status=0):
        """The object that a command prints with --json."""
        result = self.run_tool("--json", *arguments, password=password)
        self.assertEqual((result.returncode, result.stderr), (status, ""), result.stdout)
        self.assertEqual(result.stdout.count("\n"), 1)
        return json.loads(result.stdout)

    def json_error(self, *arguments, status=1):
        """What it says of an error."""
        result = self.run_tool(*arguments, "--json", password="x")
        self.assertEqual((result.returncode, result.stdout), (status, ""))
        return json.loads(result.stderr)["error"]

    def on_terminal(self, *arguments):
        """What it writes to a terminal that is its standard error."""
        ours, theirs = pty.openpty()
        with open(ours, "rb", buffering=0) as terminal:
            with subprocess.Popen([TOOL, "--config", self.postern.path("postern.yaml"), *arguments], stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL) as process:
                os.close(theirs)
                said = b""
                try:
                    while chunk := terminal.read(4096):
                        said += chunk
                except OSError:     # the other side is closed
                    pass
                process.stdout.read()
            self.assertEqual(process.returncode, 0, said)
        return said.decode()

    def sign_in(self, name, password):
        """Signs in and looks into INBOX."""
        self.enterContext(Client(self.postern.imap_port, name, password)).exists()

    def test_accounts_while_the_server_runs(self):
        self.must("account", "add", "anna", password="first")
        self.sign_in("anna", "first")
        self.must("account", "password", "anna", password="second")
        self.sign_in("anna", "second")
        self.assertIn("anna", self.must("account", "list"))
        again = self.run_tool("account", "add", "anna", password="x")
        self.assertEqual(again.returncode, 1)
        self.assertIn("already exists", again.stderr)

    def test_removal_waits_for_the_server_to_stop(self):
        self.must("account", "add", "anna", password="first")
        refused = self.run_tool("account", "remove", "anna", "--yes")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("a server is running", refused.stderr)
        self.postern.stop()
        self.must("account", "remove", "anna", "--yes")
        self.assertNotIn("anna", self.must("account", "list"))

    def test_verify(self):
        self.assertIn("1 account: no mistakes found", self.must("verify"))
        self.assertIn("1 account: no mistakes found", self.must("verify", "test1"))
        self.assertEqual(self.run_tool("verify", "nobody").returncode, 1)

    def test_json(self):
        self.assertEqual(self.json("account", "list"), {"accounts": [{"login": "test1", "messages": 0, "octets": 0, "local_password": True}]})
        self.assertEqual(self.json("account", "add", "anna", password="first"), {"login": "anna"})
        self.assertEqual(self.json("account", "password", "anna", password="second"), {"login": "anna"})
        self.sign_in("anna", "second")
        self.assertIn("already exists", self.json_error("account", "add", "anna"))
        self.assertIn("a server is running", self.json_error("account", "remove", "anna", "--yes"))
        self.assertTrue(self.json("hash", password="x")["hash"].startswith("$argon2id$"))
        self.assertEqual(self.json("verify"), {"accounts": 2, "findings": []})
        self.assertEqual(self.json("held", "list"), {"held": [], "damaged": []})
        self.assertEqual(self.json("source", "list"), {"sources": []})
        self.assertEqual(self.json("key", "list"), {"keys": [{"id": 1, "sources": 0, "present": True, "in_use": True}]})
        self.assertEqual(self.json("quota", "show", "anna"), {"login": "anna", "messages": 0, "octets": 0, "limits": None})
        self.assertEqual(self.json("quota", "set", "anna", "STORAGE", "1024", "ANNOTATION-STORAGE", "5"), {"login": "anna"})
        self.assertEqual(self.json("quota", "show", "anna")["limits"], {"storage": 1024, "annotation_storage": 5})
        self.assertEqual(self.json("message", "list", "test1"), {"messages": []})
        idle = next(plugin for plugin in self.json("plugins", "list")["plugins"] if plugin["name"] == "imap-idle")
        self.assertTrue(idle["fits"])
        inspected = self.json("plugins", "inspect", os.path.join(build_folder(), "plugins", "imap-idle.so"))
        self.assertEqual((inspected["id"], inspected["abi_differences"]), ("imap-idle", []))
        self.assertIn("not found", self.json_error("verify", "nobody"))
        self.assertIn("no such command", self.json_error("no", "such", status=2))
        self.assertIn("usage", self.json_error("account", "add", status=2))
        self.postern.write("postern.yaml", "postern: 1\nplugin: []\n")
        wrong = self.run_tool("--json", "account", "list")
        self.assertEqual((wrong.returncode, wrong.stdout), (1, ""))
        self.assertIn("postern.yaml:1:1: ", " ".join(json.loads(line)["error"] for line in wrong.stderr.splitlines()))

    def test_json_of_expunged_messages(self):
        with Client(self.postern.imap_port) as client:
            Client.ok(client.append("INBOX", None, None, b"From: Anna <a@example.org>\r\nSubject: =?iso-8859-1?q?caf=E9?=\r\n\r\nx\r\n"))
            client.exists(readonly=False)
            client.remove(client.find("ALL"))
        message, = self.json("message", "list", "test1")["messages"]
        self.assertEqual((message["sender"], message["subject"]), ("Anna", "caf\u00e9"))
        self.assertRegex(message["expunged_at"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertIsInstance(message["id"], str)

    FLAGS = [(), ("\\Seen",), ("\\Answered", "\\Flagged", "\\Seen"), ("\\Draft",), ("\\Deleted", "$Forwarded"), ("work", "$Junk", "\\Seen")]

    def fill(self):
        """Mail with all kinds of flags and with dates of its own."""
        with Client(self.postern.imap_port) as client:
            for box in ("Work", "Work/2026.11", "Entw&APw-rfe"):
                Client.ok(client.create(box))
            for number, flags in enumerate(self.FLAGS):
                body = f"From: a@example.org\r\nSubject: {number}\r\n\r\nFrom me\r\n>From {number}\r\n\r\n".encode()
                for box in ("INBOX", "Work/2026.11", "Entw&APw-rfe"):
                    Client.ok(client.append(box, f"({' '.join(flags)})", f'"0{number + 1}-Feb-2024 10:20:3{number} +0100"', body))

    def mail_of(self, user, *boxes):
        """{mailbox: [(octets, flags, date)]}"""
        out = {}
        with Client(self.postern.imap_port, user) as client:
            for box in boxes:
                client.exists(box)
                data = Client.ok(client.uid("FETCH", "1:*", "(FLAGS INTERNALDATE BODY.PEEK[])"))
                found = [(part[0], part[1]) for part in data if isinstance(part, tuple)]
                out[box] = [(body, frozenset(re.search(rb"FLAGS \((.*?)\)", head)[1].split()) - {b"\\Recent"},
                             imaplib.Internaldate2tuple(head)) for head, body in found]
        return out

    def test_export_and_import(self):
        """Both formats, both ways, with flags and dates; what is there is not stored again."""
        boxes = ["INBOX", "Work", "Work/2026.11", "Entw&APw-rfe"]
        self.fill()
        before = {box: self.mail_of("test1", box)[box] for box in boxes if box != "Work"}
        self.assertEqual([flags for _, flags, _ in before["INBOX"]], [frozenset(flag.encode() for flag in flags) for flags in self.FLAGS])
        self.assertEqual(len({date for _, _, date in before["INBOX"]}), len(self.FLAGS))
        folders = {}
        for form in ("maildir", "mbox"):
            folder = folders[form] = self.postern.path(form)
            said = self.json("export", "test1", folder, "--format", form)
            self.assertEqual((said["messages"], said["format"], said["folder"]), (18, form, folder))
            work = next(one for one in said["mailboxes"] if one["name"] == "Work/2026.11")
            self.assertEqual((work["messages"], work["keywords_left_out"]), (6, 0))
            self.assertEqual(os.stat(folder).st_mode & 0o77, 0, "mail is nobody else's business")
            self.assertIn("is not empty", self.json_error("export", "test1", folder))
        one = self.must("export", "test1", self.postern.path("one"), "--mailbox", "Work/2026.11")
        self.assertEqual(one, "Work/2026.11: 6 messages\n6 messages in 1 mailbox\n")
        maildir = mailbox.Maildir(folders["maildir"], factory=None, create=False)
        self.assertEqual(sorted(maildir.list_folders())[-3:], ["Trash", "Work", "Work.2026\\2e11"])
        self.assertEqual(sorted((m["subject"], m.get_flags()) for m in maildir),
                         [("0", ""), ("1", "S"), ("2", "FRS"), ("3", "D"), ("4", "PT"), ("5", "Sab")])
        mbox = mailbox.mbox(os.path.join(folders["mbox"], "INBOX.mbox"), create=False)
        self.assertEqual([(m["subject"], m.get_flags()) for m in mbox],
                         [("0", "O"), ("1", "RO"), ("2", "ROAF"), ("3", "OT"), ("4", "OD"), ("5", "RO")])
        self.assertIn("a server is running", self.json_error("import", "test1", folders["mbox"]))
        self.json("account", "add", "anna", password="pass")
        self.json("account", "add", "ben", password="pass")
        self.postern.stop()
        again = self.json("import", "test1", folders["maildir"])
        self.assertEqual((again["messages"], again["present"]), (0, 18))
        said = self.json("import", "anna", folders["maildir"])
        self.assertEqual((said["messages"], said["present"], said["too_large"]), (18, 0, 0))
        self.assertEqual({one["name"]: one["created"] for one in said["mailboxes"] if one["messages"]},
                         {"INBOX": False, "Work/2026.11": True, "Entw\u00fcrfe": True})
        self.assertIn("18 messages imported", self.must("import", "ben", folders["mbox"]))
        self.assertIn("0 messages imported, 18 were there", self.must("import", "ben", folders["mbox"]))
        single = os.path.join(folders["mbox"], "INBOX.mbox")
        self.assertEqual(self.json("import", "ben", single, "--mailbox", "Old/2024")["mailboxes"][0]["name"], "Old/2024")
        self.assertEqual(self.json("import", "ben", single, "--mailbox", "Old/2024", "--duplicates")["messages"], 6)
        self.assertEqual(self.json("import", "ben", folders["maildir"], "--mailbox", "All")["messages"], 18)
        self.assertEqual(self.json("verify"), {"accounts": 3, "findings": []})
        for wrong in (self.postern.path("nowhere"), self.postern.path("postern.yaml"), self.postern.path("data")):
            self.assertNotEqual(self.json_error("import", "ben", wrong), "")
        self.postern.start()
        for user, names in (("anna", before), ("ben", before), ("ben", {"All": "INBOX", "All/Work/2026.11": "Work/2026.11"}), ("ben", {"Old/2024": "INBOX"})):
            for name in names:
                origin = names[name] if isinstance(names[name], str) else name
                expected = [(body, frozenset(flag for flag in flags), date) for body, flags, date in before[origin]]
                self.assertEqual(self.mail_of(user, name)[name], expected * (2 if name == "Old/2024" else 1), (user, name))
        with Client(self.postern.imap_port, "anna") as client:
            self.assertTrue(any(b"2026.11" in line for line in Client.ok(client.lsub())))

    def test_import_of_others(self):
        """A Maildir with new mail, with CR LF; a folder of mboxes in which something else lies."""
        for part in ("cur", "new", "tmp", ".Sub.Sub/cur"):
            os.makedirs(self.postern.path("theirs", part))
        with open(self.postern.path("theirs", "new", "1.x.host"), "wb") as out:
            out.write(b"Subject: caf\xe9\r\n\r\nx\r\n")
        os.utime(self.postern.path("theirs", "new", "1.x.host"), (1700000000, 1700000000))
        with open(self.postern.path("theirs", ".Sub.Sub", "cur", "2.x.host:2,FS"), "wb") as out:
            out.write(b"Subject: sub\n\nx\n")
        os.makedirs(self.postern.path("thunderbird", "Work.sbd"))
        with open(self.postern.path("thunderbird", "Work.sbd", "Old"), "wb") as out:
            out.write(b"From - Sun Nov 22 10:30:00 2026\nX-Mozilla-Status: 0005\nSubject: old\n\n>From\n")
        self.postern.write("thunderbird/Work.sbd/Old.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n")
        self.postern.stop()
        self.assertEqual(self.json("import", "test1", self.postern.path("theirs"))["messages"], 2)
        self.assertEqual([one["name"] for one in self.json("import", "test1", self.postern.path("thunderbird"))["mailboxes"]], ["Work/Old"])
        self.postern.start()
        mail = self.mail_of("test1", "INBOX", "Sub/Sub", "Work/Old")
        self.assertEqual([(body, flags) for body, flags, _ in mail["INBOX"]], [(b"Subject: caf\xe9\r\n\r\nx\r\n", frozenset())])
        self.assertEqual(time.mktime(mail["INBOX"][0][2]), 1700000000)
        self.assertEqual([(body, flags) for body, flags, _ in mail["Sub/Sub"]], [(b"Subject: sub\r\n\r\nx\r\n", frozenset((b"\\Flagged", b"\\Seen")))])
        self.assertEqual([(body, flags) for body, flags, _ in mail["Work/Old"]], [(b"Subject: old\r\n\r\n>From\r\n", frozenset((b"\\Flagged", b"\\Seen")))])

    def test_mailboxes(self):
        names = {one["name"]: one for one in self.json("mailbox", "list", "test1")["mailboxes"]}
        self.assertEqual(names["Sent"]["special_use"], "\\Sent")
        self.assertIn("a server is running", self.json_error("mailbox", "create", "test1", "New"))
        self.fill()
        self.postern.stop()
        self.must("mailbox", "create", "test1", "New/Entw\u00fcrfe")
        self.must("mailbox", "rename", "test1", "Work", "Play")
        self.assertEqual(self.json("mailbox", "remove", "test1", "Entw\u00fcrfe", "--yes"), {"login": "test1", "mailbox": "Entw\u00fcrfe"})
        self.assertEqual(self.run_tool("mailbox", "remove", "test1", "Sent").returncode, 2)
        self.assertIn("not found", self.json_error("mailbox", "remove", "test1", "Nowhere", "--yes"))
        self.assertIn("already exists", self.json_error("mailbox", "create", "test1", "Play"))
        names = {one["name"]: one for one in self.json("mailbox", "list", "test1")["mailboxes"]}
        self.assertTrue(names["New/Entw\u00fcrfe"]["subscribed"])
        self.assertEqual((names["Play/2026.11"]["messages"], names["Play/2026.11"]["unseen"]), (6, 3))
        self.assertFalse({"Work", "Entw\u00fcrfe"} & set(names))
        self.assertEqual(len(self.json("message", "list", "test1")["messages"]), 6)
        self.postern.start()
        self.assertEqual(len(self.mail_of("test1", "Play/2026.11")["Play/2026.11"]), 6)

    def test_scripts(self):
        """sieve_test.py shows that a running server takes them."""
        self.assertIn("does not list the plugin", self.json_error("script", "put", "test1", "a", self.postern.write("a.sieve", "keep;")))
        self.assertEqual(self.json("script", "list", "test1"), {"scripts": []})

    def test_progress_on_a_terminal(self):
        self.assertIn("\r0\x1b[K", self.on_terminal("verify"))
        self.assertEqual(self.on_terminal("verify", "--json"), "")
        self.fill()
        self.assertIn("] 1 of 18  ", self.on_terminal("export", "test1", self.postern.path("there")))
        self.postern.stop()
        self.assertRegex(self.on_terminal("import", "test1", self.postern.path("there"), "--duplicates"), r"\r\[#* *\] \d+  .* of ")

    def expunged(self):
        """{subject: id} of the messages that `message list` offers."""
        lines = self.must("message", "list", "test1").splitlines()
        self.assertEqual(lines.pop(), f"{len(lines)} messages can be restored")
        return {line.split("  ")[-1]: line.split("  ")[0] for line in lines}

    def test_expunged_messages_come_back(self):
        with Client(self.postern.imap_port) as client:
            for subject in ("kept", "lost", "gone"):
                Client.ok(client.append("INBOX", None, None, f"From: Anna <a@example.org>\r\nSubject: {subject}\r\n\r\n{subject}\r\n".encode()))
            before = client.bodies()
            client.exists(readonly=False)
            client.remove(client.find('OR SUBJECT "lost" SUBJECT "gone"'))
        expunged = self.expunged()
        self.assertEqual(sorted(expunged), ["gone", "lost"])
        refused = self.run_tool("message", "restore", "test1", "all")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("a server is running", refused.stderr)
        self.assertEqual(self.postern.stop(), 0)
        self.assertIn("1 messages restored into INBOX", self.must("message", "restore", "test1", expunged["lost"]))
        self.assertEqual(list(self.expunged()), ["gone"])
        self.assertIn("1 messages restored into Archive", self.must("message", "restore", "test1", "all", "Archive"))
        self.assertEqual(self.expunged(), {})
        self.assertEqual(self.run_tool("message", "restore", "test1", "all").returncode, 1)
        self.assertIn("no mistakes found", self.must("verify"))
        self.postern.start()
        with Client(self.postern.imap_port) as client:
            inbox = client.bodies()
            self.assertEqual(sorted(inbox), [1, 4], "a restored message has a new UID")
            self.assertEqual([inbox[1], inbox[4]], [before[1], before[2]])
            self.assertEqual(list(client.bodies("Archive").values()), [before[3]])

    def test_the_master_key_is_rotated(self):
        """Beside a running server, and after a run that came to nothing."""
        provider = self.enterContext(FakePop())
        for name in ("anna", "bert"):
            provider.maildrop(name, f"sword of {name}")
        self.postern = self.enterContext(Postern(pop3=("127.0.0.1", provider.port, "none")))
        clients = {name: self.enterContext(Client(self.postern.imap_port, name, f"sword of {name}")) for name in ("anna", "bert")}
        self.assertIn("key 1  2 sources  in use", self.must("key", "list"))
        said = self.must("key", "rotate")
        self.assertIn("key 2 made", said)
        self.assertIn("2 sources sealed under key 2", said)
        self.assertIn("key 2  2 sources  in use\nkey 1  0 sources\n", self.must("key", "list"))
        file = self.postern.path("data", "master.key")
        with open(file, encoding="ascii") as lines:
            newest = lines.readline()
        os.remove(file)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o400), "w", encoding="ascii") as out:
            out.write(f"3 {'ab' * 32}\n{newest}")      # the new key was made, and nothing came after
        self.assertIn("2 sources sealed under key 3", self.must("key", "rotate"))
        for name, client in clients.items():
            provider.maildrops[name].add(f"Subject: {name}\r\n\r\n.\r\n")
            support.wait_for(lambda client=client: client.exists() == 1, 60, "mail after the rotation")
        self.postern.stop()
        self.postern.start()
        for name in clients:
            provider.maildrops[name].add(f"Subject: again\r\n\r\n.\r\n")
            client = self.enterContext(Client(self.postern.imap_port, name, f"sword of {name}"))
            support.wait_for(lambda client=client: client.exists() == 2, 60, "mail after a restart")

    def test_a_brake_is_released(self):
        provider = self.enterContext(FakePop())
        maildrop = provider.maildrop("anna", "pass")
        for number in range(30):
            maildrop.add(f"Subject: {number}\r\n\r\n.\r\n")
        self.postern = self.enterContext(Postern(pop3=("127.0.0.1", provider.port, "none")))
        client = self.enterContext(Client(self.postern.imap_port, user="anna"))
        support.wait_for(lambda: client.exists() == 30, 60, "the messages")
        self.assertEqual(self.must("source", "list", "anna").count("anna  connector-pop3  anna  polled 20"), 1)
        self.assertNotIn("held", self.must("source", "list"))
        refused = self.run_tool("source", "release", "anna")
        self.assertEqual((refused.returncode, refused.stderr), (1, "posternctl: anna: nothing is held\n"))
        polls = provider.count("QUIT")
        support.wait_for(lambda: provider.count("QUIT") >= polls + 2, 60, "polls that show that this server keeps what was fetched")
        maildrop.clear()
        support.wait_for(lambda: "held: what is missing there stays here" in self.must("source", "list"), 60, "the brake")
        polls = provider.count("QUIT")
        support.wait_for(lambda: provider.count("QUIT") >= polls + 3, 60, "more polls")
        self.assertEqual(client.exists(), 31)    # and a notice
        self.assertEqual(len(client.find('SUBJECT "missing at your mail provider"')), 1)
        self.must("source", "release", "anna")
        support.wait_for(lambda: client.exists() == 0, 60, "the removal")
        support.wait_for(lambda: "held" not in self.must("source", "list", "anna"), 60, "the end of the release")

    def test_held_deletions_are_cancelled(self):
        provider = self.enterContext(FakePop())
        maildrop = provider.maildrop("anna", "pass")
        for number in range(30):
            maildrop.add(f"Subject: {number}\r\n\r\n.\r\n")
        settings = {"delete_brake": 5, "delete_brake_percent": 10}
        self.postern = self.enterContext(Postern(pop3=("127.0.0.1", provider.port, "none"), pop3_settings=settings))
        client = self.enterContext(Client(self.postern.imap_port, user="anna"))
        support.wait_for(lambda: client.exists() == 30, 60, "the messages")
        self.assertIn("in step: 30", self.must("source", "show", "anna"))
        client.exists(readonly=False)
        client.remove(client.find("ALL")[:20])
        support.wait_for(lambda: "held: deletions there" in self.must("source", "list"), 60, "the brake")
        support.wait_for(lambda: client.exists() == 11, 60, "the notice")
        self.assertEqual(len(client.find('SUBJECT "about to be deleted"')), 1)
        shown = self.must("source", "show", "anna")
        self.assertIn("to be deleted there: 20 in all", shown)
        self.assertEqual(shown.count("to be deleted there: uid"), 20)
        self.must("source", "cancel", "anna")
        support.wait_for(lambda: client.exists() == 30, 60, "the messages, and no notice")
        support.wait_for(lambda: "held" not in self.must("source", "list", "anna"), 60, "the end of it")
        self.assertEqual(maildrop.deleted, [])
        self.assertEqual(provider.count("RETR"), 30)

    def test_plugins(self):
        self.assertIn("imap-idle", self.must("plugins", "list"))
        inspected = self.must("plugins", "inspect", os.path.join(build_folder(), "plugins", "imap-idle.so"))
        self.assertIn("IDLE (RFC 2177)", inspected)
        self.assertIn("as this server's", inspected)

    def test_wrong_use(self):
        self.assertEqual(self.run_tool("no", "such").returncode, 2)
        self.assertEqual(self.run_tool("account", "add").returncode, 2)


unittest.main(argv=sys.argv[:1])
