"""After the load: what fresh sessions see is what was acknowledged, all of it, once."""
import collections
import random
import re

from support import wait_for

from .ledger import Counter
from .session import Session
from .view import View
from .wire import numbers


class Onlooker:
    """Hooks of a session that only looks."""
    commands = 0

    def flags_seen(self, box, uid, flags):
        pass


class Verifier:
    def __init__(self, server, ledger, boxes, workers, timeout):
        self.server, self.ledger, self.boxes, self.workers, self.timeout = server, ledger, boxes, workers, timeout
        self.faults = []

    def fault(self, box, text):
        self.faults.append(f"{box.owner}/{box.name}: {text}")

    def run(self):
        """Every fault that was found."""
        for box in self.boxes:
            self.check(box)
        return self.faults

    def check(self, box):
        session = Session(self.server, box.owner, random.Random(0), Onlooker(), self.timeout)
        session.run("LOGIN", f'"{box.owner}" "pass"')
        since = self.ledger.tick()
        self.settle(session, box)
        session.box_of_select = (box, since)
        session.view = View(box, since, box.owner)
        session.run("EXAMINE", f'"{box.name}"')
        there = self.read(session, box)
        self.messages(box, there)
        self.flags(box, {uid: flags for uid, (flags, _, _) in there.items()})
        self.counters(session, box, there)
        self.annotations(session, box)
        session.logout()

    def settle(self, session, box):
        """Until the owner's core has heard of what was acknowledged to others."""
        highest = max(box.highest.values(), default=0)
        wait_for(lambda: int(session.run("STATUS", f'"{box.name}" (HIGHESTMODSEQ)').one("STATUS")[1]["HIGHESTMODSEQ"]) >= highest,
                 60, f"HIGHESTMODSEQ {highest} of {box.name}")

    def read(self, session, box):
        """{uid: (flags, token, size)}"""
        there = {}
        if len(session.view):
            for _, uid, items in session.run("UID FETCH", "1:* (UID FLAGS MODSEQ RFC822.SIZE BODY.PEEK[])").all("FETCH"):
                head = items["BODY[]"].partition(b"\r\n\r\n")[0] + b"\r"
                token = re.search(rb"^X-Load: (\S+)\r$", head, re.M)[1].decode()
                self.ledger.check_content(token, items["BODY[]"])
                if int(items["RFC822.SIZE"]) != len(items["BODY[]"]):
                    self.fault(box, f"UID {uid}: RFC822.SIZE is {items['RFC822.SIZE']}, {len(items['BODY[]'])} octets came")
                there[uid] = (frozenset(map(str, items["FLAGS"])), token, len(items["BODY[]"]))
        if len(there) != len(session.view):
            self.fault(box, f"{len(session.view)} EXIST, {len(there)} answered")
        return there

    def messages(self, box, there):
        for uid, (token, _, _) in box.placed.items():
            if uid in there and there[uid][1] != token:
                self.fault(box, f"UID {uid} is {there[uid][1]} and should be {token}")
            if uid not in there and uid not in box.doomed:
                self.fault(box, f"UID {uid} ({token}) was acknowledged, nobody removed it, and it is not there")
        for uid in there:
            if uid in box.gone:
                self.fault(box, f"UID {uid} was told to be gone and is there")
            if uid in box.moved:
                self.fault(box, f"UID {uid} was moved away by {box.moved[uid]} and is there")
        for uid in box.gone:
            if uid in box.placed and uid not in box.doomed:
                self.fault(box, f"UID {uid} ({box.placed[uid][0]}) went, and nobody removed it")
        for uids in box.questions:
            if not set(uids) & (box.doomed | (box.gone.keys() - box.placed.keys())):
                self.fault(box, f"one of {uids} was said to be gone, and nobody removed one")
        extra = collections.Counter(token for uid, (_, token, _) in there.items() if uid not in box.placed)
        for tokens, whole in box.maybe:
            came = [token for token in tokens if extra[token]]
            unknown = [uid for uid in box.gone if uid not in box.placed]
            if whole and came and len(came) < len(tokens) and not unknown:
                self.fault(box, f"of one APPEND of {tokens} only {came} came")
            extra -= collections.Counter(came)
        if extra:
            self.fault(box, f"messages that nobody stored there: {dict(extra)}")

    def flags(self, box, flags):
        for worker in self.workers:
            for (where, uid), value in worker.own.items():
                if where is box and uid in flags and (worker.keyword in flags[uid]) != value:
                    self.fault(box, f"lost update: UID {uid}, {worker.keyword} was {'set' if value else 'cleared'}; now {sorted(flags[uid])}")
        for uid, counter in box.counters.items():
            if Counter.read(flags.get(uid, set())) != counter.done:
                self.fault(box, f"lost update: UID {uid} was counted up {counter.done} times, its flags say {Counter.read(flags.get(uid, set()))}")

    def counters(self, session, box, there):
        items = session.run("STATUS", f'"{box.name}" (MESSAGES UNSEEN SIZE DELETED HIGHESTMODSEQ UIDNEXT)').one("STATUS")[1]
        real = {"MESSAGES": len(there), "SIZE": sum(size for _, _, size in there.values()),
                "UNSEEN": sum("\\Seen" not in flags for flags, _, _ in there.values()),
                "DELETED": sum("\\Deleted" in flags for flags, _, _ in there.values())}
        for key, value in real.items():
            if int(items[key]) != value:
                self.fault(box, f"STATUS {key} is {items[key]}, it should be {value}")
        highest, following = max(box.highest.values(), default=0), max(box.next.values(), default=0)
        if int(items["HIGHESTMODSEQ"]) < highest or int(items["UIDNEXT"]) < following:
            self.fault(box, f"STATUS {items} after HIGHESTMODSEQ {highest} and UIDNEXT {following}")
        found = session.run("UID SEARCH", "RETURN (ALL) SEEN").all("ESEARCH")[0][2]
        seen = {uid for uid, (flags, _, _) in there.items() if "\\Seen" in flags}
        if set(numbers(found["ALL"]) if "ALL" in found else []) != seen:
            self.fault(box, f"SEARCH SEEN finds {found}, {sorted(seen)} are seen")

    def annotations(self, session, box):
        for worker in self.workers:
            for (where, entry), value in worker.entries.items():
                if where is box:
                    values = session.run("GETMETADATA", f'"{box.name}" {entry}').one("METADATA")[1]
                    if values[1] != (value.encode() if value is not None else None):
                        self.fault(box, f"lost update: {entry} is {values[1]}, {worker.name} wrote {value}")
