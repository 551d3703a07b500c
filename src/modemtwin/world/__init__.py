"""The modem's surroundings, deterministic and pure. A line imports only from those below it, a name nothing beside it.

    conformance                             what a real module is asked
    play                                    transcripts, played
    world                                   the clock, and all that lives by it
    tower, server                           the modems under one cell; a peer on an address
    mobile                                  a station with a TE and a path
    station                                 a modem, its cell, its faults, its journal
    scenario                                what a station is made of
    fault, script, story, cost              what goes wrong on purpose; peers by script; what a journal tells
    transcripts                             dialogues as text
    cell, net, te, peer, journal            what a modem meets, and what is written down of it
    chance, timers, schema                  what the rest is built on

A room says in its ``__init__`` which file to begin with: mostly that of its own name.
"""
