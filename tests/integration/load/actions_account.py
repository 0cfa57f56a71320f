"""What concerns the account: names, counters, annotations, rights, limits."""
from .ledger import Box
from .session import Literal
from .wire import ProtocolError


LISTS = ['"" "*"', '"" "%"', '"" "*" RETURN (STATUS (MESSAGES UNSEEN UIDNEXT SIZE HIGHESTMODSEQ))', '"" "user/*"',
         '"" (INBOX "W*") RETURN (CHILDREN)', '(SUBSCRIBED) "" "*" RETURN (SUBSCRIBED)', '"" "*" RETURN (MYRIGHTS)',
         '"" "*" RETURN (METADATA (/private/comment))', '(SUBSCRIBED RECURSIVEMATCH) "" "%"', '"" "*" RETURN (SPECIAL-USE SUBSCRIBED)']


class AccountActions:
    def list_mailboxes(self):
        session = self.session
        line = self.dice.choice(LISTS)
        reply = session.run("LIST", line)
        names = [session.name(values[2]) for values in reply.all("LIST")]
        # NOTIFY may tell meanwhile of a mailbox that was made or renamed.
        if len(names) != len(set(names)) and not session.notifying:
            raise ProtocolError(f"twice in LIST: {names}")
        if line.startswith('"" "*"'):
            lacking = {box.path(self.login) for box in self.boxes} - set(names)
            if lacking:
                raise ProtocolError(f"LIST without {lacking}")
        if self.dice.random() < 0.2:
            session.run("LSUB", '"" "*"')

    def status(self):
        box = self.dice.choice(self.boxes)
        with self.ledger.lock:
            highest, following = box.highest[self.login], box.next[self.login]
        reply = self.session.run("STATUS", f'"{box.path(self.login)}" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE)')
        found = [items for name, items in reply.all("STATUS") if name == box.path(self.login) and "SIZE" in items]
        if len(found) != 1:
            raise ProtocolError(f"{len(found)} STATUS responses")
        items = found[0]
        if int(items["UIDNEXT"]) < following or int(items["HIGHESTMODSEQ"]) < highest or int(items["UNSEEN"]) > int(items["MESSAGES"]):
            raise ProtocolError(f"STATUS {items} after UIDNEXT {following}, HIGHESTMODSEQ {highest}")

    def temporary_mailbox(self):
        """Made, filled, renamed, shared, removed."""
        session = self.session
        if self.temporary is None:
            name = f"T{self.number}-{self.serial}"
            self.serial += 1
            session.run("CREATE", f'"{name}"')
            self.temporary = Box(self.ledger, self.login, name)
            with self.ledger.lock:
                self.ledger.temporary.setdefault(self.login, []).append(self.temporary)
            return
        box = self.temporary
        what = self.dice.choice(("APPEND", "APPEND", "SUBSCRIBE", "RENAME", "SETACL", "STATUS", "DELETE", "DELETE"))
        if what == "APPEND":
            token, data, binary = self.message()
            self.appended(box, [token], session.run("APPEND", f'"{box.name}" ', Literal(data, binary)))
        elif what == "SUBSCRIBE":
            session.run(self.dice.choice(("SUBSCRIBE", "UNSUBSCRIBE")), f'"{box.name}"')
        elif what == "RENAME":
            new = f"T{self.number}-{self.serial}"
            self.serial += 1
            session.run("RENAME", f'"{box.name}" "{new}"')
            box.name = new
        elif what == "SETACL":
            session.run("SETACL", f'"{box.name}" "{self.dice.choice(self.others)}" {self.dice.choice(("lrs", "+w", "-s", "lrswi"))}')
            session.run("GETACL", f'"{box.name}"')
            session.run("DELETEACL", f'"{box.name}" "{self.dice.choice(self.others)}"')
        elif what == "STATUS":
            found = session.run("STATUS", f'"{box.name}" (MESSAGES SIZE)').all("STATUS")
            items = next(items for name, items in found if name == box.name and "SIZE" in items)
            if int(items["MESSAGES"]) != len(box.placed):
                raise ProtocolError(f"STATUS {items}, {len(box.placed)} messages were stored")
        else:
            with self.ledger.lock:
                self.ledger.temporary[self.login].remove(box)
            session.run("DELETE", f'"{box.name}"')
            self.temporary = None

    def metadata(self):
        """Our entry has what we wrote."""
        box = self.dice.choice([box for box in self.boxes if box.owner == self.login])
        entry = f"/{self.dice.choice(('private', 'shared'))}/vendor/load/entry{self.number}"
        if self.dice.random() < 0.5:
            value = self.dice.choice((None, f"value {self.serial}"))
            self.entries.pop((box, entry), None)
            self.session.run("SETMETADATA", f'"{box.name}" ({entry} {"NIL" if value is None else chr(34) + value + chr(34)})')
            self.entries[box, entry] = value
            return
        reply = self.session.run("GETMETADATA", f'"{box.name}" {entry}')
        answers = [dict(zip(map(str, values[1][::2]), values[1][1::2])) for values in reply.all("METADATA") if isinstance(values[1], list)]
        found = [answer[entry] for answer in answers if entry in answer]
        if (box, entry) in self.entries:
            expected = self.entries[box, entry]
            if not found or found[-1] != (None if expected is None else expected.encode()):
                raise ProtocolError(f"lost update: {entry} is {found}, we wrote {expected}")

    def rights(self):
        box = self.dice.choice(self.boxes)
        reply = self.session.run("MYRIGHTS", f'"{box.path(self.login)}"')
        rights = reply.one("MYRIGHTS")[1]
        if not set("lrswit") <= set(rights):
            raise ProtocolError(f"MYRIGHTS {rights}")
        if box.owner == self.login:
            self.session.run("GETACL", f'"{box.name}"').one("ACL")
            self.session.run("LISTRIGHTS", f'"{box.name}" "{self.dice.choice(self.others)}"').one("LISTRIGHTS")

    def quota(self):
        reply = self.session.run("GETQUOTAROOT", '"INBOX"')
        root = self.session.name(reply.one("QUOTAROOT")[1])
        self.session.run("GETQUOTA", f'"{root}"').one("QUOTA")

    def small_talk(self):
        name, *rest = self.dice.choice((("CAPABILITY",), ("NAMESPACE",), ("ID", '("name" "load" "version" "1")'), ("NOOP",), ("ID", "NIL"),
                                        ("LSUB", '"" "*"'), ("LIST", '"" ""')))
        self.session.run(name, *rest)
