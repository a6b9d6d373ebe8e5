// Attacks on a running server, from a browser and from raw sockets. Usage: node attacks.mjs PROGRAM [PART…]
// Exit codes: 0 every attack was blocked, 4 one wasn't, 75 the browser or a package is missing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EVIL, otherSites, rebinding } from "./attack_sites.mjs";
import { launch, leaks } from "./launch.mjs";
import { markup } from "./attack_markup.mjs";
import { paths, smuggling } from "./attack_sockets.mjs";
import { uploads } from "./attack_uploads.mjs";

const missing = (what) => { console.error(`${what} is missing, so no attack was tried`); process.exit(75); };
const [given, ...wanted] = process.argv.slice(2);
const program = given && resolve(given);
if (!program || !existsSync(program)) { console.error("usage: node attacks.mjs PROGRAM [PART…]"); process.exit(2); }
const { chromium } = await import("playwright-core").catch(() => missing("playwright-core"));
const executablePath = process.env.CHROMIUM || spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).stdout.trim();
if (!existsSync(executablePath)) missing("chromium");

const wrong = [];
const check = (holds, what) => { if (!holds) { wrong.push(what); console.error(`wrong: ${what}`); } };
const place = mkdtempSync(join(tmpdir(), "ibbi-attacks-"));
/** No response has a path of the machine. */
const clean = (text, from) => { for (const path of leaks(place)) check(!text.includes(path), `the answer to ${from} has ${path}: ${text.slice(Math.max(0, text.indexOf(path) - 60), text.indexOf(path) + 60)}`); };

const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  `--host-resolver-rules=MAP ${EVIL} 127.0.0.1`];
const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false })
  .catch((error) => missing(`chromium does not start (${error.message.split("\n")[0]}): it`));

/** Starts a server of its own for an attack, and looks at the server and its ledger afterwards. */
async function run([name, attack]) {
  const folder = mkdtempSync(join(place, "server-"));
  const server = await launch(program, folder);
  const context = await browser.newContext({ acceptDownloads: true });
  const [key, value] = server.cookie.split("=");
  await context.addCookies([{ name: key, value, url: server.base, httpOnly: true, sameSite: "Lax" }]);
  const headers = { cookie: server.cookie, "content-type": "application/json" };
  const post = (path, body) => fetch(server.base + path, { method: "POST", headers, body: JSON.stringify(body) });
  const opened = await post("/api/v1/cases", { data: { district: "Maple Hollow" } });
  check(opened.status === 201, `the case is opened: ${opened.status}`);
  const begun = Date.now();
  await attack({ program, server, context, check, clean, post, folder }).catch((error) => check(false, `${name}: ${error.stack}`));
  await context.close();
  server.child.kill("SIGTERM");
  const code = await new Promise((ended) => { if (server.child.exitCode !== null) ended(server.child.exitCode); else server.child.on("exit", ended); });
  check(code === 0, `${name}: the server stops with exit code 0: ${code}`);
  check(!server.log().includes("panicked"), `${name}: the server panicked: ${server.log().match(/.*panicked.*/)?.[0]}`);
  const verified = spawnSync(program, ["verify", server.ledger], { encoding: "utf8" });
  check(verified.status === 0, `${name}: the ledger verifies afterwards: ${verified.stdout}${verified.stderr}`);
  if (process.env.IBBI_TIMES) console.log(`  ${name}: ${Date.now() - begun} ms`);
}

// The longest one runs beside the others.
const attacks = Object.entries({ markup, otherSites, rebinding, paths, smuggling, uploads }).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const others = async () => { for (const attack of attacks.filter(([name]) => name !== "markup")) await run(attack); };
await Promise.all([others(), ...attacks.filter(([name]) => name === "markup").map(run)]);
await browser.close();
rmSync(place, { recursive: true, force: true });
console.log(wrong.length === 0 ? "every attack was blocked" : `attacks that were not blocked, and checks that failed: ${wrong.length}`);
process.exit(wrong.length === 0 ? 0 : 4);
