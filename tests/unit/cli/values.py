"""Values as the driver gives them, for what shows them."""

from __future__ import annotations

from modemtwin.host.head import Head
from modemtwin.host.response import Bearer, Identity, Info, Response, Signal, Timing


def response(payload: bytes = b"hello world", code: str = "2.05", **head: object) -> Response:
    """An answer to ``GET coap://192.0.2.1/test`` after 0.21 s."""
    fields: dict[str, object] = {"type": "ACK", "code": code, "mid": 1, "token": b"\x8a\x21", "content_format": 0}
    return Response(
        head=Head(**{**fields, **head}),  # type: ignore[arg-type]
        payload=payload,
        size=14 + len(payload),
        url="coap://192.0.2.1/test",
        request_mid=1,
        timing=Timing(typed=0.05, sent=0.05, answered=0.2, read=0.21),
    )


def information(*, rssi: int = 27, sim: str = "READY", registration: str = "home", active: bool = True) -> Info:
    """A module that is online, or not quite."""
    return Info(
        identity=Identity("SIMCOM_Ltd", "SIMCOM_SIM7000G", "1529B08SIM7000G", "869951031234568", "sim7000"),
        sim=sim,
        signal=Signal(rssi, 99),
        registration=registration,
        attached=active,
        operator="CHN-CT" if active else "",
        technology="NB-IoT" if active else "",
        bearer=Bearer(active, "10.94.36.44" if active else "", "ctnb" if active else ""),
    )
