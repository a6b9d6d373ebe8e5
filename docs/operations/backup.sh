#!/bin/sh
# Copies a ledger and the files beside it while the server runs, and checks the copy.
# Usage: backup.sh LEDGER FOLDER
set -eu
ledger=$1
folder=$2
umask 077
mkdir -p "$folder"
name=$(basename "$ledger")
# What webhooks got comes before the ledger, so that no record is taken for delivered that the copy doesn't have.
[ ! -f "$ledger.deliveries" ] || cp -- "$ledger.deliveries" "$folder/$name.deliveries"
# The keys of sealed texts are in a folder elsewhere, and must not be copied here.
# Then the ledger: it only grows, and each of its lines refers to a text that is already beside it. A line that is written in the
# meantime can be cut off at the end of the copy; it is set aside when the copy is opened.
cp -- "$ledger" "$folder/$name.new"
for end in texts checkpoints access reads webhooks calendars; do
    [ ! -f "$ledger.$end" ] || cp -- "$ledger.$end" "$folder/$name.$end"
done
# The memory of published dates: each file is replaced at once, so it is whole.
if [ -d "$ledger.published" ]; then
    mkdir -p "$folder/$name.published"
    find "$ledger.published" -maxdepth 1 -type f \( -name '*.ics' -o -name '*.json' \) -exec cp -p -- {} "$folder/$name.published/" \;
fi
mv -- "$folder/$name.new" "$folder/$name"
ibbi verify "$folder/$name"
