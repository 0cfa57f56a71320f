"""A client's connection that believes nothing: every response is parsed, and checked against what was told before."""
import base64
import itertools
import re

from .view import View
from .wire import Atom, ProtocolError, Tokens, Wire, numbers

# While these run, message numbers must not change (RFC 9051 section 7.5.1; RFC 5256 section 3).
NUMBERED = {"FETCH", "STORE", "SEARCH", "SORT", "THREAD"}
STATUS_ITEMS = {"MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "HIGHESTMODSEQ", "SIZE", "DELETED", "DELETED-STORAGE",
                "MAILBOXID", "APPENDLIMIT"}
PLAIN = {"CAPABILITY", "ENABLED", "FLAGS", "NAMESPACE", "ACL", "MYRIGHTS", "LISTRIGHTS", "QUOTA", "QUOTAROOT", "METADATA", "ID",
         "GENURLAUTH", "URLFETCH", "UIDBATCHES", "LSUB", "SORT", "THREAD", "LIST", "SEARCH"}
FETCH_ITEMS = re.compile(r"(BODY|BINARY|BINARY\.SIZE)\[.*\](<\d+>)?|FLAGS|UID|MODSEQ|RFC822\.SIZE|RFC822|RFC822\.HEADER|RFC822\.TEXT|ENVELOPE|"
                         r"BODY|BODYSTRUCTURE|INTERNALDATE|EMAILID|THREADID|SAVEDATE|PREVIEW")


class Refused(Exception):
    """A tagged NO."""

    def __init__(self, reply):
        super().__init__(f"{reply.code} {reply.text}")
        self.reply = reply


class Literal:
    def __init__(self, data, binary=False):
        self.data, self.binary = data, binary


class Reply:
    def __init__(self, name):
        self.name, self.status, self.code, self.arguments, self.text = name, None, None, [], ""
        self.informed = False
        self.got = []       # (kind, value) of untagged responses since the command was sent

    def all(self, kind):
        return [value for seen, value in self.got if seen == kind]

    def one(self, kind):
        found = self.all(kind)
        if len(found) != 1:
            raise ProtocolError(f"{self.name}: {len(found)} {kind} responses")
        return found[0]

    def codes(self, name):
        """Arguments of untagged response codes of this name."""
        return [arguments for code, arguments in self.all("CODE") if code == name]


class Session:
    """One connection. `hooks` hears of flags: hooks.flags_seen(session, uid, flags)."""

    def __init__(self, server, login, dice, hooks, timeout):
        self.server, self.login, self.dice, self.hooks, self.timeout = server, login, dice, hooks, timeout
        self.tags = (f"t{number}" for number in itertools.count())
        self.running = {}       # tag -> Reply
        self.view = None
        self.modes = set()      # what ENABLE turned on
        self.condstore = False  # told mod-sequences
        self.notifying = None   # None, "selected", "selected-delayed"
        self.contexts = {}      # tag of a search that is kept informed -> set of UIDs
        self.criteria_of = {}   # its tag -> what it looks for
        self.compressed = False
        self.box_of_select = None
        self.secure = dice.random() < 0.1
        self.wire = Wire(server.imaps_port if self.secure else server.imap_port, timeout)
        if self.secure:
            self.wire.start_tls(server.path("tls.pem"))
        self.greeting = self.wire.response()
        if not self.greeting[0].startswith(b"* OK "):
            raise ProtocolError(f"greeting {self.greeting}")

    # ---- sending

    def run(self, name, *pieces, allow=()):
        """One command; Refused if the answer is NO with a code of `allow`, ProtocolError if it is another NO, or BAD."""
        return self.run_all([(name, pieces)], allow)[0]

    def run_all(self, commands, allow=()):
        """Commands without waiting between them."""
        self.spontaneous()
        replies = [self.begin(name, pieces) for name, pieces in commands]
        while any(reply.status is None for reply in replies):
            self.read_one()
        for reply in replies:
            self.judge(reply, allow)
        return replies

    def informed(self, name, *pieces):
        """A search whose result will be kept up to date."""
        self.spontaneous()
        reply = self.begin(name, pieces)
        reply.informed = True
        while reply.status is None:
            self.read_one()
        self.judge(reply, ())
        return reply

    def forget_contexts(self):
        self.contexts.clear()
        self.criteria_of.clear()

    @staticmethod
    def judge(reply, allow):
        if reply.status == "NO" and (reply.code in allow or "*" in allow):
            raise Refused(reply)
        if reply.status != "OK":
            raise ProtocolError(f"{reply.name}: {reply.status} [{reply.code}] {reply.text}")

    def begin(self, name, pieces):
        tag = next(self.tags)
        self.hooks.commands += 1
        reply = Reply(name)
        reply.tag = tag
        self.running[tag] = reply
        line = f"{tag} {name}".encode()
        if pieces:
            line += b" "
        for piece in pieces:
            if isinstance(piece, Literal):
                line = self.send_literal(line, piece, reply)
                if line is None:
                    return reply
            else:
                line += piece.encode()
        self.wire.send(line + b"\r\n")
        return reply

    def send_literal(self, line, literal, reply):
        """What is to be sent after it; None if the command was refused before its literal."""
        waits = self.dice.random() < 0.5
        line += b"%s{%d%s}\r\n" % (b"~" if literal.binary else b"", len(literal.data), b"" if waits else b"+")
        if not waits:
            return line + literal.data
        self.wire.send(line)
        return literal.data if self.continuation(reply) else None

    def continuation(self, reply):
        while reply.status is None:
            if self.read_one() == "+":
                return True
        return False

    def spontaneous(self):
        """What came since the last answer: NOTIFY may bring it, and nothing else moves message numbers."""
        while self.wire.ready():
            self.read_one()

    # ---- receiving

    def read_one(self):
        parts = self.wire.response()
        if parts[0].startswith(b"+"):
            return "+"
        tokens = Tokens(parts)
        tag = tokens.word()
        tokens.space()
        if tag == "*":
            self.untagged(tokens)
            return "*"
        reply = self.running.pop(tag, None)
        if reply is None:
            raise ProtocolError(f"answer to a command {tag} that does not run")
        reply.status = tokens.word()
        tokens.space()
        reply.code, reply.arguments, reply.text = tokens.text()
        if reply.code == "HIGHESTMODSEQ" and self.view:
            self.view.highest = max(self.view.highest, int(reply.arguments[0]))
        if reply.status not in ("OK", "NO", "BAD"):
            raise ProtocolError(f"{reply.status} as a tagged answer")
        return tag

    def tell(self, kind, value):
        for reply in self.running.values():
            reply.got.append((kind, value))

    def untagged(self, tokens):
        word = tokens.word()
        if word.isdigit():
            tokens.space()
            self.numbered(int(word), tokens.word().upper(), tokens)
            return
        kind = word.upper()
        if kind in ("OK", "NO", "BAD", "BYE"):
            tokens.space()
            code, arguments, text = tokens.text()
            self.status(kind, code, arguments, text)
        elif kind == "VANISHED":
            tokens.space()
            self.vanished(tokens.rest())
        elif kind == "ESEARCH":
            self.esearch(tokens)
        elif kind == "STATUS":
            tokens.space()
            self.mailbox_status(tokens.rest())
        elif kind in PLAIN:
            if not tokens.end():
                tokens.space()
            self.tell(kind, tokens.rest())
        else:
            raise ProtocolError(f"an unknown response {tokens.line!r}")
        if not tokens.end():
            tokens.fail("more than the response")

    def status(self, kind, code, arguments, text):
        if kind == "BYE":
            self.tell("BYE", text)
            if not any(reply.name == "LOGOUT" for reply in self.running.values()):
                raise ProtocolError(f"BYE {text}")
        if code == "NOUPDATE":
            self.contexts.pop(arguments[0].decode(), None)
        elif kind in ("NO", "BAD"):
            raise ProtocolError(f"untagged {kind} {code} {text}")
        if code == "CLOSED":
            self.view = self.new_view()
            self.forget_contexts()
            for reply in self.running.values():
                reply.got.clear()           # that was of the former mailbox
        if code == "HIGHESTMODSEQ" and self.view:
            value = int(arguments[0])
            if value < self.view.highest:
                raise ProtocolError(f"HIGHESTMODSEQ {value} after {self.view.highest}")
            self.view.highest = value
        self.tell("CODE", (code, arguments))

    def new_view(self):
        box, since = self.box_of_select
        return View(box, since, self.login, "UIDONLY" not in self.modes)

    def need_view(self, what):
        if self.view is None:
            raise ProtocolError(f"{what} while no mailbox is selected")
        return self.view

    def numbers_may_move(self, what):
        if self.notifying == "selected":
            return      # at any moment; our command may be on its way
        names = [reply.name for reply in self.running.values()]
        if any(name in NUMBERED for name in names) and "UIDONLY" not in self.modes:
            raise ProtocolError(f"{what} while {names} runs")
        if not names:
            raise ProtocolError(f"{what} while no command runs")

    def numbered(self, number, kind, tokens):
        if kind == "RECENT":
            if number > len(self.need_view("RECENT")):
                raise ProtocolError(f"{number} RECENT of {len(self.view)}")
        elif kind == "EXISTS":
            self.need_view("EXISTS").exists(number)
        elif kind == "EXPUNGE":
            if {"QRESYNC", "UIDONLY"} & self.modes:
                raise ProtocolError("EXPUNGE where VANISHED is due")
            view = self.need_view("EXPUNGE")
            self.numbers_may_move("EXPUNGE")
            uid = view.expunge(number)
            if uid:
                view.box.removed(uid, self.login)
            self.tell("GONE", uid)
        elif kind in ("FETCH", "UIDFETCH"):
            tokens.space()
            self.fetched(number, kind, tokens.value())
        else:
            tokens.fail("an unknown response")
        if not tokens.end():
            tokens.fail("more than the response")

    def vanished(self, values):
        view = self.need_view("VANISHED")
        if values[0] == [Atom("EARLIER")]:
            if "QRESYNC" not in self.modes:
                raise ProtocolError("VANISHED (EARLIER) without QRESYNC")
            uids = numbers(values[1])
            for uid in set(uids) & set(view.uids):
                raise ProtocolError(f"VANISHED (EARLIER) of {uid}, which is there")
            self.tell("EARLIER", uids)
            return
        if not {"QRESYNC", "UIDONLY"} & self.modes:
            raise ProtocolError("VANISHED where EXPUNGE is due")
        self.numbers_may_move("VANISHED")
        for uid in numbers(values[0]):
            view.vanish(uid)
            view.box.removed(uid, self.login)
            self.tell("GONE", uid)

    def fetched(self, number, kind, values):
        view = self.need_view(kind)
        if (kind == "UIDFETCH") != ("UIDONLY" in self.modes):
            raise ProtocolError(f"{kind} with {sorted(self.modes)}")
        items = self.items(values)
        uid = int(items["UID"]) if "UID" in items else None
        if kind == "UIDFETCH":
            if uid not in (None, number):
                raise ProtocolError(f"UIDFETCH {number} with UID {uid}")
            uid = number
            view.learn_uid(uid)
        elif uid:
            view.learn(number, uid)
        else:
            if not 1 <= number <= len(view):
                raise ProtocolError(f"FETCH {number} of {len(view)}")
            uid = view.uids[number - 1]
            asked = any("FETCH" in reply.name or "STORE" in reply.name for reply in self.running.values())
            if "QRESYNC" in self.modes and not asked:
                raise ProtocolError("an unsolicited FETCH without UID under QRESYNC (RFC 7162 section 3.2.4)")
        if uid:
            view.box.learned(uid, view)
            self.note(view, uid, items)
        self.tell("FETCH", (number, uid, items))

    def items(self, values):
        if not values or len(values) % 2:
            raise ProtocolError(f"FETCH {values}")
        out = {}
        for key, value in zip(values[::2], values[1::2]):
            key = str(key).upper()
            if key in out or not FETCH_ITEMS.fullmatch(key):
                raise ProtocolError(f"FETCH with {key}")
            out[key] = value
        return out

    def note(self, view, uid, items):
        """Flags and mod-sequences of a message in what was told."""
        modseq = int(items["MODSEQ"][0]) if "MODSEQ" in items else None
        if modseq is not None:
            if modseq < view.modseq.get(uid, 0):
                raise ProtocolError(f"UID {uid}: MODSEQ {modseq} after {view.modseq[uid]}")
            view.modseq[uid] = modseq
            view.box.reached(modseq, self.login)
        if "FLAGS" in items:
            flags = frozenset(map(str, items["FLAGS"])) - {"\\Recent"}
            if len(set(items["FLAGS"])) != len(items["FLAGS"]):
                raise ProtocolError(f"UID {uid}: a flag twice in {items['FLAGS']}")
            view.flags[uid] = flags
            if modseq is not None:
                view.box.state(uid, modseq, flags)
            self.hooks.flags_seen(view.box, uid, flags)

    def esearch(self, tokens):
        if tokens.end():
            self.tell("ESEARCH", (None, False, {}, None))
            return
        tokens.space()
        values = tokens.rest()
        tag, is_uid, where = None, False, None
        if values and isinstance(values[0], list):
            correlator = dict(zip(map(str, values[0][::2]), values[0][1::2]))
            tag = correlator["TAG"].decode()
            where = correlator.get("MAILBOX")
            values = values[1:]
        if values and values[0] == "UID":
            is_uid, values = True, values[1:]
        if len(values) % 2:
            raise ProtocolError(f"ESEARCH {values}")
        found = [(str(key).upper(), value) for key, value in zip(values[::2], values[1::2])]
        if tag in self.running and self.running[tag].informed and not {"ADDTO", "REMOVEFROM"} & {key for key, _ in found}:
            self.contexts[tag] = set(numbers(dict(found)["ALL"]) if "ALL" in dict(found) else [])
        for key, value in found:
            if key in ("ADDTO", "REMOVEFROM"):
                self.context(tag, key, value, is_uid)
        self.tell("ESEARCH", (tag, is_uid, dict(found), where))

    def context(self, tag, key, pairs, is_uid):
        if tag not in self.contexts or not is_uid:
            raise ProtocolError(f"{key} for a search {tag} that nobody asked to be kept informed of")
        members = self.contexts[tag]
        for position, text in zip(pairs[::2], pairs[1::2]):
            if not str(position).isdigit():
                raise ProtocolError(f"{key} at {position}")
            for uid in numbers(text):
                if (uid in members) == (key == "ADDTO"):
                    raise ProtocolError(f"{key} {uid}, which {'is' if uid in members else 'is not'} in the result of {tag}")
                members.add(uid) if key == "ADDTO" else members.discard(uid)

    def mailbox_status(self, values):
        name, items = values
        for key, value in zip(items[::2], items[1::2]):
            if key not in STATUS_ITEMS or not (isinstance(value, list) or value is None or value.isdigit()):
                raise ProtocolError(f"STATUS {name} {items}")
        self.tell("STATUS", (self.name(name), dict(zip(map(str, items[::2]), items[1::2]))))

    @staticmethod
    def name(value):
        return value.decode() if isinstance(value, bytes) else str(value)

    # ---- connection

    def sign_in(self, password="pass"):
        kind = self.dice.randrange(3)
        if kind == 0:
            self.run("LOGIN", f'"{self.login}" "{password}"')
            return
        secret = base64.b64encode(f"\0{self.login}\0{password}".encode()).decode()
        if kind == 1:
            self.run("AUTHENTICATE", f"PLAIN {secret}")
            return
        reply = self.begin("AUTHENTICATE", ["PLAIN"])
        if self.continuation(reply):
            self.wire.send(secret.encode() + b"\r\n")
        while reply.status is None:
            self.read_one()
        self.judge(reply, ())

    def start_tls(self):
        self.run("STARTTLS")
        self.wire.start_tls(self.server.path("tls.pem"))
        self.secure = True

    def compress(self):
        self.run("COMPRESS", "DEFLATE")
        self.wire.start_deflate()
        self.compressed = True

    def enable(self, *tokens):
        reply = self.run("ENABLE", " ".join(tokens))
        enabled = set(map(str, reply.one("ENABLED")))
        if enabled - {"CONDSTORE"} != set(tokens) - self.modes - {"CONDSTORE"} and enabled != set(tokens):
            raise ProtocolError(f"ENABLED {enabled} of {tokens}")
        self.modes |= set(tokens)
        if {"QRESYNC", "CONDSTORE"} & self.modes:
            self.condstore = True

    def logout(self):
        reply = self.run("LOGOUT")
        reply.one("BYE")
        self.close()

    def close(self):
        self.view = None
        self.wire.close()
