"""Judges many ledgers in one run, with docs/verify_ledger.py: python3 judge.py DIRECTORY_OF_THE_SCRIPT FILE

The file holds pairs of a ledger or an extract and its checkpoints, each as a length in four bytes and that many bytes. A line is
printed for each pair: `sound`, or the first fault."""
import functools, io, sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import verify_ledger

verify_ledger.event = functools.lru_cache(maxsize=None)(verify_ledger.event)  # most lines come again in the next ledger
with open(sys.argv[2], "rb") as file:
    while length := file.read(4):
        ledger = file.read(int.from_bytes(length, "big"))
        notes = file.read(int.from_bytes(file.read(4), "big"))
        try:
            if ledger.startswith(b'{"case":"'):
                verify_ledger.verify_extract(io.BytesIO(ledger))
            else:
                verify_ledger.verify(io.BytesIO(ledger), notes.decode(errors="replace"))
            print("sound")
        except ValueError as fault:
            print(repr(str(fault)))
