"""One client: a thread that does one thing after another, as its dice say, and checks every answer."""
import random
import threading
import traceback

from . import mail
from .actions_account import AccountActions
from .actions_mailbox import MailboxActions
from .actions_messages import MessageActions
from .actions_search import SearchActions
from .session import Refused, Session
from .wire import ProtocolError


class Worker(threading.Thread, AccountActions, MailboxActions, MessageActions, SearchActions):
    """`boxes`: mailboxes it works in. Nobody else sets or clears its keyword."""

    def __init__(self, server, ledger, number, login, boxes, seed, timeout, target):
        super().__init__(daemon=True, name=f"client {number} ({login})")
        self.server, self.ledger, self.number, self.login = server, ledger, number, login
        self.boxes, self.timeout, self.target = boxes, timeout, target
        self.others = []            # logins of other accounts
        self.dice = random.Random(f"{seed}.{number}")
        self.keyword = f"own{number}"
        self.own = {}               # (box, uid) -> whether it has our keyword; what we do not know is not there
        self.tainted = set()        # (box, uid) of commands whose answer we did not wait for
        self.caches = {}            # box -> (UIDVALIDITY, HIGHESTMODSEQ, {uid: flags}) for QRESYNC
        self.entries = {}           # our METADATA: (box, entry) -> value
        self.serial = 0
        self.session = None
        self.stopping = threading.Event()
        self.failure = None
        self.counts = {}            # what was done -> how often
        self.refusals = {}
        self.commands = 0
        self.temporary = None       # a mailbox of our own that comes and goes

    def token(self, kind="msg"):
        self.serial += 1
        return f"{kind}-{self.number}-{self.serial}"

    def message(self, kind=None):
        """(token, octets, whether it needs a literal8)"""
        kinds = ["plain", "plain", "plain", "multipart", "binary"] + (["eight_bit"] if "UTF8=ACCEPT" in self.session.modes else [])
        kind = kind or self.dice.choice(kinds)
        token = self.token("bin" if kind == "binary" else "msg")
        data = getattr(mail, kind)(token, self.dice)
        self.ledger.content(token, data)
        return token, data, kind == "binary"

    def flags_seen(self, box, uid, flags):
        known = self.own.get((box, uid))
        if known is not None and (self.keyword in flags) != known:
            was = "set" if known else "cleared"
            raise ProtocolError(f"lost update: {self.keyword} of UID {uid} in {box.name} was {was} by us, now {sorted(flags)}")

    def connect(self):
        session = self.session = Session(self.server, self.login, self.dice, self, self.timeout)
        if not session.secure and self.dice.random() < 0.2:
            session.start_tls()
        session.sign_in()
        if self.dice.random() < 0.3:
            session.compress()
        self.enable_something()

    def enable_something(self):
        for tokens in self.dice.choice(([], [], ["CONDSTORE"], ["QRESYNC"], ["QRESYNC"], ["IMAP4rev2"], ["UTF8=ACCEPT"],
                                        ["UIDONLY"], ["UIDONLY", "QRESYNC"], ["QRESYNC", "UTF8=ACCEPT", "IMAP4rev2"], ["METADATA"])):
            self.session.enable(tokens)

    def run(self):
        try:
            while not self.stopping.is_set():
                if self.session is None:
                    self.connect()
                self.step()
            if self.session:
                self.session.logout()
        except BaseException as error:          # told by the test: a thread's exception reaches nobody
            self.failure = error
            self.trace = traceback.format_exc()
            self.stopping.set()

    def step(self):
        session = self.session
        if session.view is None:
            choices = self.WITHOUT_MAILBOX
        else:
            choices = self.WITH_MAILBOX
        name = self.dice.choices([name for name, _ in choices], [weight for _, weight in choices])[0]
        self.counts[name] = self.counts.get(name, 0) + 1
        self.now = name
        try:
            getattr(self, name)()
        except Refused as refused:
            key = f"{name}: {refused}"
            self.refusals[key] = self.refusals.get(key, 0) + 1

    # What is done, and how often.
    WITHOUT_MAILBOX = [
        ("select", 12), ("visit", 1), ("append", 1), ("list_mailboxes", 1), ("status", 1), ("temporary_mailbox", 1), ("metadata", 1),
        ("rights", 0.5), ("quota", 0.5), ("small_talk", 0.5), ("unauthenticate", 0.3), ("everywhere", 0.5)]
    WITH_MAILBOX = [
        ("select", 4), ("visit", 0.7), ("leave", 1), ("noop", 2), ("append", 5), ("list_mailboxes", 0.7), ("status", 1),
        ("temporary_mailbox", 0.7), ("metadata", 0.7), ("rights", 0.3), ("quota", 0.4), ("small_talk", 0.4), ("unauthenticate", 0.2),
        ("everywhere", 0.7), ("fetch_flags", 4), ("fetch_parts", 4), ("fetch_bodies", 4), ("fetch_changed", 1), ("look_closely", 1),
        ("mark", 8), ("count_up", 8), ("conditional_mark", 2), ("seen", 1), ("delete", 4), ("expunge", 3), ("copy", 2), ("move", 3),
        ("replace", 2), ("search", 3), ("search_saved", 1), ("sort", 1), ("thread", 1), ("keep_informed", 1), ("batches", 0.3),
        ("filters", 0.3), ("authorised_url", 0.3), ("idle", 1.5), ("notify", 0.7), ("drop", 0.5), ("pipeline", 1), ("forbidden", 0.3)]
