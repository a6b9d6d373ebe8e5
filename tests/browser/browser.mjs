// What the scripts about pages need: the program, the browser, and axe. Exit codes: 2 wrong usage, 75 something is missing.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Ends the script, because something that it needs is not on this machine. */
export const missing = (what) => { console.error(`${what} is missing, so nothing was checked in a browser`); process.exit(75); };
export const [program, shots] = process.argv.slice(2);
if (!program || !existsSync(program)) { console.error(`usage: node ${basename(process.argv[1])} PROGRAM [FOLDER]`); process.exit(2); }
export const { chromium } = await import("playwright-core").catch(() => missing("playwright-core"));
const axeFile = new URL("node_modules/axe-core/axe.min.js", import.meta.url);
if (!existsSync(axeFile)) missing("axe-core");
export const axe = readFileSync(axeFile, "utf8");
export const executablePath = process.env.CHROMIUM || spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).stdout.trim();
if (!existsSync(executablePath)) missing("chromium");

/** Starts the browser, without what it does by itself, such as asking for updates. If it doesn't start, `before` runs, and the script ends. */
export async function startBrowser(before = () => {}) {
  const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args, chromiumSandbox: false }).catch((error) => {
    before();
    missing(`chromium does not start (${error.message.split("\n")[0]}): it`);
  });
}
