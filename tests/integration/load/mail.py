"""Messages of the load: small, of many shapes, each with a token of its own in the header."""
WORDS = "post office letter parcel stamp envelope carrier route morning evening station bridge window paper pencil".split()


def text(dice, words):
    return " ".join(dice.choice(WORDS) for _ in range(words))


def header(token, dice, subject=None):
    reference = f"References: <{dice.choice('abcdef')}@load.example>\r\n" if dice.random() < 0.5 else ""
    return (f"From: {token} <{token}@load.example>\r\nTo: all@load.example\r\nSubject: {subject or text(dice, 3)}\r\n"
            f"Date: Sun, {1 + dice.randrange(28)} Nov 2026 12:{dice.randrange(60):02}:00 +0000\r\nMessage-ID: <{token}@load.example>\r\n"
            f"{reference}X-Load: {token}\r\n")


def plain(token, dice):
    lines = "".join(text(dice, 9) + "\r\n" for _ in range(dice.choice((1, 1, 3, 10, 60))))
    return (header(token, dice) + "\r\n" + lines).encode()


def multipart(token, dice):
    return (header(token, dice) + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=xx\r\n\r\n"
            f"--xx\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{text(dice, 20)} =C3=A4\r\n"
            f"--xx\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQFBgcICQ==\r\n--xx--\r\n").encode()


def binary(token, dice):
    """With NUL in its body: only for a literal8 (RFC 3516)."""
    return (header(token, dice) + "MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
            "Content-Transfer-Encoding: binary\r\n\r\n").encode() + bytes(dice.randrange(256) for _ in range(200)) + b"\0\r\n"


def eight_bit(token, dice):
    """With UTF-8 in the header: only after ENABLE UTF8=ACCEPT (RFC 9755)."""
    return (header(token, dice, "Gr\u00fc\u00dfe " + text(dice, 2)) + "\r\n\u00e4\u00f6\u00fc\r\n").encode()
