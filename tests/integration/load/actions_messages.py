"""Reading and changing messages."""
import re

from . import mail
from .ledger import Counter
from .session import Literal, Refused
from .wire import ProtocolError, as_set, numbers

ISSUED = ("EXPUNGEISSUED",)
PARTS = ["FLAGS", "UID", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE", "BODY", "EMAILID", "THREADID", "SAVEDATE", "PREVIEW",
         "MODSEQ", "BODY.PEEK[HEADER]", "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]", "BODY.PEEK[TEXT]", "BODY.PEEK[1]", "BODY.PEEK[1.MIME]",
         "BINARY.PEEK[1]", "BINARY.SIZE[1]", "RFC822.HEADER", "BODY.PEEK[HEADER.FIELDS.NOT (TO)]", "BODY.PEEK[TEXT]<5.20>", "PREVIEW (LAZY)"]


class MessageActions:
    def pick(self, most, removable=False):
        """A few UIDs of the view."""
        view = self.session.view
        known = [uid for uid in view.known() if not (removable and uid in view.box.counters)]
        return sorted(self.dice.sample(known, min(len(known), self.dice.randint(1, most))))

    def address(self, uids):
        """("" or "UID ", the set): by number where numbers stand still."""
        view, session = self.session.view, self.session
        session.spontaneous()
        if view.by_number and session.notifying != "selected" and self.dice.random() < 0.5 and set(uids) <= set(view.uids):
            return "", as_set([view.uids.index(uid) + 1 for uid in uids])
        return "UID ", as_set(uids)

    def uids_of(self, text, prefix):
        """A set in an answer as UIDs."""
        return numbers(text) if prefix else [self.session.view.uids[number - 1] for number in numbers(text)]

    def rarely(self, box, uids):
        """A refusal because of messages that went is only right if somebody removed one."""
        if not box.may_have_gone(uids):
            raise ProtocolError(f"EXPUNGEISSUED, but nobody removed any of {uids}")

    def fetch(self, uids, items, modifiers="", check=()):
        """FETCH of UIDs, each of which must be answered with what was asked for. {uid: items}"""
        view = self.session.view
        prefix, text = self.address(uids)
        if "MODSEQ" in items or "CHANGEDSINCE" in modifiers:
            self.session.condstore = True
        try:
            reply = self.session.run(prefix + "FETCH", f"{text} {items}{modifiers}", allow=ISSUED)
        except Refused:
            self.rarely(view.box, uids)
            raise
        found = {}
        for number, uid, got in reply.all("FETCH"):
            if uid is None:
                uid = view.uids[number - 1]
            found.setdefault(uid, {}).update(got)
        if not modifiers:
            for uid in set(uids) & set(view.uids):      # NOTIFY may have told that one is gone before we asked
                lacking = [key for key in check if key not in found.get(uid, {})]
                if lacking:
                    raise ProtocolError(f"FETCH of UID {uid} without {lacking}")
        return found

    def fetch_flags(self):
        if uids := self.pick(40):
            items, check = self.dice.choice((("FLAGS", ["FLAGS"]), ("FAST", ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]), ("ALL", ["ENVELOPE"]),
                                             ("FULL", ["BODY"]), ("(UID FLAGS MODSEQ)", ["UID", "FLAGS", "MODSEQ"])))
            if self.session.view.by_number is False and items in ("FAST", "ALL", "FULL"):
                items, check = "(FLAGS)", ["FLAGS"]
            self.fetch(uids, items, check=check)

    def fetch_parts(self):
        if not (uids := self.pick(10)):
            return
        asked = self.dice.sample(PARTS, self.dice.randint(1, 6))
        check = [re.sub(r"<(\d+)\.\d+>", r"<\1>", item.replace(".PEEK", "").replace(" (LAZY)", "")) for item in asked]
        found = self.fetch(uids, f"({' '.join(asked)})", check=check)
        box = self.session.view.box
        for uid, items in found.items():
            placed = box.placed.get(uid)
            if placed and "RFC822.SIZE" in items and not placed[0].startswith("bin"):
                size = len(self.ledger.contents[placed[0]])
                if int(items["RFC822.SIZE"]) != size:
                    raise ProtocolError(f"UID {uid}: RFC822.SIZE {items['RFC822.SIZE']}, {size} octets were sent")
            if placed and "EMAILID" in items:
                self.ledger.check_id(box, uid, items["EMAILID"][0])

    def fetch_bodies(self):
        if uids := self.pick(5):
            how = self.dice.choice(("BODY.PEEK[]", "BODY.PEEK[]", "RFC822", "BODY[]", "BINARY.PEEK[]"))
            key = how.replace(".PEEK", "")
            for uid, items in self.fetch(uids, f"({how})", check=[key]).items():
                if key in items:
                    self.check_message(uid, items[key], key)

    def check_message(self, uid, data, key="BODY[]"):
        box = self.session.view.box
        match = re.search(rb"^X-Load: (\S+)\r$", data.partition(b"\r\n\r\n")[0] + b"\r", re.M)
        if not match:
            raise ProtocolError(f"UID {uid} is no message of ours: {data[:200]!r}")
        token = match[1].decode()
        if uid in box.placed and box.placed[uid][0] != token:
            raise ProtocolError(f"UID {uid} is {token}, and was {box.placed[uid][0]}")
        if not (key == "BINARY[]" and token.startswith("bin")):
            self.ledger.check_content(token, data)

    def fetch_changed(self):
        session, view = self.session, self.session.view
        since = self.dice.choice([1, max(1, view.highest), max(1, view.highest - 20), *view.modseq.values()])
        modifiers = f"CHANGEDSINCE {since}"
        if "QRESYNC" in session.modes and self.dice.random() < 0.4:
            modifiers += " VANISHED"
        elif self.dice.random() < 0.3:
            modifiers += f" PARTIAL {self.dice.choice(('1:10', '-1:-10', '3:3'))}"
        session.condstore = True
        reply = session.run("UID FETCH", f"1:* (UID FLAGS) ({modifiers})", allow=ISSUED)
        for _, uid, items in reply.all("FETCH"):
            if "MODSEQ" not in items:
                raise ProtocolError(f"UID {uid} without MODSEQ after CHANGEDSINCE")

    # ---- flags

    def store(self, uids, what, modifier=""):
        """STORE; (reply, UIDs it answers MODIFIED for)."""
        view = self.session.view
        prefix, text = self.address(uids)
        if modifier:
            self.session.condstore = True
        try:
            reply = self.session.run(prefix + "STORE", f"{text} {modifier}{what}", allow=(*ISSUED, "MODIFIED", *(("NOPERM",) if view.readonly else ())))
        except Refused:
            if not view.readonly:
                self.rarely(view.box, uids)
            if ".SILENT" in what:
                view.flags.update((uid, None) for uid in uids)      # of those that are still there
            raise
        if view.readonly:
            raise ProtocolError("STORE in a mailbox that was opened with EXAMINE")
        failed = set(self.uids_of(reply.arguments[0], prefix)) if reply.code == "MODIFIED" else set()
        if failed - set(uids):
            raise ProtocolError(f"MODIFIED {failed} of {uids}")
        if ".SILENT" in what:
            view.flags.update((uid, None) for uid in uids)      # what they are now, nobody has told
        else:
            told = {uid if uid is not None else view.uids[number - 1] for number, uid, items in reply.all("FETCH") if "FLAGS" in items}
            lacking = set(uids) & set(view.uids) - failed - told
            if lacking:
                raise ProtocolError(f"STORE says nothing of {lacking}")
        return reply, failed

    def mark(self, modifier=""):
        """Sets or clears our keyword."""
        box = self.session.view.box
        uids = [uid for uid in self.pick(8) if (box, uid) not in self.tainted]
        if not uids:
            return
        value = self.dice.random() < 0.6
        before = {uid: self.own.pop((box, uid), None) for uid in uids}
        silent = ".SILENT" if self.dice.random() < 0.3 else ""
        try:
            _, failed = self.store(uids, f"{'+' if value else '-'}FLAGS{silent} ({self.keyword})", modifier)
        except Refused as refused:
            if refused.reply.code == "NOPERM":
                self.own.update(((box, uid), known) for uid, known in before.items() if known is not None)
            raise
        for uid in uids:
            if uid not in failed:
                self.own[box, uid] = value
            elif before[uid] is not None:
                self.own[box, uid] = before[uid]

    def conditional_mark(self):
        view = self.session.view
        self.mark(f"(UNCHANGEDSINCE {self.dice.choice([0, 1, view.highest, 1 << 40, *view.modseq.values()])}) ")

    def count_up(self):
        """Reads the number in a message's flags and writes the next, unless somebody was faster."""
        session, view = self.session, self.session.view
        here = [uid for uid in view.box.counters if uid in view.uids]
        if view.readonly or not here:
            return
        uid = self.dice.choice(here)
        counter = view.box.counters[uid]
        found = self.fetch([uid], "(UID FLAGS MODSEQ)")[uid]
        flags = frozenset(map(str, found["FLAGS"])) - {"\\Recent"}
        wanted = Counter.write(Counter.read(flags) + 1, flags)
        silent = ".SILENT" if self.dice.random() < 0.3 else ""
        _, failed = self.store([uid], f"FLAGS{silent} ({' '.join(wanted)})", f"(UNCHANGEDSINCE {found['MODSEQ'][0]}) ")
        with self.ledger.lock:
            counter.done += not failed
            counter.missed += bool(failed)

    def seen(self):
        if uids := self.pick(3):
            if not self.session.view.readonly:
                other = self.dice.choice(("\\Flagged", "\\Answered", "$Forwarded"))
                self.store(uids, f"{self.dice.choice('+-')}FLAGS (\\Seen {other})")

    # ---- coming and going

    def full(self, box):
        return len(box.live()) > self.target

    def append(self):
        box = self.dice.choice(self.boxes)
        if self.full(box):
            return
        if self.dice.random() < 0.2 and self.catenate(box):
            return
        made = [self.message() for _ in range(self.dice.choice((1, 1, 1, 2, 4)))]
        pieces = [f'"{box.path(self.login)}"']
        for _, data, binary in made:
            flags, date = self.dice.choice(("", " (\\Seen)", " (\\Flagged word)")), self.dice.choice(("", ' "22-Nov-2026 10:00:00 +0000"'))
            pieces += [f"{flags}{date} ", Literal(data, binary)]
        self.appended(box, [token for token, _, _ in made], self.session.run("APPEND", *pieces))

    def appended(self, box, tokens, reply, arguments=None):
        arguments = arguments or (reply.arguments if reply.code == "APPENDUID" else None)
        if arguments is None:
            raise ProtocolError(f"{reply.name} without APPENDUID")
        uids = numbers(arguments[1])
        if len(uids) != len(tokens):
            raise ProtocolError(f"APPENDUID {arguments} for {len(tokens)} messages")
        for uid, token in zip(uids, tokens):
            box.added(uid, token, int(arguments[0]), self.login)

    def catenate(self, box):
        """A new header before the text of another message (RFC 4469)."""
        source = self.dice.choice(self.boxes)
        with self.ledger.lock:
            choices = [(uid, token) for uid, (token, _, _) in source.placed.items() if uid not in source.doomed and token.startswith("msg")]
        if not choices:
            return False
        uid, token = self.dice.choice(choices)
        head = (mail.header(new := self.token(), self.dice) + "\r\n").encode()
        self.ledger.content(new, head + self.ledger.contents[token].partition(b"\r\n\r\n")[2])
        url = f"/{source.path(self.login)};UIDVALIDITY={source.validity}/;UID={uid}/;SECTION=TEXT"
        reply = self.session.run("APPEND", f'"{box.path(self.login)}" CATENATE (TEXT ', Literal(head), f' URL "{url}")', allow=("BADURL",))
        self.appended(box, [new], reply)
        return True

    def delete(self):
        view = self.session.view
        if view.readonly or len(view.box.live()) < self.target // 2:
            return
        if uids := self.pick(6, removable=True):
            view.box.doom(uids, deleted=True)
            self.store(uids, self.dice.choice(("+FLAGS (\\Deleted)", "+FLAGS.SILENT (\\Deleted)")))

    def expunge(self):
        session, view = self.session, self.session.view
        if view.readonly:
            return
        mine = [uid for uid in view.known() if uid in view.box.deleted]
        if mine and self.dice.random() < 0.5:
            session.run("UID EXPUNGE", as_set(mine))
        elif "UIDONLY" in session.modes and self.dice.random() < 0.5:
            session.run("UID EXPUNGE", "1:*")
        else:
            session.run("EXPUNGE")

    def tokens_of(self, uids):
        """{uid: token}; asks the server for messages whose own APPEND is not answered yet."""
        box = self.session.view.box
        with self.ledger.lock:
            tokens = {uid: box.placed[uid][0] for uid in uids if uid in box.placed}
        unknown = [uid for uid in uids if uid not in tokens]
        if unknown:
            for uid, items in self.fetch(unknown, "(BODY.PEEK[HEADER.FIELDS (X-LOAD)])").items():
                for key, value in items.items():
                    if key.startswith("BODY[HEADER"):
                        tokens[uid] = value.split(b":")[1].strip().decode()
        return tokens

    def transferred(self, target, tokens, arguments):
        """Books what COPYUID says; the sources."""
        source = self.session.view.box
        old, new = numbers(arguments[1]), numbers(arguments[2])
        if len(old) != len(new) or not set(old) <= set(tokens):
            raise ProtocolError(f"COPYUID {arguments} for {sorted(tokens)}")
        for before, after in zip(old, new):
            # What is not booked yet may itself be a copy with \Deleted.
            if before in source.deleted or before not in source.placed:
                target.doom([after], deleted=True)
            target.added(after, tokens[before], int(arguments[0]), self.login)
        return old

    def copy(self):
        view = self.session.view
        target = self.dice.choice(self.boxes)
        uids = self.pick(4)
        if not uids or self.full(target):
            return
        if not (tokens := self.tokens_of(uids)):
            return
        prefix, text = self.address(list(tokens))
        reply = self.session.run(prefix + "COPY", f'{text} "{target.path(self.login)}"', allow=ISSUED)
        if reply.code != "COPYUID" and not set(tokens) & set(view.uids):
            return          # all went before we asked
        if reply.code != "COPYUID":
            raise ProtocolError(f"COPY without COPYUID: {reply.text}")
        done = self.transferred(target, tokens, reply.arguments)
        if not all(view.box.may_have_gone([uid]) for uid in set(tokens) - set(done)):
            raise ProtocolError(f"COPY left out {set(tokens) - set(done)}, which nobody removed")

    def move(self):
        view = self.session.view
        target = self.dice.choice(self.boxes)
        if view.readonly or target is view.box or not (uids := self.pick(4, removable=True)):
            return
        if not (tokens := self.tokens_of(uids)):
            return
        view.box.doom(tokens)
        prefix, text = self.address(list(tokens))
        reply = self.session.run(prefix + "MOVE", f'{text} "{target.path(self.login)}"', allow=ISSUED)
        codes = reply.codes("COPYUID") or ([reply.arguments] if reply.code == "COPYUID" else [])
        if not codes and not set(tokens) & set(view.uids):
            return
        if len(codes) != 1:
            raise ProtocolError(f"MOVE with {len(codes)} COPYUID")
        self.took(view, self.transferred(target, tokens, codes[0]))

    def took(self, view, uids):
        """We were told that we removed these: nobody else was, and we see them no more."""
        with self.ledger.lock:
            for uid in uids:
                if uid in view.box.moved:
                    raise ProtocolError(f"UID {uid} in {view.box.name} was moved twice: by {view.box.moved[uid]} and {self.name}")
                view.box.moved[uid] = f"{self.name} ({self.now})"
        if self.session.view is view and set(uids) & set(view.uids):
            raise ProtocolError(f"{uids} moved away, and some are still there")

    def replace(self):
        view = self.session.view
        target = view.box if self.dice.random() < 0.7 else self.dice.choice(self.boxes)
        if view.readonly or not (uids := self.pick(1, removable=True)):
            return
        view.box.doom(uids)
        prefix, text = self.address(uids)
        token, data, binary = self.message()
        reply = self.session.run(prefix + "REPLACE", f'{text} "{target.path(self.login)}" ', Literal(data, binary),
                                 allow=(*ISSUED, "NONEXISTENT", *(("CANNOT", "NOPERM") if target.owner != view.box.owner else ())))
        codes = reply.codes("APPENDUID") or ([reply.arguments] if reply.code == "APPENDUID" else [])
        if len(codes) != 1:
            raise ProtocolError(f"REPLACE with {len(codes)} APPENDUID")
        self.appended(target, [token], reply, codes[0])
        self.took(view, uids)

    def pipeline(self):
        """Several UID commands at once: what the first stores, the next reads."""
        view = self.session.view
        uids = [uid for uid in self.pick(5) if (view.box, uid) not in self.tainted]
        if view.readonly or not uids:
            return
        value = self.dice.random() < 0.5
        for uid in uids:
            self.own.pop((view.box, uid), None)
        text = as_set(uids)
        self.session.run_all([("UID STORE", [f"{text} {'+' if value else '-'}FLAGS.SILENT ({self.keyword})"]),
                              ("UID FETCH", [f"{text} (UID FLAGS)"]), ("NOOP", []),
                              ("UID SEARCH", [f"RETURN (COUNT) UID {text} {'' if value else 'UN'}KEYWORD {self.keyword}"])], allow=ISSUED)
        self.own.update(((view.box, uid), value) for uid in uids)
