// Reads the lines of a ledger, with the confidential texts that are stored beside it in the place of their digests.
import { existsSync, readFileSync } from "node:fs";

const lines = (path) => (existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").map((line) => JSON.parse(line)) : []);

export function recordsOf(ledger) {
  const texts = new Map(lines(`${ledger}.texts`).map(({ digest, text }) => [digest, text]));
  const filled = (value) => (value?.sha256 !== undefined && texts.has(value.sha256) ? texts.get(value.sha256) : value);
  const data = (fields) => Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, filled(value)]));
  return lines(ledger).map((line) => ({ ...line, data: data(line.data) }));
}
