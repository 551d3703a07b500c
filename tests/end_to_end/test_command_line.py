"""Mistakes on the command line: one clear line, exit status 2, nothing opened, and no traceback ever."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modemtwin import __version__
from modemtwin.cli.main import VERBS, Verb, verb_help
from tests.end_to_end.program import run

LINES = [
    ("serv", "modemtwin: there is no verb 'serv' (did you mean serve?)"),
    ("modme --pty x", "modemtwin: there is no verb 'modme' (did you mean modem?)"),
    ("--verson", "modemtwin: there is no option --verson before the verb (did you mean --version?)"),
    ("-v modem", "modemtwin: there is no option -v before the verb"),
    ("modem --pyt", "modemtwin modem: there is no option --pyt (did you mean --pty?)"),
    ("modem --pt x", "modemtwin modem: there is no option --pt (did you mean --pty?)"),
    ("modem x", "modemtwin modem: there is no argument x"),
    ("modem --pty folder/", "modemtwin modem: --pty: 'folder/' is a folder; name the link in it"),
    ("modem --tcp", "modemtwin modem: --tcp: expected one argument"),
    ("modem --tpc 127.0.0.1:0", "modemtwin modem: there is no option --tpc (did you mean --tcp?)"),
    ("modem --tcp 5000", "modemtwin modem: --tcp: '5000' is not HOST:PORT"),
    ("modem --tcp localhost:http", "modemtwin modem: --tcp: 'localhost:http': 'http' is not a port"),
    ("modem --tcp localhost:70000", "modemtwin modem: --tcp: 'localhost:70000': '70000' is not a port"),
    ("modem --tcp ::1:0", "modemtwin modem: --tcp: '::1:0': write an IPv6 address in brackets"),
    ("modem --serial /dev/ttyS0@115000", "modemtwin modem: --serial: '115000' is no rate of a serial port here"),
    ("modem --serail x", "modemtwin modem: there is no option --serail (did you mean --serial?)"),
    ("modem --stdoi", "modemtwin modem: there is no option --stdoi (did you mean --stdio?)"),
    ("modem --stdio --tcp 127.0.0.1:0", "modemtwin modem: --tcp: not allowed with argument --stdio"),
    ("modem --rout a=b:1", "modemtwin modem: there is no option --rout (did you mean --route?)"),
    ("modem --route 10.0.0.1", 'modemtwin modem: --route: route "10.0.0.1": there is no "="'),
    ("modem --route 10.0.0.1=127.0.0.1", 'modemtwin modem: --route: route "10.0.0.1=127.0.0.1": the target'),
    ("modem --coap-prot 1", "modemtwin modem: there is no option --coap-prot (did you mean --coap-port?)"),
    ("modem --coap-port 0", "modemtwin modem: --coap-port: '0' is not a whole number from 1 to 65535"),
    ("modem --coap-port x", "modemtwin modem: --coap-port: 'x' is not a whole number from 1 to 65535"),
    ("modem --profil sim7000", "modemtwin modem: there is no option --profil (did you mean --profile?)"),
    ("modem --profile sim7008", "modemtwin modem: --profile: there is no profile 'sim7008'; did you mean"),
    ("modem --scenari x", "modemtwin modem: there is no option --scenari (did you mean --scenario?)"),
    ("modem --scenario nowhere.toml", "modemtwin modem: nowhere.toml cannot be read: No such file or directory"),
    ("modem --sett a=b", "modemtwin modem: there is no option --sett (did you mean --set?)"),
    ("modem --set cell.signl=5", "modemtwin modem: cell.signl"),
    ("modem --set cell.signal=abc", "modemtwin modem: cell.signal"),
    ("modem --set signal", "modemtwin modem: "),
    ("modem --jurnal x", "modemtwin modem: there is no option --jurnal (did you mean --journal?)"),
    ("modem --stat x", "modemtwin modem: there is no option --stat (did you mean --state?)"),
    ("modem --seeed 1", "modemtwin modem: there is no option --seeed (did you mean --seed?)"),
    ("modem --seed -1", "modemtwin modem: --seed: "),
    ("modem --verbos", "modemtwin modem: there is no option --verbos (did you mean --verbose?)"),
    ("serve --port 65536", "modemtwin serve: --port: '65536' is not a whole number from 0 to 65535"),
    ("serve --prt 1", "modemtwin serve: there is no option --prt (did you mean --port?)"),
    ("serve --hots x", "modemtwin serve: there is no option --hots (did you mean --host?)"),
    ("serve 5683", "modemtwin serve: there is no argument 5683"),
    ("serve -p 5683", "modemtwin serve: there is no option -p (did you mean --port?)"),
    ("modem -q", "modemtwin modem: there is no option -q; try"),
    ("serve --host 127.0.0.1:5683", "modemtwin serve: --host: '127.0.0.1:5683' is no address"),
    ("modem --stdio=3", "modemtwin modem: --stdio: it takes no value, but was given '3'"),
    ("modem --pty=", "modemtwin modem: --pty: it names no link"),
    ("modem --journal=", "modemtwin modem: --journal: it names no file"),
    ("modem --journal -", "modemtwin modem: --journal: '-' stands for no stream here: name a file"),
    ("play x.at --out -", "modemtwin play: --out: '-' stands for no stream here: name a file"),
    ("modem --pcp x", "modemtwin modem: there is no option --pcp (did you mean --pcap?)"),
    ("modem --pcap x --journal x", "modemtwin modem: x cannot be the journal and the capture at once"),
    ("reply x", "modemtwin: there is no verb 'reply' (did you mean replay?)"),
    ("replay", "modemtwin replay: the following arguments are required: JOURNAL"),
    ("replay a b", "modemtwin replay: there is no argument b"),
    ("replay a --pcp b", "modemtwin replay: there is no option --pcp (did you mean --pcap?)"),
    ("explain a 70000", "modemtwin explain: MID: '70000' is not a whole number from 0 to 65535"),
    ("cost", "modemtwin cost: the following arguments are required: JOURNAL"),
    ("cost a --preset nbiot", "modemtwin cost: --preset: invalid choice: 'nbiot'"),
    ("cost a --sleep deep", "modemtwin cost: --sleep: invalid choice: 'deep'"),
    ("cost a --reports-per-day 1.5", "modemtwin cost: --reports-per-day: '1.5' is not a whole number from 0 to 86400"),
    ("capture a", "modemtwin capture: the following arguments are required: FILE"),
    ("minimise a", "modemtwin minimise: the following arguments are required: --fails"),
    ("minimise a --fails=", "modemtwin minimise: --fails: it is empty, and every run says nothing"),
    ("minimise a --regex --fails (", "modemtwin minimise: --fails: '(' is no regular expression"),
    ("minimise a --fails x --json", "modemtwin minimise: --json needs --out"),
    ("modem --route coap://10.0.0.1=127.0.0.1:1", 'modemtwin modem: --route: route "coap://10.0.0.1=127.0.0.1:1": it'),
    ("modem --set profile=strict", 'modemtwin modem: profile: there is no such key; did you mean "modem.profile"?'),
    ("modem --set ack-timeout=1", 'modemtwin modem: ack-timeout: there is no such key; did you mean "profile.ack-tim'),
    ("modem --set =1", 'modemtwin modem: there is no key before the "="'),
    ("modem --set route.from=a", "modemtwin modem: route.from: a [[route]] can only be written in the scenario itself"),
    ("modem --set Q-QUEUE-FULL=hold", 'modemtwin modem: Q-QUEUE-FULL: there is no such key; did you mean "quirks.'),
    ("modem --path nb-iot", 'modemtwin modem: --path: there is no path "nb-iot"; did you mean "nb-iot-good"?; try'),
    ("modem --path x", 'modemtwin modem: --path: there is no path "x"; there are nb-iot-good, nb-iot-deep, cat-m1,'),
    ("modem --path loss=0.3", 'modemtwin modem: --path: "loss=0.3" is no name of a path; a key of it goes with --set'),
    ("modem --set path.loss=30", "modemtwin modem: path.loss: 30 is out of range; allowed: a number from 0 to 1"),
    ("modem --set path.delay=300ms", 'modemtwin modem: path.delay: "300ms" is not a number; allowed: a number from 0'),
    ("get", "modemtwin get: the following arguments are required: URL"),
    ("get 192.0.2.1/test", 'modemtwin get: URL: "192.0.2.1/test" is no absolute URL: it does not begin with'),
    (
        "get http://192.0.2.1/",
        'modemtwin get: URL: the scheme is "http", but only "coap" is supported; did you mean coap',
    ),
    ("get coap://h --prot x", "modemtwin get: there is no option --prot (did you mean --port?)"),
    ("get coap://h --port=", "modemtwin get: --port: it names no port"),
    ("get coap://h --port tpc://h:1", "modemtwin get: --port: 'tpc://h:1' is no port; did you mean socket://h:1?"),
    ("get coap://h --port twin://sim7008", "modemtwin get: "),
    ("get coap://h --port twin://sim7000?seeed=1", "modemtwin get: "),
    ("get coap://h --payload x", "modemtwin get: there is no option --payload"),
    ("get coap://h --accept jsn", "modemtwin get: --accept: 'jsn' is no content format (did you mean json?)"),
    ("get coap://h --token 8a2", "modemtwin get: --token: '8a2' is not in hex"),
    ("get coap://h --token 000102030405060708", "modemtwin get: --token: '000102030405060708' has 9 bytes"),
    ("get coap://h --timeout 0", "modemtwin get: --timeout: '0' is no number of seconds from 0.1 to 86400"),
    ("get coap://h --timeout nan", "modemtwin get: --timeout: 'nan' is no number of seconds"),
    ("get coap://h --baud 9", "modemtwin get: --baud: '9' is not a whole number from 50"),
    ("get coap://h --password x", "modemtwin get: there is no option --password (did you mean --password-file?)"),
    ("get coap://h --password-file nowhere", "modemtwin get: nowhere cannot be read: No such file or directory"),
    ("get coap://h --output nowhere/file", "modemtwin get: --output: there is no folder nowhere"),
    ("put coap://h --file nowhere", "modemtwin put: nowhere cannot be read: No such file or directory"),
    ("put coap://h --payload x --file y", "modemtwin put: --file: not allowed with argument --payload"),
    ("put coap://h - --payload x", "modemtwin put: the payload comes from standard input (-), or from --payload"),
    ("put coap://h --payload -x", "modemtwin put: --payload: expected one argument (did you mean --payload=-x?)"),
    ("put coap://h x", "modemtwin put: there is no argument x; a payload goes behind --payload or --file"),
    ("observe coap://h --count 0", "modemtwin observe: --count: '0' is not a whole number from 1"),
    ("ping coap://h --interval -1", "modemtwin ping: --interval: "),
    ("at", "modemtwin at: the following arguments are required: LINE"),
    ("at csq", "modemtwin at: LINE: 'csq' does not begin with AT; did you mean 'AT+CSQ'?"),
    ("completion fish", "modemtwin completion: SHELL: invalid choice: 'fish'"),
    (
        "modem --set foo=1",
        "modemtwin modem: foo: there is no such key; a key begins with one of modem., profile.",
    ),
]


@pytest.mark.parametrize(("line", "said"), LINES, ids=[line for line, _ in LINES])
def test_a_mistake_is_answered_with_one_line(line: str, said: str) -> None:
    done = run(*line.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_a_scenario_with_a_mistake_starts_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    scenario = tmp_path / "day.toml"
    scenario.write_text("[[event]]\nat = 10\ndrop-bearer = true\n[[event]]\nat = 5\ndrop-bearer = true\n")
    files = ("pty", "journal", "pcap", "state", "control")
    outputs = [word for name in files for word in (f"--{name}", str(tmp_path / name))]
    done = run("modem", "--scenario", str(scenario), *outputs)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"modemtwin modem: {scenario}: line 5: event[2].at: 5 s is before 10 s, the moment of the event above; "
        "write them in the order of time\n"
    )
    assert list(tmp_path.iterdir()) == [scenario]


def test_two_routes_from_one_address_are_a_mistake() -> None:
    done = run("modem", "--stdio", "--route", "10.0.0.1=127.0.0.1:1", "--route", "10.0.0.1=127.0.0.1:2")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "modemtwin modem: two routes begin at 10.0.0.1; leave one of them out\n"


def test_a_scenario_is_refused_with_all_of_its_mistakes_and_nothing_is_opened(tmp_path: Path) -> None:
    scenario, link = tmp_path / "bad.toml", tmp_path / "link"
    scenario.write_text("[cell]\nsignl = 5\nsignal = 77\n\n[card]\npin = 1\n")
    done = run("modem", "--pty", str(link), "--scenario", str(scenario))
    assert (done.returncode, done.stdout) == (2, "")
    first, *mistakes = done.stderr.splitlines()
    assert first == "modemtwin modem: 3 mistakes:"
    places = [mistake.split(":")[1:3] for mistake in mistakes]
    assert places == [[" line 2", " cell.signl"], [" line 3", " cell.signal"], [" line 6", " card.pin"]]
    assert all(mistake.startswith(f"  {scenario}: ") for mistake in mistakes)
    assert list(tmp_path.iterdir()) == [scenario]


def test_without_a_verb_the_help_is_shown_and_the_status_is_that_of_a_mistake() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert "\n  modem" in done.stderr


def test_the_help_shows_every_verb_and_an_example() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert [f"\n  {verb}" in done.stdout for verb in ("modem", "serve")] == [True, True]
    assert "modemtwin modem --pty /tmp/sim7000" in done.stdout


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_shows_examples_and_what_its_exit_status_says(verb: Verb) -> None:
    told = verb_help(verb)
    assert f"\nexamples:\n  modemtwin {verb.name}" in told.replace("printf 'ATI\\nAT+CSQ\\n' | ", "")
    assert "\nexit status:\n  0 " in told


@pytest.mark.parametrize("verb", ["modem", "serve", "get", "at", "terminal"])
def test_the_help_of_a_verb_has_examples_and_imports_no_event_loop(verb: str) -> None:
    done = run(verb, "--help", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert f"\n  modemtwin {verb} " in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported & {"asyncio", "socket", "modemtwin.modem", "modemtwin.world", "modemtwin.io"} == set()


def test_the_version_is_printed_and_hardly_anything_is_imported() -> None:
    done = run("--version", PYTHONPROFILEIMPORTTIME="1")
    assert (done.returncode, done.stdout) == (0, f"modemtwin {__version__}\n")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported & {"asyncio", "argparse", "logging", "modemtwin.io"} == set()


def test_a_fault_of_ours_is_one_line_and_the_details_are_in_a_file(tmp_path: Path) -> None:
    # Python imports sitecustomize first; this one breaks the verb as a fault of ours would.
    fault = "def run(options): raise KeyError('a state\\nthat cannot be')"
    (tmp_path / "sitecustomize.py").write_text(f"import modemtwin.cli.serve as verb\n{fault}\nverb.run = run\n")
    path = f"{tmp_path}:{Path(__file__).resolve().parents[2] / 'src'}"
    done = run("serve", PYTHONPATH=path)
    what = "modemtwin: a fault of modemtwin itself (KeyError: 'a state\\nthat cannot be'); please report it; "
    assert (done.returncode, done.stdout, done.stderr) == (1, "", what + "run it again with -vv for the details\n")
    done = run("serve", "-vv", PYTHONPATH=path, TMPDIR=str(tmp_path))
    (details,) = tmp_path.glob("modemtwin-*.txt")
    assert (done.returncode, done.stderr) == (1, f"{what}the details are in {details}\n")
    assert "Traceback" in details.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_reader_that_goes_away_is_no_traceback() -> None:
    import subprocess

    from tests.end_to_end.program import environment

    command = f'"{sys.executable}" -m modemtwin --help | true'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment(), timeout=30)
    assert done.stderr == ""
