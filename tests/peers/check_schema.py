"""Holds the ledger's JSON Schema against Python's jsonschema: python3 check_schema.py SCHEMA BAD_LINES LEDGER...

The schema is a valid one of 2020-12, takes every line of the ledgers, and refuses every bad line. Exit code 4: it does not."""
import importlib.metadata, json, sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
wrong = []
try:
    jsonschema.Draft202012Validator.check_schema(schema)
except jsonschema.SchemaError as error:
    wrong.append(f"{sys.argv[1]} is no schema of 2020-12: {error.message}")
validator = jsonschema.Draft202012Validator(schema)
good = 0
for path in sys.argv[3:]:
    with open(path, encoding="utf-8") as ledger:
        for number, line in enumerate(ledger, 1):
            good += 1
            if not validator.is_valid(json.loads(line)):
                wrong.append(f"{path}, line {number} is refused")
with open(sys.argv[2], encoding="utf-8") as file:
    bad = [json.loads(line) for line in file]
wrong += [f"a bad line is taken: {each['reason']}" for each in bad if validator.is_valid(each["line"])]
print(f"jsonschema {importlib.metadata.version('jsonschema')}: {good} lines of {len(sys.argv) - 3} ledgers, {len(bad)} bad lines, {len(wrong)} disagreements")
print("\n".join(wrong), end="\n" if wrong else "")
sys.exit(4 if wrong else 0)
