"""The ledger: every place where the sources disagree or are silent, what may be chosen there, and what we chose.

A profile may choose; nothing else may. The first choice is the default. An entry with a single choice is a decision
of ours about something nobody says; it stands here so that it can be found, and argued with.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

__all__ = ["LEDGER", "Quirk", "check"]


@dataclass(frozen=True, slots=True)
class Quirk:
    """One entry: its id, what the sources say, and the choices with what each means, default first.

    ``seconds`` is True where a positive number of seconds is a choice too.
    """

    id: str
    sources: str
    choices: dict[str, str]
    seconds: bool = False

    @property
    def default(self) -> str:
        """The choice of a profile that does not choose."""
        return next(iter(self.choices))


_ENTRIES = (
    Quirk(
        "Q-RECV-NAME",
        "`+CCOAPRCV` in COAP-AN §3.4, `+CCOAPRECV` in COAP-AN §5 and the family.",
        {"recv": "a packet is announced by `+CCOAPRECV`", "rcv": "a packet is announced by `+CCOAPRCV`"},
    ),
    Quirk(
        "Q-TEST-NAMES",
        "`AT+CCOAPHEAD=?` prints `+CCOAPREAD:` and `AT+CCOAPREAD=?` prints `+CCOAPHEAD:` in COAP-AN §3.5 and §3.6.",
        {"corrected": "each test form prints its own name", "literal": "the names are swapped, as printed"},
    ),
    Quirk(
        "Q-CONVERT",
        "The test text of COAP-AN §3.5 says that 0 converts; its table, answers, example and the family say 1.",
        {"one-parses": "1 prints the head parsed, 0 raw", "zero-parses": "0 prints the head parsed, 1 raw"},
    ),
    Quirk(
        "Q-HEAD-FIELDS",
        "24 fields in the grammar of COAP-AN §3.5 and in §5, 21 in the example of §3.5.",
        {"24": "all fields", "21": "block2, block1 and size are left out"},
    ),
    Quirk(
        "Q-CNACT-READ",
        "Three fields in COAP-AN §4; two in the SIM7000 AT manual and in real logs.",
        {"two": '`+CNACT: 1,"10.94.36.44"`', "three": '`+CNACT: 0,1,"10.94.36.44"`'},
    ),
    Quirk(
        "Q-CNACT-REPEAT",
        "Silent: activating what is active, or dropping what is not.",
        {"error": "`ERROR` (3), nothing changes", "ok": "`OK` and the URC of the state it is in"},
    ),
    Quirk(
        "Q-CNACT-OFF-URC",
        "`+APP PDP: ACTIVE` after `AT+CNACT=0` in COAP-AN §5, a slip; `DEACTIVE` in the manual and in logs.",
        {
            "deactive": "a bearer that the TE drops is announced by `DEACTIVE`",
            "literal": "a bearer that the TE drops is announced by `ACTIVE`, as printed",
        },
    ),
    Quirk(
        "Q-HEAD-RAW",
        '"Raw" in COAP-AN §3.5, without an example.',
        {"hex": "the raw head in upper-case hex", "bytes": "the raw head as it is"},
    ),
    Quirk(
        "Q-STRING-ESCAPES",
        r"Silent; V.250 §5.4.2.2 has `\HH`.",
        {
            "backslash": r"`\"` and `\\` in quoted text, any other backslash is itself",
            "v250": r"`\HH` stands for the byte with that hex number",
            "none": "a backslash is a backslash",
        },
    ),
    Quirk(
        "Q-PAYLOAD-APPEND",
        "Silent: what a second `payload` does to the packet under assembly.",
        {"replace": "it replaces the first", "append": "it is added to the first"},
    ),
    Quirk(
        "Q-PARA-KEEP",
        "Silent: whether the packet is gone after `AT+CCOAPACTION`.",
        {
            "clear": "the next packet starts empty, and without the URL's path",
            "keep": "the next packet starts as this one, without its mid",
        },
    ),
    Quirk(
        "Q-QUEUE-FULL",
        "Only the URC `+CCOAPACTION: 1` in COAP-AN §3.4.",
        {
            "hold": "the packet counts as lost on the way, so that the peer sends it again",
            "drop-new": "the packet is acknowledged and dropped",
            "drop-old": "the oldest packet makes room for it",
        },
    ),
    Quirk(
        "Q-TIMEOUT",
        "Only the URC `+CCOAPACTION: 2` in COAP-AN §3.4, without a time.",
        {"rfc7252": "after the retransmissions and lifetimes of RFC 7252 §4.8.2"},
        seconds=True,
    ),
    Quirk(
        "Q-INIT-TWICE",
        "Field: an error.",
        {"error": "`ERROR`, and the object is untouched", "ok": "`OK`, and the object is untouched"},
    ),
    Quirk(
        "Q-CSCLK-AUTO",
        "Whether there is an `AT+CSCLK=2`: in the manuals of older modules of SIMCom, not in each of the SIM7000's.",
        {
            "sleep": "there is: the UART sleeps by itself when nothing is typed, and the first bytes only wake it",
            "error": "there is not: `ERROR` (793)",
        },
    ),
    Quirk(
        "Q-CNACT-TEST",
        "The SIM7000 AT manual lists no `AT+CNACT=?`; that of the SIM7070, SIM7080 and SIM7090 does. Programs for "
        "several modules ask for it, to learn whether there is an `AT+CNACT`.",
        {"answered": "`+CNACT: (0-2)` and `OK`", "error": "there is none: `ERROR` (4)"},
    ),
    Quirk(
        "Q-COPS-ABORT",
        "Silent: whether what the TE types while `AT+COPS=?` searches breaks the search off. V.250 §5.6.1 has it so "
        "for commands that say so, from 125 ms behind the end of the line.",
        {
            "error": "it does: `ERROR` (767), and what was typed is run behind it",
        },
    ),
    Quirk(
        "Q-CARD-AGAIN",
        "Silent: what is the same card when one is put in again. Tries that are left are kept on the card itself "
        "(TS 31.101 §9), and so is its PIN.",
        {"same": "a card with the same PIN, PUK, IMSI and ICCID as one that was pulled: it comes back as it went"},
    ),
    Quirk(
        "Q-MID-REUSE",
        "Silent; RFC 7252 §4.4 forbids a mid that was used within EXCHANGE_LIFETIME.",
        {"lifetime": "such a mid is in use: skipped by default, refused when the TE asks for it"},
    ),
    Quirk(
        "Q-ANSWER-URL",
        "Silent: whether a server needs a URL.",
        {"none": "an answer to a peer's request goes back to that peer; `AT+CCOAPURL` is needed for requests only"},
    ),
    Quirk(
        "Q-ANSWER-TOKEN",
        "Silent: the token of an answer to a peer's request for which the TE gave none.",
        {"request": "it takes the token of the request (RFC 7252 §5.3.1); without it no peer knows what it answers"},
    ),
    Quirk(
        "Q-BODY-LIMIT",
        "Silent: what ends a block-wise exchange that cannot be carried to its end, such as a body beyond the limit.",
        {"timeout": "`+CCOAPACTION: 2,<mid>`: the response will not come; the journal says why"},
    ),
    Quirk(
        "Q-TERM-OBSERVE",
        "Silent: whether `AT+CCOAPTERM` tells the servers that are observed.",
        {"silent": "it does not, as with every other exchange: the server finds out by itself (RFC 7641 §3.6, §4.5)"},
    ),
    Quirk(
        "Q-RST-PEER",
        "Silent: where an RST of the TE goes when the URL has changed since.",
        {"sender": "to whoever sent the answer or notification with its mid; to the URL when there was none"},
    ),
    Quirk(
        "Q-URC-HALF-LINE",
        "Silent: whether a half-typed line holds URCs back.",
        {"holdoff": "it does, until `urc-holdoff` has passed since its last byte"},
    ),
    Quirk(
        "Q-BEARER-DROP",
        "Silent: what ends the exchanges when the TE itself drops the bearer.",
        {"socket-error": "each ends with `+CCOAPACTION: 3`, as when the network drops it"},
    ),
    Quirk(
        "Q-HEAD-LISTS",
        "Silent: how COAP-AN §3.5 prints an ETag or If-Match that stands several times.",
        {"ampersand": "the hex values are joined by `&`, as queries are"},
    ),
    Quirk(
        "Q-PSM-STATE",
        "Silent: what is left when PSM ends. The module is powered down in it; owners report that it boots.",
        {
            "restart": "as after a restart: bearer, CoAP object and settings are gone, what flash keeps is there; the "
            "network still knows the module, so that it is registered at once"
        },
    ),
    Quirk(
        "Q-CPIN-OFF",
        "Silent: what `AT+CPIN?` says while `AT+CFUN=0`.",
        {"not-ready": "`+CPIN: NOT READY`, as the URC said"},
    ),
)

LEDGER: dict[str, Quirk] = {entry.id: entry for entry in _ENTRIES}
"""Every quirk by its id, in the order of behaviour and then of our own decisions."""


def check(quirk: str, choice: str) -> str:
    """Give a choice back as the ledger spells it.

    :raises ValueError: in one sentence, when there is no such quirk or no such choice.
    """
    entry = LEDGER.get(quirk)
    if entry is None:
        near = difflib.get_close_matches(quirk.upper(), LEDGER, 1, 0.7)
        raise ValueError(f"there is no quirk {quirk}; {f'did you mean {near[0]}?' if near else 'see the reference'}")
    if choice in entry.choices or (entry.seconds and _is_span(choice)):
        return choice
    more = " or a number of seconds above 0" if entry.seconds else ""
    raise ValueError(f"{quirk} cannot be {choice!r}; choose {' or '.join(entry.choices)}{more}")


def _is_span(text: str) -> bool:
    try:
        return 0 < float(text) < 1e6
    except ValueError:
        return False
