"""How far a transfer is, read off the serial line."""

from __future__ import annotations

from modemtwin.cli.transfer import Transfer


def test_payload_in_hex_and_as_text_counts_in_bytes() -> None:
    transfer = Transfer(sending=10)
    assert transfer.saw("tx", b'AT+CCOAPPARA=code,3,payload,1,"00112233"\r') == (4, 10)
    assert transfer.saw("rx", b"\r\nOK\r\n") is None
    assert transfer.saw("tx", b'AT+CCOAPPARA=payload,0,"abcdef"\r') == (10, 10)


def test_a_command_that_is_cut_counts_once_it_is_whole() -> None:
    transfer = Transfer(sending=4)
    assert [transfer.saw("tx", piece) for piece in (b"AT+CCOAPPARA=pay", b'load,0,"ab', b'cd"\r')] == [
        None,
        None,
        (4, 4),
    ]


def test_an_answer_counts_from_its_first_byte_to_its_last() -> None:
    transfer = Transfer()
    assert transfer.saw("rx", b"\r\n+CCOAPREAD: 6,a") == (1, 6)
    assert transfer.saw("rx", b"bcde") == (5, 6)
    assert transfer.saw("rx", b"f\r\n\r\nOK\r\n") == (6, 6)
    assert transfer.saw("rx", b"\r\nOK\r\n") is None


def test_the_head_of_an_answer_may_be_cut_anywhere() -> None:
    for cut in range(1, 18):
        transfer = Transfer()
        said = b"\r\n+CCOAPREAD: 3,abc"
        transfer.saw("rx", said[:cut])
        assert transfer.saw("rx", said[cut:]) == (3, 3)


def test_more_than_was_to_be_sent_is_not_shown() -> None:
    assert Transfer(sending=2).saw("tx", b'AT+CCOAPPARA=payload,0,"abcdef"\r') == (2, 2)
