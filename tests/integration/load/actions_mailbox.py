"""Selecting, leaving, dropping the line and coming back."""
from .session import Refused
from .view import View
from .wire import ProtocolError, as_set


class MailboxActions:
    def select(self):
        self.open(self.dice.choice(self.boxes), self.dice.random() < 0.15)

    def visit(self):
        """Looks into a mailbox that comes and goes; what was open stays readable until it is left."""
        with self.ledger.lock:
            others = [box for box in self.ledger.temporary.get(self.login, ()) if box is not self.temporary]
        if not others:
            return
        self.open(self.dice.choice(others), True, allow=("NONEXISTENT",))
        for _ in range(3):
            self.dice.choice((self.fetch_flags, self.fetch_bodies, self.search, self.noop))()
        self.session.run("UNSELECT")
        self.session.view = None

    def open(self, box, examine=False, allow=()):
        session = self.session
        parameters = self.parameters(box)
        session.spontaneous()
        with self.ledger.lock:
            highest, following = box.highest[self.login], box.next[self.login]
            session.box_of_select = (box, self.ledger.tick())
        had = session.view is not None
        if not had:
            session.view = session.new_view()
        if "QRESYNC" in parameters or "CONDSTORE" in parameters:
            session.condstore = True
        try:
            reply = session.run("EXAMINE" if examine else "SELECT", f'"{box.path(self.login)}"{parameters}', allow=allow)
        except Refused:
            session.view = None     # and no mailbox is selected (RFC 9051 section 6.3.2)
            session.forget_contexts()
            raise
        if had != bool(reply.codes("CLOSED")):
            raise ProtocolError("CLOSED parts the former mailbox from the next (RFC 7162 section 3.2.11)")
        view = session.view
        view.readonly = examine
        self.check_opened(reply, view, box, highest, following, examine)
        if "QRESYNC" in parameters:
            self.resynchronised(reply, view, self.caches[box])
        self.fill()
        if self.dice.random() < 0.5:
            self.look_closely()

    def parameters(self, box):
        if "QRESYNC" in self.session.modes and box in self.caches:
            validity, modseq, flags = self.caches[box]
            known = f" {as_set(flags)}" if flags and self.dice.random() < 0.5 else ""
            return f" (QRESYNC ({validity} {modseq}{known}))"
        return " (CONDSTORE)" if self.dice.random() < 0.3 else ""

    @staticmethod
    def check_opened(reply, view, box, highest, following, examine):
        if not view.told:
            raise ProtocolError("no EXISTS")
        reply.one("FLAGS")
        if reply.code != ("READ-ONLY" if examine else "READ-WRITE"):
            raise ProtocolError(f"tagged code {reply.code}")
        validity, following_now = int(reply.codes("UIDVALIDITY")[0][0]), int(reply.codes("UIDNEXT")[0][0])
        if box.validity is None:
            box.validity = validity
        if validity != box.validity:
            raise ProtocolError(f"UIDVALIDITY {validity}, was {box.validity}")
        if following_now < following:
            raise ProtocolError(f"UIDNEXT {following_now}, but UID {following - 1} was given before")
        if not reply.codes("HIGHESTMODSEQ") or view.highest < highest:
            raise ProtocolError(f"HIGHESTMODSEQ {view.highest}, was {highest} before this command")
        box.reached(view.highest, view.login)

    @staticmethod
    def resynchronised(reply, view, cache):
        """Cache and responses together give the whole mailbox (RFC 7162 section 3.2.5.1)."""
        _, _, flags = cache
        gone = {uid for uids in reply.all("EARLIER") for uid in uids}
        fetched = {uid: items for _, uid, items in reply.all("FETCH") if "UID" in items or not view.by_number}
        known = sorted(set(flags) - gone | set(fetched))
        expected = known + [None] * (len(view) - len(known))
        if len(known) > len(view):
            raise ProtocolError(f"resynchronised: {len(known)} messages are known and {len(view)} there: {known}")
        if view.by_number:
            for number, uid in enumerate(expected, 1):
                if uid:
                    view.learn(number, uid)
        else:
            view.uids = expected
        before = {uid: view.flags.get(uid, flags.get(uid)) for uid in known}
        view.cached = (view.highest, before)

    def fill(self):
        """Asks for the UIDs that are not known yet."""
        session, view = self.session, self.session.view
        while view is not None and None in view.uids:
            first = view.uids.index(None) + 1
            if view.by_number and session.notifying != "selected":
                session.run("FETCH", f"{first}:{len(view)} (UID FLAGS{' MODSEQ' if session.condstore else ''})")
            else:
                above = 0 if not view.by_number else max(view.known(), default=0)
                above = above if first > len(view.known()) else 0
                session.run("UID FETCH", f"{above + 1}:* (UID FLAGS)", allow=("EXPUNGEISSUED",))
            self.missing(view)

    def look_closely(self):
        """Every message, its flags and mod-sequence: nothing is missing, nothing is back, the cache was right."""
        session, view = self.session, self.session.view
        cached = getattr(view, "cached", None)
        session.condstore = True
        try:
            session.run("UID FETCH", "1:* (UID FLAGS MODSEQ)", allow=("EXPUNGEISSUED",))
        except Refused:
            return
        self.fill()
        self.missing(view)
        if cached:
            highest, before = cached
            for uid, flags in before.items():
                if flags is not None and uid in view.modseq and view.modseq[uid] <= highest and view.flags[uid] != flags:
                    raise ProtocolError(f"resynchronised UID {uid} with {sorted(flags)}, at MODSEQ {view.modseq[uid]} <= {highest} it has "
                                        f"{sorted(view.flags[uid])}")
            view.cached = None

    @staticmethod
    def missing(view):
        if None not in view.uids and (lost := view.box.missing(view)):
            raise ProtocolError(f"{view.box.name}: acknowledged messages are not there: {lost}")

    def remember(self):
        """What a client writes to its disk, to begin there the next time."""
        view = self.session.view
        if view is None or view.highest == 0 or None in view.uids:
            return
        flags = {uid: view.flags.get(uid) for uid in view.uids}
        self.caches[view.box] = (view.box.validity, view.highest, flags)

    def leave(self):
        session = self.session
        self.remember()
        name = self.dice.choice(("UNSELECT", "UNSELECT", "CLOSE"))
        session.run(name)
        session.forget_contexts()
        session.view = None

    def noop(self):
        self.session.run(self.dice.choice(("NOOP", "CHECK") if self.session.view else ("NOOP",)))
        if self.session.view:
            self.fill()

    def idle(self):
        """Until something comes, or nothing for a moment."""
        session = self.session
        reply = session.begin("IDLE", [])
        if not session.continuation(reply):
            raise ProtocolError("IDLE was refused")
        for _ in range(self.dice.randrange(1, 4)):
            if session.wire.ready(self.dice.choice((0.05, 0.2, 0.5))):
                session.read_one()
        session.wire.send(b"DONE\r\n")
        while reply.status is None:
            session.read_one()
        session.judge(reply, ())
        self.fill()

    def notify(self):
        session = self.session
        kind = self.dice.choice(("selected", "selected-delayed"))
        if session.notifying and self.dice.random() < 0.3:
            session.run("NOTIFY", "NONE")       # from now on nothing is told of others' changes, until the next NOTIFY
            session.notifying = "selected-delayed"
            session.run("NOOP")
            kind = "selected-delayed"
        events = "(MessageNew MessageExpunge FlagChange)"
        others = self.dice.choice(("", " (personal (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange))",
                                   " (inboxes (MessageNew MessageExpunge))", " (subscribed (MessageNew MessageExpunge FlagChange))"))
        if kind == "selected":
            session.notifying = kind
        session.run("NOTIFY", f"SET {'STATUS ' if others and self.dice.random() < 0.5 else ''}({kind} {events}){others}")
        session.notifying = kind
        self.fill()

    def drop(self):
        """The line goes, sometimes with a command on it; what became of that, nobody knows."""
        session = self.session
        self.remember()
        if self.dice.random() < 0.6 and session.view and not session.view.readonly and session.view.box in self.boxes:
            self.abandon()
        session.close()
        self.session = None

    def abandon(self):
        session, view = self.session, self.session.view
        known = [uid for uid in view.known() if uid not in view.box.counters]
        kind = self.dice.choice(("APPEND", "STORE", "COPY", "EXPUNGE"))
        if kind == "APPEND":
            made = [self.message("plain") for _ in range(self.dice.choice((1, 3)))]
            with self.ledger.lock:
                view.box.maybe.append(([token for token, _, _ in made], True))
            literals = b"".join(b" {%d+}\r\n%s" % (len(data), data) for _, data, _ in made)
            session.wire.send(f'x APPEND "{view.box.path(self.login)}"'.encode() + literals + b"\r\n")
        elif kind == "STORE" and known:
            uid = self.dice.choice(known)
            self.own.pop((view.box, uid), None)
            self.tainted.add((view.box, uid))
            session.wire.send(f"x UID STORE {uid} {self.dice.choice('+-')}FLAGS ({self.keyword})\r\n".encode())
        elif kind == "COPY" and known:
            uids = self.dice.sample(known, min(3, len(known)))
            tokens = [view.box.placed[uid][0] for uid in uids if uid in view.box.placed]
            if len(tokens) == len(uids):
                with self.ledger.lock:
                    view.box.maybe.append((tokens, False))
                    self.ledger.loose.update(tokens)
                session.wire.send(f'x UID COPY {as_set(uids)} "{view.box.path(self.login)}"\r\n'.encode())
        elif kind == "EXPUNGE":
            session.wire.send(b"x EXPUNGE\r\n")

    def unauthenticate(self):
        """The connection stays, the person goes (RFC 8437)."""
        session = self.session
        self.remember()
        session.run("UNAUTHENTICATE")
        session.wire.stop_deflate()
        session.compressed = False
        session.view, session.modes, session.condstore, session.notifying = None, set(), False, None
        session.forget_contexts()
        session.sign_in()
        self.enable_something()

    def forbidden(self):
        """What a session cannot do is answered BAD or NO, and does not harm."""
        session = self.session
        cases = ["FETCH", "FETCH 1:* (", "NOSUCHCOMMAND", "STORE 1 FLAGS", "SEARCH NOSUCHKEY", "UID FETCH 0 FLAGS", "FETCH 99999 FLAGS",
                 "SELECT", "APPEND INBOX (", "COPY 1", "SORT (DATE)", "UID SEARCH RETURN (NOTHING) ALL"]
        if "UIDONLY" in session.modes:
            cases = ["FETCH 1 FLAGS", "STORE 1 +FLAGS (x)", "COPY 1 INBOX", "SEARCH 1", "MOVE 1 INBOX", "UID SEARCH 1", "SORT (DATE) UTF-8 ALL"]
        case = self.dice.choice(cases)
        session.spontaneous()
        reply = self.raw(case)
        if reply.status != "BAD":
            raise ProtocolError(f"{case}: {reply.status} {reply.text}")
        if "UIDONLY" in session.modes and reply.code != "UIDREQUIRED":
            raise ProtocolError(f"{case}: BAD {reply.code} {reply.text} without UIDREQUIRED")

    def raw(self, line):
        session = self.session
        name, _, rest = line.partition(" ")
        reply = session.begin(name, [rest] if rest else [])
        while reply.status is None:
            session.read_one()
        return reply
