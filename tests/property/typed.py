"""What a TE may type: command lines in any spelling, with noise before them and any end, in any pieces."""

from __future__ import annotations

from hypothesis import strategies as st

NOISE = st.sampled_from([b"", b"\n", b"\r\n", b"+++", b"A", b"a\nt", b"A/", b"\x00\xff", b"\x08", b"xAAT\r"])


def lines_of(commands: st.SearchStrategy[str]) -> st.SearchStrategy[bytes]:
    """Lines of these commands, without their ``AT``."""
    return st.builds(
        lambda noise, prefix, body, end: noise + prefix + body.encode("latin-1") + end,
        NOISE,
        st.sampled_from([b"AT", b"at", b"At"]),
        commands,
        st.sampled_from([b"\r", b"\r\n", b"\n\r\n", b""]),
    )


@st.composite
def pieces(draw: st.DrawFn, dialogues: st.SearchStrategy[bytes]) -> list[bytes]:
    """A dialogue cut into pieces."""
    data = draw(dialogues)
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
