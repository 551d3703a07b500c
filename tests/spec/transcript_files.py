"""Where the transcripts are: COAP-AN and the probes, which ship with the package, and those beside these tests."""

from __future__ import annotations

from pathlib import Path

import modemtwin.world
from modemtwin.world.transcripts.transcript import Transcript, parse_transcript

COAP_AN = Path(modemtwin.world.__file__).parent / "transcripts" / "coap-an"
PROBES = COAP_AN.parent / "probes"
OURS = Path(__file__).parent / "transcripts"

FILES: dict[str, Path] = {
    f"{root.name}/{path.relative_to(root).as_posix()}": path
    for root in (COAP_AN, PROBES, OURS)
    for path in sorted(root.rglob("*.at"))
}
"""Every transcript by a name that tells its folder."""


def read(name: str) -> Transcript:
    """Read the transcript of this name."""
    return parse_transcript(FILES[name].read_text("utf-8"))
