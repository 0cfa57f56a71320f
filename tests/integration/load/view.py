"""What a client knows of its selected mailbox, kept by the rules of RFC 9051 section 7.5.1 and RFC 7162 section 3.2.10."""
from .wire import ProtocolError


class View:
    """Message numbers and UIDs as they were told. `uids[n - 1]` is None while the UID of n is not known."""

    def __init__(self, box, since, login, by_number=True):
        self.box, self.login = box, login   # ledger.Box; in whose eyes
        self.since = since              # the ledger's clock before SELECT was sent
        self.by_number = by_number      # False under UIDONLY: then `uids` is ascending, unknown ones behind
        self.uids = []
        self.modseq = {}                # uid -> the last one told
        self.flags = {}                 # uid -> the last ones told
        self.highest = 0                # HIGHESTMODSEQ as last told
        self.readonly = False
        self.told = False               # whether EXISTS came

    def __len__(self):
        return len(self.uids)

    def known(self):
        return [uid for uid in self.uids if uid is not None]

    def exists(self, count):
        if count < len(self.uids):
            raise ProtocolError(f"EXISTS {count} while {len(self.uids)} messages are there: EXISTS never shrinks")
        self.uids += [None] * (count - len(self.uids))
        self.told = True

    def bounds(self, index):
        """The nearest known UIDs below and above this place."""
        low = next((uid for uid in reversed(self.uids[:index]) if uid is not None), 0)
        high = next((uid for uid in self.uids[index + 1:] if uid is not None), 1 << 32)
        return low, high

    def learn(self, number, uid):
        """FETCH said that this number has this UID."""
        if not 1 <= number <= len(self.uids):
            raise ProtocolError(f"message {number} of {len(self.uids)}")
        now = self.uids[number - 1]
        if now is not None:
            if now != uid:
                raise ProtocolError(f"message {number} is UID {now} here, the server says {uid}")
            return
        low, high = self.bounds(number - 1)
        if not low < uid < high:
            raise ProtocolError(f"UID {uid} as message {number} between {low} and {high}")
        self.uids[number - 1] = uid

    def learn_uid(self, uid):
        """UIDFETCH spoke of this UID: it must have been announced."""
        if uid in self.uids:
            return
        known = self.known()
        if len(known) == len(self.uids):
            raise ProtocolError(f"UID {uid} was not announced or is gone")
        self.uids = sorted([*known, uid]) + [None] * (len(self.uids) - len(known) - 1)

    def forget(self, uid):
        self.modseq.pop(uid, None)
        self.flags.pop(uid, None)

    def expunge(self, number):
        """The UID that went, None if it was never told."""
        if not 1 <= number <= len(self.uids):
            raise ProtocolError(f"EXPUNGE {number} of {len(self.uids)}")
        uid = self.uids.pop(number - 1)
        self.forget(uid)
        return uid

    def vanish(self, uid):
        if uid in self.uids:
            self.uids.remove(uid)
            self.forget(uid)
            return
        if not self.by_number:
            if len(self.known()) == len(self.uids):
                raise ProtocolError(f"VANISHED {uid}, which was not there")
            self.uids.remove(None)
            return
        index = next((i for i, known in enumerate(self.uids) if known is not None and known > uid), len(self.uids))
        if index == 0 or self.uids[index - 1] is not None:
            raise ProtocolError(f"VANISHED {uid}, which was not there")
        del self.uids[index - 1]
