"""A name server with a few SRV records; it knows nothing else.

usage: dns.py ADDRESS READY_FILE [NAME:PRIORITY:WEIGHT:PORT:TARGET]...
"""
import socket
import struct
import sys


def packed(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def question_of(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    return ".".join(labels), query[12 : at + 5]


def answer(query, records):
    name, question = question_of(query)
    found = [
        struct.pack(">3H", *map(int, rest[:3])) + packed(rest[3])
        for owner, *rest in records
        if owner == name
    ]
    header = struct.pack(
        ">6H", *struct.unpack(">H", query[:2]),
        0x8180 if found else 0x8183, 1, len(found), 0, 0,
    )
    return header + question + b"".join(
        b"\xc0\x0c" + struct.pack(">HHIH", 33, 1, 60, len(data)) + data
        for data in found
    )


def main():
    address, ready, *texts = sys.argv[1:]
    records = [text.split(":") for text in texts]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    with open(ready, "w", encoding="ascii"):
        pass
    while True:
        query, client = server.recvfrom(512)
        server.sendto(answer(query, records), client)


main()
