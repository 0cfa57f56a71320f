"""A smart host that keeps what it gets."""
import base64
import collections
import socketserver
import threading

Letter = collections.namedtuple("Letter", "sender recipients content")


class Sink(socketserver.ThreadingTCPServer):
    """Listens on loopback.

    user, password   who may send; nobody need sign in if there is none
    letters          what was taken, in order
    refuse           its answer after the content, "554 5.7.1 not wanted"; None: it takes it

    Nobody whose name begins with "nobody" is known.
    """
    allow_reuse_address, daemon_threads = True, True

    def __init__(self, user=None, password=None):
        super().__init__(("127.0.0.1", 0), Session)
        self.port = self.server_address[1]
        self.credential = base64.b64encode(b"\0%s\0%s" % (user.encode(), password.encode())) if user else None
        self.letters, self.refuse = [], None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def read_content(self):
        data = b""
        while (part := self.rfile.readline()) != b".\r\n":
            if not part:
                raise ConnectionError("the message has no end")
            data += part[1:] if part.startswith(b".") else part
        return data

    def handle(self):
        self.say("220 sink")
        sender, recipients = "", []
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"EHLO":
                self.wfile.write(b"250-sink\r\n" + (b"250-AUTH PLAIN\r\n" if self.server.credential else b"") + b"250 8BITMIME\r\n")
            elif verb == b"AUTH":
                self.say("235 2.7.0 welcome" if line.split()[2] == self.server.credential else "535 5.7.8 no")
            elif verb == b"MAIL":
                sender, recipients = path(line), []
                self.say("250 2.1.0 ok")
            elif verb == b"RCPT":
                known = not path(line).startswith("nobody")
                recipients += [path(line)] if known else []
                self.say("250 2.1.5 ok" if known else "550 5.1.1 nobody knows nobody")
            elif verb == b"DATA":
                self.say("354 go on")
                letter = Letter(sender, recipients, self.read_content())
                if not self.server.refuse:
                    self.server.letters.append(letter)
                self.say(self.server.refuse or "250 2.0.0 queued as 7")
            else:
                self.say("250 2.0.0 ok")
                if verb == b"QUIT":
                    return


def path(line):
    """The address of MAIL and RCPT."""
    return line[line.index(b"<") + 1:line.index(b">")].decode()
