"""What programs send at start-up and expect sense of: kept and read back, or done."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from modemtwin.at.arguments import Choice, Int, Rest, Text
from modemtwin.at.reply import Ok, Refusal
from modemtwin.at.table import Command
from modemtwin.clockwork import Micros
from modemtwin.modem.commands.kept import kept
from modemtwin.modem.parts.parts import Parts

_OK = Ok()
_MANUAL = "SIM7000 AT manual"
_NO_RADIO = "the cell decides the technology, not the module"
_NO_SMS = "there are no short messages"


# ── clock, battery, power ─────────────────────────────────────────────────────────────────────────────────────────

_CLOCK = re.compile(r"(\d\d)/(\d\d)/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d\d)?")


def _cclk_read(parts: Parts, now: Micros) -> Ok:
    local, quarters = parts.device.clock(now)
    return Ok((f'+CCLK: "{local:%y/%m/%d,%H:%M:%S}{quarters:+03d}"',))


def _cclk(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    found = _CLOCK.fullmatch(values[0])
    if found is None:
        raise Refusal(795, f'<time> is "yy/MM/dd,hh:mm:ss±zz"; found "{values[0]}"')
    year, month, day, hour, minute, second = (int(number) for number in found.groups()[:6])
    try:
        # TS 27.007 §8.15 gives two digits of the year; the clock starts in 1980.
        local = datetime(year + (1900 if year >= 80 else 2000), month, day, hour, minute, second)
    except ValueError as fault:
        raise Refusal(793, f'"{values[0]}" is no date: {fault}') from None
    parts.device.set_clock(local, int(found[7] or 0), now)
    return _OK


def _cbc(parts: Parts, now: Micros) -> Ok:
    return Ok(("+CBC: 0,85,3912",))


def _cpowd(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    parts.device.power_off(f"AT+CPOWD={values[0]}")
    return Ok((), "NORMAL POWER DOWN" if values[0] == 1 else None)


def _creboot(parts: Parts, now: Micros) -> Ok:
    parts.device.restart()
    return _OK


def _accept_cpms(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    parts.device.settings["+CPMS"] = values
    return Ok(("+CPMS: 0,10,0,10,0,10",))


def _cpms_read(parts: Parts, now: Micros) -> Ok:
    chosen = parts.device.settings.get("+CPMS", ("SM", None, None))
    stores = [store or chosen[0] for store in chosen]
    return Ok(("+CPMS: " + ",".join(f'"{store}",0,10' for store in stores),))


def _csca_read(parts: Parts, now: Micros) -> Ok:
    number, kind = parts.device.settings.get("+CSCA", ("", 129))
    return Ok((f'+CSCA: "{number}",{kind}',))


def _csca(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    number, kind = values
    if kind is None:
        kind = 145 if number.startswith("+") else 129
    parts.device.settings["+CSCA"] = (number, kind)
    return _OK


# ── radio preferences ─────────────────────────────────────────────────────────────────────────────────────────────


def _cbandcfg_read(parts: Parts, now: Micros) -> Ok:
    bands = {"CAT-M": "1,2,3,4,5,8,12,13,18,19,20,26,28,39", "NB-IOT": "1,2,3,5,8,12,13,18,19,20,26,28"}
    return Ok(tuple(f'+CBANDCFG: "{each}",{parts.device.kept(f"+CBANDCFG {each}", bands[each])}' for each in bands))


def _cbandcfg(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    technology, bands = values
    listed = [piece.text for piece in bands]
    if not listed or not all(band.isdecimal() and 0 < int(band) < 100 for band in listed):
        raise Refusal(795, f"bands are numbers such as 3,8,20; found {','.join(listed) or 'nothing'}")
    parts.device.keep(f"+CBANDCFG {technology}", ",".join(listed))
    return _OK


def _ceng_read(parts: Parts, now: Micros) -> Ok:
    mode, neighbours = parts.device.settings.get("+CENG", (0, 0))
    return Ok((f"+CENG: {mode},{neighbours},0,LTE",))


def _ceng(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    parts.device.settings["+CENG"] = values
    return _OK


ROWS: tuple[Command[Parts], ...] = (
    kept(
        "+CLTS",
        _MANUAL,
        "Get local timestamp",
        "+CLTS: {0}",
        (0,),
        (Int("mode", 0, 1),),
        why="the cell sends no time",
        test='+CLTS: "(0,1)"',
    ),
    kept(
        "+CBATCHK",
        _MANUAL,
        "Set VBAT checking feature",
        "+CBATCHK: {0}",
        (1,),
        (Int("mode", 0, 1),),
        why="the battery never fails",
        test="+CBATCHK: (0,1)",
    ),
    Command(
        name="+CBC",
        section="TS 27.007 §8.4",
        title="Battery charge",
        example="AT+CBC",
        test="+CBC: (0-2),(1-100),(voltage)",
        execute=_cbc,
    ),
    Command(
        name="+CCLK",
        section="TS 27.007 §8.15",
        title="Clock",
        example='AT+CCLK="26/11/22,09:30:00+04"',
        test="",
        read=_cclk_read,
        write=_cclk,
        arguments=(Text("time", 20),),
    ),
    kept(
        "+CNMP",
        _MANUAL,
        "Preferred mode selection",
        "+CNMP: {0}",
        (2,),
        (Choice("mode", 2, 13, 38, 51),),
        why=_NO_RADIO,
        test="+CNMP: ((2-Automatic),(13-GSM Only),(38-LTE Only),(51-GSM And LTE Only))",
        in_flash=True,
    ),
    kept(
        "+CMNB",
        _MANUAL,
        "Preferred selection between CAT-M and NB-IoT",
        "+CMNB: {0}",
        (3,),
        (Int("mode", 1, 3),),
        why=_NO_RADIO,
        test="+CMNB: ((1-Cat-M),(2-NB-IoT),(3-Cat-M And NB-IoT))",
        in_flash=True,
    ),
    Command(
        name="+CBANDCFG",
        section=_MANUAL,
        title="Configure CAT-M or NB-IoT band",
        example='AT+CBANDCFG="NB-IOT",3,8,20',
        test='+CBANDCFG: ("CAT-M","NB-IOT"),(1-99)',
        read=_cbandcfg_read,
        write=_cbandcfg,
        arguments=(Choice("mode", "CAT-M", "NB-IOT"), Rest("bands", what="band numbers, with commas between them")),
        stub=_NO_RADIO,
    ),
    kept(
        "+CNETLIGHT",
        _MANUAL,
        "Close the net light or open it to shining",
        "+CNETLIGHT: {0}",
        (1,),
        (Int("mode", 0, 1),),
        why="there is no light",
        test="+CNETLIGHT: (0,1)",
    ),
    Command(
        name="+CENG",
        section=_MANUAL,
        title="Switch on or off engineering mode",
        example="AT+CENG?",
        test="+CENG: (0-4),(0,1)",
        read=_ceng_read,
        write=_ceng,
        arguments=(Int("mode", 0, 4), Int("ncell", 0, 1, optional=True, default=0)),
        stub="there are no neighbour cells to report",
    ),
    Command(
        name="+CPMS",
        section="TS 27.005 §3.2.2",
        title="Preferred SMS message storage",
        example='AT+CPMS="SM","SM","SM"',
        test='+CPMS: ("ME","SM"),("ME","SM"),("ME","SM")',
        read=_cpms_read,
        write=_accept_cpms,
        arguments=(
            Choice("mem1", "SM", "ME"),
            Choice("mem2", "SM", "ME", optional=True),
            Choice("mem3", "SM", "ME", optional=True),
        ),
        stub=_NO_SMS,
    ),
    kept(
        "+CMGF",
        "TS 27.005 §3.2.3",
        "Select SMS message format",
        "+CMGF: {0}",
        (0,),
        (Int("mode", 0, 1),),
        why=_NO_SMS,
        test="+CMGF: (0,1)",
    ),
    kept(
        "+CSMS",
        "TS 27.005 §3.2.1",
        "Select message service",
        "+CSMS: {0},1,1,1",
        (0,),
        (Int("service", 0, 1),),
        why=_NO_SMS,
        test="+CSMS: (0,1)",
    ),
    kept(
        "+CNMI",
        "TS 27.005 §3.4.1",
        "New SMS message indications",
        "+CNMI: {0},{1},{2},{3},{4}",
        (2, 1, 0, 0, 0),
        (Int("mode", 0, 3), *(Int(name, 0, 3, optional=True) for name in ("mt", "bm", "ds", "bfr"))),
        why=_NO_SMS,
        test="+CNMI: (0-3),(0-3),(0,2,3),(0-2),(0,1)",
    ),
    Command(
        name="+CSCA",
        section="TS 27.005 §3.3.1",
        title="SMS service center address",
        example='AT+CSCA="+31624000000"',
        test="",
        read=_csca_read,
        write=_csca,
        arguments=(Text("sca", 21), Int("tosca", 0, 255, optional=True)),
        stub=_NO_SMS,
    ),
    kept(
        "+CSMP",
        "TS 27.005 §3.3.2",
        "Set SMS text mode parameters",
        "+CSMP: {0},{1},{2},{3}",
        (17, 167, 0, 0),
        tuple(Int(name, 0, 255, optional=True) for name in ("fo", "vp", "pid", "dcs")),
        why=_NO_SMS,
    ),
    Command(
        name="+CPOWD",
        section=_MANUAL,
        title="Power off",
        example="AT+CPOWD=1",
        write=_cpowd,
        arguments=(Int("n", 0, 1),),
    ),
    Command(
        name="+CREBOOT", section="SIM7080 AT manual", title="Reboot module", example="AT+CREBOOT", execute=_creboot
    ),
)
