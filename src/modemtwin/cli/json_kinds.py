"""What ``--json`` prints, as data: one table of every kind of object, for the code, the reference and the schema.

A kind has one shape, whichever verb prints it, and every member is always there: null where there is nothing to say.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["KINDS", "Kind", "Member"]


class Member(NamedTuple):
    """One member of an object: its name, its JSON type (``?`` behind it: or null), what it is."""

    name: str
    type: str
    about: str

    @property
    def type_in_words(self) -> str:
        """``string or null``, ``array of strings``."""
        words = self.type.replace("?", " or null")
        return words.replace("strings", "array of strings").replace("objects", "array of objects")


class Kind(NamedTuple):
    """One kind of object: which verbs print it, and what stands in it. Every member is always there."""

    verbs: str
    members: tuple[Member, ...]


_BODY = (
    Member("text", "string?", "the payload as text; null when it is not UTF-8"),
    Member("base64", "string", "the payload, byte for byte"),
)

_AT = Member("at", "number", "seconds since the beginning")

_DIALOGUES: dict[str, Kind] = {
    "typed": Kind(
        "demo",
        (
            _AT,
            Member("text", "string", "what goes into the modem's pty"),
            Member("remark", "string", "what the note says of it; empty when it says nothing"),
        ),
    ),
    "answer": Kind(
        "demo",
        (
            _AT,
            Member("text", "string", "the line that came"),
            Member("expected", "string", "the line that the note prints"),
            Member("agrees", "boolean", "whether they are the same"),
        ),
    ),
    "demo": Kind(
        "demo",
        (
            Member("agrees", "boolean", "whether every line was as the note prints it"),
            Member("lines", "integer", "how many lines were compared"),
            Member("differences", "strings", "where they are not the same, in words"),
        ),
    ),
    "controlled": Kind(
        "control",
        (
            Member("words", "strings", "the verb and its words"),
            Member("lines", "strings", "what the modem says, as it is shown without --json"),
            Member("data", "object", "the same by its names; empty where there is nothing to say"),
        ),
    ),
    "ready": Kind("serve", (Member("address", "string", "where it listens: HOST:PORT"),)),
    "datagram": Kind(
        "demo serve",
        (
            Member("at", "number?", "seconds since the beginning; null for serve"),
            Member("line", "integer?", "line of the script, 0 when it is ignored; null for demo"),
            Member("direction", "string", "out or in, as seen from who tells it"),
            Member("peer", "string", "HOST:PORT at the other end"),
            Member("door", "string", "which socket of the script; empty for the first"),
            Member("hex", "string", "the datagram"),
            Member("text", "string", "the same in words"),
        ),
    ),
    "difference": Kind(
        "serve",
        (
            Member("line", "integer", "line of the script"),
            Member("expected", "string", "what the script says"),
            Member("got", "string", "what came"),
        ),
    ),
    "script": Kind(
        "serve",
        (
            Member("agrees", "boolean", "whether all came as written"),
            Member("differences", "integer", "how many there are"),
        ),
    ),
}

_CONFORM: dict[str, Kind] = {
    "module": Kind(
        "conform",
        (
            Member("where", "string", "the port"),
            Member("model", "string?", "AT+CGMM"),
            Member("revision", "string?", "AT+CGMR"),
            Member("against", "string", "a profile, or files"),
        ),
    ),
    "network": Kind(
        "conform",
        (
            Member("reached", "boolean", "always false: there is none when all is well"),
            Member("why", "string", "no bearer, or no server"),
        ),
    ),
    "quirk": Kind(
        "conform",
        (
            Member("id", "string", "Q-HEAD-FIELDS and the like"),
            Member("choice", "string?", "what the module does; null when that is not known"),
            Member("default", "boolean", "whether that is the default of the ledger"),
            Member("means", "string?", "the choice in words; null when it is not known"),
            Member("why", "string?", "why it is not known; null when it is"),
        ),
    ),
    "line": Kind(
        "conform",
        (
            Member("dialogue", "string", "the transcript or probe"),
            Member("line", "integer", "its line"),
            Member("typed", "string", "what was typed"),
            Member("expected", "strings", "what a virtual modem answers, a character for each byte (latin-1)"),
            Member("got", "strings", "what came, in the same way"),
            Member("verdict", "string", "agrees, varies, explained or differs"),
            Member("choices", "object", "the choices that explain it, by the id of the quirk"),
        ),
    ),
    "left-out": Kind(
        "conform",
        (Member("dialogue", "string", "what is not played, or not all of it"), Member("why", "string", "the reason")),
    ),
    "besides": Kind("conform", (Member("lines", "strings", "what the module said by itself"),)),
    "result": Kind(
        "conform",
        (
            Member("status", "integer", "the exit status"),
            Member("lines", "integer", "how many were judged"),
            *(Member(verdict, "integer", "of them") for verdict in ("agrees", "varies", "explained", "differs")),
            Member("facts", "object", "what was measured: queue_length"),
            Member("choices", "object", "every choice that is known, by the id of its quirk"),
            Member("saved", "strings", "the files that --save wrote"),
        ),
    ),
}

_JOURNALS: dict[str, Kind] = {
    "replay": Kind(
        "replay",
        (
            Member("journal", "string", "the file"),
            Member("entries", "integer", "how many it has"),
            Member("agrees", "boolean", "whether the replay does the same throughout"),
            Member(
                "parting",
                "object?",
                "where it does not: entry, line, now (µs), stimulus, recorded and replayed effects",
            ),
        ),
    ),
    "message": Kind(
        "explain",
        (
            Member("mid", "integer", "the message ID"),
            Member("at", "number", "when it began, in seconds since the first entry"),
            Member("ours", "boolean", "whether the modem began it"),
            Member("peer", "string?", "HOST:PORT; null when it never left"),
            Member("what", "string", "the message in words; empty when it never left"),
            Member("outcome", "string", "how it ended"),
            Member("steps", "objects?", "at and sentence of each step; null in a list, without MID"),
        ),
    ),
    "minimised": Kind(
        "minimise",
        (
            Member("journal", "string", "the file"),
            Member("out", "string", "what was written"),
            Member("stimuli", "integer", "how many are left"),
            Member("of", "integer", "how many there were"),
            Member("runs", "integer", "how often it was played"),
            Member("least", "boolean", "whether nothing more can be left out, as far as is known"),
            Member("entries", "integer", "of the journal that was written"),
        ),
    ),
    "cost": Kind(
        "cost",
        (
            Member("journal", "string", "the file"),
            Member("preset", "string", "the radio"),
            Member("set", "strings", "the figures that --set changed"),
            Member("sleep", "string", "what the module does between two reports"),
            Member("exchanges", "integer", "how many there are"),
            Member("connections", "integer", "of the radio"),
            Member("out", "object", "datagrams; bytes of coap and ip; airtime in seconds"),
            Member("in", "object", "the same"),
            Member("others", "object", "out and in of what belongs to no exchange"),
            Member("energy", "object", "mah and joules, sleep left out"),
            Member("exchange", "object?", "mah and joules of a mean one; null when there is none"),
            Member("days", "objects", "reports in a day, with mah and joules, null when they do not fit into a day"),
            Member(
                "messages", "objects", "of each exchange: mid, what, ip bytes, datagrams, airtime, span, mah, joules"
            ),
        ),
    ),
}

KINDS: dict[str, Kind] = {
    "response": Kind(
        "get put post delete fetch patch ipatch observe",
        (
            Member("url", "string", "what was asked"),
            Member("method", "string", "GET, PUT, … iPATCH"),
            Member("code", "string", "2.05 and the like"),
            Member("name", "string", "the code in words: Content"),
            Member("ok", "boolean", "whether the code is of class 2"),
            Member("type", "string", "CON, NON or ACK, as the answer came"),
            Member("mid", "integer", "the message ID of the answer"),
            Member("request_mid", "integer", "the message ID of the question"),
            Member("token", "string", "in hex; empty when there was none"),
            Member("content_format", "integer?", "number of the content format; null when the answer has none"),
            Member("options", "object", "the options that it has, such as max_age and location_path; bytes are in hex"),
            *_BODY,
            Member("elapsed", "number", "seconds from the request to the answer"),
        ),
    ),
    "link": Kind(
        "discover",
        (
            Member("url", "string", "where it leads"),
            Member("target", "string", "as the server wrote it"),
            Member("attributes", "object", "rt, ct, title …; one without a value, such as obs, is null"),
        ),
    ),
    "ping": Kind(
        "ping",
        (
            Member("url", "string", "whom"),
            Member("number", "integer", "1 for the first"),
            Member("ok", "boolean", "whether the RST came back"),
            Member("elapsed", "number?", "seconds there and back; null without an answer"),
        ),
    ),
    "reply": Kind(
        "at",
        (
            Member("command", "string", "the line as it was sent; passwords and PINs are asterisks"),
            Member("lines", "strings", "the information lines, a character for each byte (latin-1)"),
            Member("result", "string", "OK, ERROR, +CME ERROR: 3 …"),
            Member("ok", "boolean", "whether the module did it"),
            Member("meaning", "string?", "what the CME number means; null where the module gave none"),
        ),
    ),
    "info": Kind(
        "info",
        (
            Member("port", "string", "as it was given"),
            Member("manufacturer", "string", "AT+CGMI"),
            Member("model", "string", "AT+CGMM"),
            Member("revision", "string", "AT+CGMR"),
            Member("imei", "string", "AT+CGSN"),
            Member("dialect", "string", "sim7000 or sim7080"),
            Member("sim", "string", "READY, SIM PIN, SIM not inserted …"),
            Member("rssi", "integer?", "AT+CSQ, 0 to 31; null when it is not known"),
            Member("dbm", "integer?", "the same in dBm"),
            Member("registration", "string", "home, roaming, searching, denied, off or unknown"),
            Member("attached", "boolean", "AT+CGATT?"),
            Member("operator", "string?", "AT+COPS?"),
            Member("technology", "string?", "NB-IoT, CAT-M, GSM or EGPRS"),
            Member("apn", "string?", "what the network delivered"),
            Member("address", "string?", "IP address of the bearer; null when it is down"),
        ),
    ),
    "urc": Kind("at", (Member("line", "string", "what the module said unasked"),)),
    "error": Kind(
        "get put post delete fetch patch ipatch observe discover ping info at conform",
        (
            Member("error", "string", "the class of the error: Rejected, TimedOut, PortMissing …"),
            Member("message", "string", "one sentence, as on standard error"),
            Member("hint", "string?", "what to try"),
            Member("status", "integer", "the exit status"),
        ),
    ),
    **_DIALOGUES,
    **_CONFORM,
    **_JOURNALS,
}
"""Every kind of object. The member ``kind`` comes first and names it."""
