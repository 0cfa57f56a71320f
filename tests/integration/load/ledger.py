"""What is known across all clients: which messages must be where, what may have gone, which flags a mod-sequence had."""
import collections
import hashlib
import itertools
import threading

from .wire import ProtocolError


class Box:
    """One mailbox, whatever it is called at the moment.

    What one login was told, that login must find from then on. Another login may sit on another core of the server, which hears of
    changes a moment later.
    """

    def __init__(self, ledger, owner, name):
        self.ledger, self.owner, self.name = ledger, owner, name
        self.placed = {}        # uid -> (token, clock of the acknowledgement, login)
        self.doomed = set()     # UIDs that somebody set out to remove, noted before the command was sent
        self.deleted = set()    # of them, those that may carry \\Deleted
        self.questions = []     # UIDs of which one must have gone, as the end will show
        self.gone = {}          # uid -> {login: clock when one of its clients was told that it went}
        self.moved = {}         # uid -> who was told that he moved it
        self.maybe = []         # (tokens, whether all or none come): commands whose answer nobody waited for
        self.states = collections.defaultdict(dict)     # uid -> {modseq: flags}
        self.highest = collections.defaultdict(int)     # login -> the highest mod-sequence in an answer
        self.next = collections.defaultdict(int)        # login -> above every UID in an answer
        self.validity = None
        self.counters = {}      # uid -> Counter

    def path(self, login):
        """Its name in the eyes of this login."""
        return self.name if login == self.owner else f"user/{self.owner}/{self.name}"

    def live(self):
        """UIDs that nobody set out to remove."""
        with self.ledger.lock:
            return [uid for uid in self.placed if uid not in self.doomed]

    def doom(self, uids, deleted=False):
        with self.ledger.lock:
            self.doomed.update(uids)
            if deleted:
                self.deleted.update(uids)

    def may_have_gone(self, uids):
        """Whether somebody set out to remove one of them. What is not booked yet may be the copy of a message that was marked as
        deleted: whoever was told of it says so later."""
        with self.ledger.lock:
            if set(uids) & self.doomed:
                return True
            self.questions.append(list(uids))
            return any(uid not in self.placed for uid in uids)

    def added(self, uid, token, validity, login):
        """An answer named the UID of a new message."""
        with self.ledger.lock:
            if self.validity is None:
                self.validity = validity
            if validity != self.validity:
                raise ProtocolError(f"{self.name}: UIDVALIDITY {validity}, was {self.validity}")
            if uid in self.placed:
                raise ProtocolError(f"{self.name}: UID {uid} was given twice, to {self.placed[uid][0]} and {token}")
            self.placed[uid] = (token, self.ledger.tick(), login)
            self.next[login] = max(self.next[login], uid + 1)
            if token in self.ledger.loose:
                self.doom([uid], deleted=True)

    def removed(self, uid, login):
        with self.ledger.lock:
            self.gone.setdefault(uid, {}).setdefault(login, self.ledger.tick())
            self.states.pop(uid, None)

    def reached(self, modseq, login):
        """An answer named a mod-sequence: no later HIGHESTMODSEQ is below it."""
        with self.ledger.lock:
            self.highest[login] = max(self.highest[login], modseq)

    def learned(self, uid, view):
        """A client saw the UID in a view it opened at view.since."""
        went = self.gone.get(uid, {}).get(view.login)
        if went is not None and went < view.since:
            raise ProtocolError(f"{self.name}: UID {uid} is back: it was told to be gone before this SELECT")

    def state(self, uid, modseq, flags):
        """A mod-sequence of a message stands for one set of flags."""
        with self.ledger.lock:
            if uid in self.gone:
                return
            known = self.states[uid]
            if known.setdefault(modseq, flags) != flags:
                raise ProtocolError(f"{self.name}: UID {uid} at mod-sequence {modseq} has {sorted(flags)} and had {sorted(known[modseq])}")
            if len(known) > 6:
                del known[min(known)]

    def missing(self, view):
        """What a view that is wholly known must hold and does not."""
        seen = set(view.uids)
        with self.ledger.lock:
            return {uid: token for uid, (token, clock, login) in self.placed.items()
                    if login == view.login and clock < view.since and uid not in self.doomed and uid not in seen}


class Counter:
    """A number in the flags of a message, counted up by compare and swap (UNCHANGEDSINCE)."""
    BITS = 14

    def __init__(self):
        self.done = self.missed = 0

    @classmethod
    def read(cls, flags):
        return sum(1 << bit for bit in range(cls.BITS) if f"bit{bit}" in flags)

    @classmethod
    def write(cls, number, flags):
        """The same flags with another number."""
        return sorted(flags - {f"bit{bit}" for bit in range(cls.BITS)} | {f"bit{bit}" for bit in range(cls.BITS) if number >> bit & 1})


class Ledger:
    def __init__(self):
        self.lock = threading.RLock()
        self.clock = itertools.count(1)
        self.contents = {}      # token -> octets
        self.first = {}         # token -> SHA-256 of what the server made of them, where it may store others (BINARY)
        self.ids = {}           # (box, uid) -> EMAILID
        self.loose = set()      # tokens with copies that nobody was told of: these and theirs may carry \\Deleted
        self.temporary = {}     # login -> mailboxes that come and go
        self.boxes = []

    def tick(self):
        return next(self.clock)

    def content(self, token, data):
        with self.lock:
            self.contents[token] = data

    def check_content(self, token, data):
        """The octets of a whole message as a client read them."""
        digest = hashlib.sha256(data).digest()
        with self.lock:
            expected = self.contents.get(token)
            if expected is None:
                raise ProtocolError(f"a message {token!r} that nobody made")
            if token.startswith("bin"):
                if self.first.setdefault(token, digest) != digest:
                    raise ProtocolError(f"message {token} changed")
            elif digest != hashlib.sha256(expected).digest():
                raise ProtocolError(f"message {token}: {len(data)} octets differ from the {len(expected)} that were sent")

    def check_id(self, box, uid, emailid):
        with self.lock:
            if self.ids.setdefault((box, uid), emailid) != emailid:
                raise ProtocolError(f"UID {uid} in {box.name} has EMAILID {emailid} and had {self.ids[box, uid]}")
