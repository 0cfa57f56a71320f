#!/usr/bin/env python3
"""Writes python_expectations.txt: how Python's email package sees its own test messages.

One line a message: file name, tree of content types, CRC-32 of each leaf's decoded octets. Two things are told as
Postern tells them: a multipart without parts is text/plain, and of message/* only message/rfc822 is opened.

    tests/mime/make_python_expectations.py > tests/mime/python_expectations.txt
"""
import email
import glob
import os
import zlib

FOLDER = "/usr/lib/python3.11/test/test_email/data"


def opened(part):
    return part.is_multipart() and part.get_content_maintype() in ("multipart", "message") and (
        part.get_content_maintype() == "multipart" or part.get_content_type() == "message/rfc822")


def shape(part):
    kind = part.get_content_type()
    if opened(part):
        return kind + "[" + " ".join(shape(p) for p in part.get_payload()) + "]"
    return "text/plain" if part.get_content_maintype() == "multipart" else kind


def leaves(part):
    if not opened(part):
        yield part
        return
    for child in part.get_payload():
        yield from leaves(child)


def checksum(part):
    if part.is_multipart():
        return "-"
    return "%08x" % zlib.crc32(part.get_payload(decode=True) or b"")


for path in sorted(glob.glob(FOLDER + "/msg_*.txt")):
    with open(path, "rb") as file:
        message = email.message_from_bytes(file.read())
    print(os.path.basename(path), shape(message), ",".join(checksum(p) for p in leaves(message)), sep="\t")
