"""The OpenAPI document of a running `ibbi serve` under Redocly's linter, and copies with a fault, which it must find.

Usage: check_openapi.py PROGRAM REDOCLY CONFIG
Exit codes: 0 all is well, 4 something is wrong, 75 Redocly is missing.
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

from serving import Server


def findings(redocly, config, document, folder):
    """Returns the findings about a document: each rule with its message."""
    file = pathlib.Path(folder, "openapi.json")
    file.write_text(json.dumps(document))
    command = [redocly, "lint", str(file), "--config", config, "--format", "json", "--max-problems", "1000"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    begin = result.stdout.find("{")
    try:
        report = json.loads(result.stdout[begin:])
    except (ValueError, json.JSONDecodeError):
        print(result.stdout, result.stderr, sep="")
        sys.exit(4)
    return [(problem["ruleId"], problem["message"]) for problem in report["problems"]]


def broken_copies(document):
    """Returns copies with a fault each, with its name."""
    def changed(name, change):
        copied = copy.deepcopy(document)
        change(copied)
        return name, copied

    schemas = document["components"]["schemas"]
    operation = next(iter(document["paths"]["/api/v1/cases"].values()))
    assert "NoteAdded" in schemas and "operationId" in operation
    return [
        changed("a reference to nothing", lambda copied: copied["components"]["schemas"].pop("NoteAdded")),
        changed("an operation without a summary", lambda copied: copied["paths"]["/api/v1/cases"]["get"].pop("summary")),
        changed("two operations of one name",
                lambda copied: copied["paths"]["/api/v1/cases"]["get"].update(operationId="openCase")),
        changed("an example of another type", lambda copied: copied["paths"]["/api/v1/cases"]["get"]["responses"]["200"]
                ["content"]["application/json"]["example"].update(total="one")),
    ]


def main():
    program, redocly, config = sys.argv[1:4]
    if not pathlib.Path(redocly).exists():
        print("Redocly is missing, so the OpenAPI document was not checked with it")
        return 75
    with tempfile.TemporaryDirectory() as folder, Server(program, folder) as server:
        document = server.ask("api/v1/openapi.json")
        found = findings(redocly, config, document, folder)
        for rule, message in found:
            print(f"{rule}: {message}")
        missed = [name for name, copied in broken_copies(document) if not findings(redocly, config, copied, folder)]
        for name in missed:
            print(f"a copy with {name} has no finding")
    operations = sum(len(methods) for methods in document["paths"].values())
    print(f"redocly: {len(found)} findings in {operations} operations and {len(document['components']['schemas'])} schemas, "
          f"{len(broken_copies(document)) - len(missed)} of {len(broken_copies(document))} broken copies found")
    return 4 if found or missed else 0


sys.exit(main())
