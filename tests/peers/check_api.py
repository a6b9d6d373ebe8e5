"""The HTTP API of a running `ibbi serve` under schemathesis: no 5xx, and no answer that the OpenAPI document does not describe.

Usage: check_api.py PROGRAM [EXAMPLES]
Exit codes: 0 all is well, 4 something is wrong, 75 schemathesis is missing.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

# HTTP itself doesn't allow control characters in a header: the server refuses the request before the API sees it, without a
# body. Such headers are taken out of the requests.
HOOKS = """
import schemathesis

@schemathesis.hook
def before_call(context, case, kwargs):
    for name in list(case.headers or {}):
        if any(ord(character) < 32 or ord(character) == 127 for character in str(case.headers[name])):
            del case.headers[name]
"""
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data)) as answer:
        return json.load(answer)


def without_lists_of_types(value):
    """Writes `"type": ["string", "null"]` with a format as `anyOf`: this schemathesis can't read a list there."""
    if isinstance(value, list):
        return [without_lists_of_types(part) for part in value]
    if not isinstance(value, dict):
        return value
    value = {key: without_lists_of_types(part) for key, part in value.items()}
    if "format" in value and isinstance(value.get("type"), list):
        return {"anyOf": [{**value, "type": one} if one != "null" else {"type": one} for one in value["type"]]}
    return value


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    examples = sys.argv[2] if len(sys.argv) > 2 else "15"
    beside = pathlib.Path(sys.executable).with_name("schemathesis")
    schemathesis = str(beside) if beside.exists() else shutil.which("schemathesis")
    if schemathesis is None:
        print("schemathesis is missing, so the API was not checked with it")
        return 75
    with tempfile.TemporaryDirectory() as folder:
        ledger = f"{folder}/cases.ledger"
        command = [program, "--json", "serve", "--ledger", ledger, "--port", "0", "--actor", "clerk"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            address = json.loads(server.stdout.readline())["address"]
            made = [program, "--json", "token", "new", ledger, "schemathesis", "--role", "staff"]
            token = json.loads(subprocess.run(made, capture_output=True, text=True, check=True).stdout)["token"]
            urllib.request.install_opener(opener := urllib.request.build_opener())
            opener.addheaders = [("Authorization", f"Bearer {token}")]
            case = ask(address + "api/v1/cases", {"data": {"district": "Maple Hollow"}})["case"]
            config = pathlib.Path(folder, "schemathesis.toml")
            # A case that there is, so that more than "not found" is asked for. Headers that HTTP itself does not allow never
            # reach the API, so none are made up for the token.
            config.write_text(f'[parameters]\ncase = "{case}"\n[generation]\nwith-security-parameters = false\n')
            pathlib.Path(folder, "api_hooks.py").write_text(HOOKS)
            document = pathlib.Path(folder, "openapi.json")
            document.write_text(json.dumps(without_lists_of_types(ask(address + "api/v1/openapi.json"))))
            run = [schemathesis, "--config-file", str(config), "run", str(document), "--url", address, "--checks",
                   ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "1", "--no-color",
                   "--request-timeout", "30", "-H", f"Authorization: Bearer {token}"]
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": "api_hooks", "PYTHONPATH": folder}
            result = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        finally:
            server.terminate()
            ended = server.wait()
        verified = subprocess.run([program, "verify", ledger], capture_output=True, text=True, check=False)
        # A worker that fails ends early, and schemathesis still exits with 0.
        complete = result.returncode == 0 and "Traceback" not in result.stderr
        shown = result.stdout if not complete else result.stdout[result.stdout.find("= SUMMARY ="):]
        print(shown[-20000:], result.stderr, verified.stdout, sep="")
        return 0 if complete and (ended, verified.returncode) == (0, 0) else 4


sys.exit(main())
