// Reads calendars with the script that the page of a poll runs. Usage: node check_browser_calendar.mjs SCRIPT, with one JSON object on
// each line of the input: { text, zone, from, to }. Prints the result of each, as JSON.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

// The script is one function that looks for the page's form. Here there is no form, and the function hands out its reader.
const script = readFileSync(process.argv[2], "utf8").trim();
const end = "})();";
if (!script.endsWith(end)) throw new Error("the script does not end as it should");
const readCalendars = new Function("document", `return ${script.replace(/^"use strict";\s*/, "").slice(0, -end.length)}return readCalendars; })();`)({ getElementById: () => null });

for await (const line of createInterface({ input: process.stdin })) {
  const { text, zone, from, to } = JSON.parse(line);
  const result = readCalendars([text], { zone, from, to });
  console.log(JSON.stringify(result));
}
