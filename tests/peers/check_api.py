"""The HTTP API of a running `ibbi serve` under schemathesis: no 5xx, and no answer that the OpenAPI document does not describe.

Usage: check_api.py PROGRAM [EXAMPLES]
Exit codes: 0 all is well, 4 something is wrong, 75 schemathesis is missing.
"""

import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from serving import Server

# HTTP itself doesn't allow control characters in a header: the server refuses the request before the API sees it, without a
# body. Such headers are taken out of the requests.
HOOKS = """
import json
import os
import schemathesis

@schemathesis.hook
def before_call(context, case, kwargs):
    for name in list(case.headers or {}):
        if any(ord(character) < 32 or ord(character) == 127 for character in str(case.headers[name])):
            del case.headers[name]

@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation
    with open(os.environ["API_ANSWERS"], "a") as answers:
        answers.write(json.dumps([operation.method.upper(), operation.path, response.status_code]) + "\\n")
"""
# Of the operations, these can't succeed with a new ledger: nothing signs checkpoints there.
NEED_CHECKPOINTS = {"/api/v1/ledger/release", "/api/v1/checkpoints", "/api/v1/key", "/api/v1/cases/{case}/extract"}
# And these need the file of a ledger, which is not made up.
NEED_LEDGERS = {"/api/v1/audit", "/api/v1/verify", "/api/v1/replay", "/api/v1/ledger/diff"}
# And these need a message that was tried for hours.
NEED_LETTERS = {"/api/v1/webhooks/{webhook}/dead-letters/{record}", "/api/v1/webhooks/{webhook}/dead-letters/{record}/resend"}
# Their bodies have so many members that the phase "coverage" would take minutes for each. One operation on scenarios keeps it.
FUZZED_ONLY = "".join(
    f'[[operations]]\ninclude-operation-id = "{operation}"\nphases.coverage.enabled = false\n'
    for operation in ["offerEvent", "plan", "simulate", "compare", "who", "favors", "report", "calendar", "importAvailability", "createPoll", "publishPlannedDates"])
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]


def booked_case(server):
    """Opens a case, and records events until its meeting is booked for next year, so that it has a calendar."""
    case = server.ask("api/v1/cases", {"type": "case_opened", "data": {"district": "Maple Hollow"}})["case"]
    year = datetime.date.today().year + 1
    slot = {"starts": f"{year}-01-16T08:00:00-05:00", "ends": f"{year}-01-16T12:00:00-05:00"}
    for kind, data in [
        ("leader_agreed", {"name": "Rosa Amari", "seat": "superintendent"}),
        ("leader_agreed", {"name": "J. Ortiz", "seat": "union_president"}),
        ("leader_agreed", {"name": "T. Okafor", "seat": "school_committee", "office": "chair"}),
        ("meeting_scheduled", {"slot": slot}),
    ]:
        server.ask(f"api/v1/cases/{case}/events", {"type": kind, "data": data})
    return case


def without_lists_of_types(value):
    """Writes `"type": ["string", "null"]` with a format as `anyOf`: this schemathesis can't read a list there.

    Of a text with a format and a pattern, only the pattern stays: schemathesis would make up texts of the format until one has the
    pattern, and give up.
    """
    if isinstance(value, list):
        return [without_lists_of_types(part) for part in value]
    if not isinstance(value, dict):
        return value
    value = {key: without_lists_of_types(part) for key, part in value.items()}
    if isinstance(value.get("pattern"), str) and isinstance(value.get("format"), str):
        del value["format"]
    if "format" in value and isinstance(value.get("type"), list):
        return {"anyOf": [{**value, "type": one} if one != "null" else {"type": one} for one in value["type"]]}
    return value


def main():
    program = sys.argv[1]
    examples = sys.argv[2] if len(sys.argv) > 2 else "15"
    beside = pathlib.Path(sys.executable).with_name("schemathesis")
    schemathesis = str(beside) if beside.exists() else shutil.which("schemathesis")
    if schemathesis is None:
        print("schemathesis is missing, so the API was not checked with it")
        return 75
    with tempfile.TemporaryDirectory() as folder:
        with Server(program, folder) as server:
            case = booked_case(server)
            # One webhook stays, and one is removed. Nothing listens there.
            hook = {"url": "http://127.0.0.1:9/", "role": "service"}
            kept, removed = (server.ask("api/v1/webhooks", {"name": name, **hook})["id"] for name in ["kept", "removed"])
            # The same for polls and calendar addresses.
            polls = [server.ask("api/v1/polls", {"weeks": 2})["id"] for _ in range(2)]
            calendars = [server.ask("api/v1/calendars", {"case": case})["id"] for _ in range(2)]
            # A hold, which can be lifted once.
            hold = server.ask("api/v1/holds", {"reason": "Grievance 14"})["hold"]
            removals = [("removeWebhook", "webhook", removed), ("deletePoll", "poll", polls[1]),
                        ("revokeCalendar", "calendar", calendars[1])]
            removal = "".join(
                f'[[operations]]\ninclude-operation-id = "{operation}"\nparameters.{name} = "{given}"\n'
                for operation, name, given in removals)
            config = pathlib.Path(folder, "schemathesis.toml")
            # A case that there is, so that more than "not found" is asked for. Headers that HTTP itself does not allow never
            # reach the API, so none are made up for the token.
            config.write_text(f'[parameters]\ncase = "{case}"\nwebhook = "{kept}"\npoll = "{polls[0]}"\ncalendar = "{calendars[0]}"\nhold = {hold}\n[generation]\nwith-security-parameters = false\n{FUZZED_ONLY}{removal}')
            pathlib.Path(folder, "api_hooks.py").write_text(HOOKS)
            document = pathlib.Path(folder, "openapi.json")
            described = server.ask("api/v1/openapi.json")
            document.write_text(json.dumps(without_lists_of_types(described)))
            run = [schemathesis, "--config-file", str(config), "run", str(document), "--url", server.address, "--checks",
                   ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "1", "--no-color",
                   "--request-timeout", "30", "-H", f"Authorization: Bearer {server.token}"]
            answers = pathlib.Path(folder, "answers")
            answers.touch()
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": "api_hooks", "PYTHONPATH": folder, "API_ANSWERS": str(answers)}
            result = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        verified = subprocess.run([server.program, "verify", server.ledger], capture_output=True, text=True, check=False)
        # A worker that fails ends early, and schemathesis still exits with 0.
        complete = result.returncode == 0 and "Traceback" not in result.stderr
        shown = result.stdout if not complete else result.stdout[result.stdout.find("= SUMMARY ="):]
        print(shown[-20000:], result.stderr, verified.stdout, sep="")
        reached = successes(described, answers)
        return 0 if complete and reached and (server.ended, verified.returncode) == (0, 0) else 4


def successes(document, answers):
    """Prints how many operations succeeded. Returns whether all did that can."""
    operations = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    answered = [json.loads(line) for line in answers.read_text().splitlines()]
    done = {(method, path) for method, path, status in answered if 200 <= status < 300}
    missed = {(method, path) for method, path in operations - done if path not in NEED_CHECKPOINTS | NEED_LEDGERS | NEED_LETTERS}
    print(f"{len(answered)} answers; {len(done)} of {len(operations)} operations succeeded at least once")
    for method, path in sorted(missed):
        print(f"{method} {path} never succeeded")
    return not missed


sys.exit(main())
