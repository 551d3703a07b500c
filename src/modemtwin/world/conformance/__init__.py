"""Conformance: what a module answers, held against what the virtual modem answers to the same lines.

    dialogue ──► encounter ──Ask──► questioner ──bytes──► a module: real, or one on a stage
       ▲            │   ◄──Answer──          ◄──bytes──
    transcripts     ▼
    probes      exchanges ──► verdict ◄── exchanges of virtual modems, one for each choice of each quirk
                                 │
                                 ▼
                     agrees, varies, explained by Q-…, differs ──► record: a profile and a transcript

``variation`` says what may be different between two modules that agree, ``manners`` how a module is treated,
``condition`` what state it is in, ``probes`` which dialogue tells which quirk. All of it is pure: the port is
``io.conformance_port``'s.
"""
