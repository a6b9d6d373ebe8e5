// A running server and a browser, for the scripts that count what they check.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { program, shots, startBrowser } from "./browser.mjs";
import { launch } from "./launch.mjs";

const wrong = [];
let checks = 0;
/** Counts a check, and says what is wrong if it doesn't hold. */
export const check = (holds, what) => { checks += 1; if (!holds) { wrong.push(what); console.error(`wrong: ${what}`); } };
export const same = (got, expected, what) => check(got === expected, `${what}: ${JSON.stringify(got)}, not ${JSON.stringify(expected)}`);

export const place = mkdtempSync(join(tmpdir(), "ibbi-pages-"));
// It signs, so that it can make releases.
const key = join(place, "my.key");
if (spawnSync(resolve(program), ["keygen", "example.org/ibbi", key]).status !== 0) throw new Error("no key was made");
export const server = await launch(program, place, ["--sign", key]);
process.on("exit", () => server.child.kill());
export const browser = await startBrowser();
if (shots) mkdirSync(shots, { recursive: true });

/** Counts a check that has said by itself what is wrong. */
export const counts = () => { checks += 1; };

/** Stops the server, removes what the run has written, says what it found, and ends it. */
export async function end() {
  await browser.close();
  server.child.kill("SIGTERM");
  same(await new Promise((ended) => { server.child.on("exit", ended); }), 0, "the server's exit code");
  rmSync(place, { recursive: true, force: true });
  console.log(`${checks} checks, ${wrong.length} wrong`);
  process.exit(wrong.length ? 4 : 0);
}
