// Signing in to `ibbi serve` with a real identity provider: the code flow with PKCE, signing out, new keys, clocks that differ, and
// answers that must not count.
//
// Usage: node check_oidc.mjs PROGRAM. Exit code 4: something is wrong.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Browser } from "./browser.mjs";
import { CLIENT, IdentityProvider, SECRET, makeKey, unsigned, withForeignKey, withSecret } from "./provider.mjs";

const program = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "ibbi-oidc-"));
const ledger = join(folder, "cases.ledger");
let failures = 0;
let checks = 0;

function check(what, is, more = "") {
  checks += 1;
  if (is) return;
  failures += 1;
  console.log(`wrong: ${what}`, more);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until something is true. */
async function until(what, is) {
  for (let count = 0; count < 300; count += 1) {
    if (await is()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  check(`it never came: ${what}`, false);
}

/** Runs the program. Meanwhile, the provider of this process answers. */
function run(...args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (texts[name] += text));
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, ...texts })));
}

const [port, providerPort] = [await freePort(), await freePort()];
const home = `http://127.0.0.1:${port}`;
const provider = new IdentityProvider();
const [first, second] = [await makeKey("first"), await makeKey("second")];
await provider.start(providerPort, `${home}/login/return`, `${home}/login`, first);

writeFileSync(join(folder, "secret"), `${SECRET}\n`);
chmodSync(join(folder, "secret"), 0o600);
const config = join(folder, "ibbi.toml");
const settings = (oidc) =>
  `ledger = "cases.ledger"\nport = ${port}\npublic_url = "${home}"\nlog = "json"\n` +
  (oidc ? `[oidc]\nissuer = "${provider.issuer}"\nclient_id = "${CLIENT}"\nsecret_file = "secret"\nname = "District 12 account"\n` : "");
writeFileSync(config, settings(true));

// The settings are checked with the provider, before anyone signs in.
const checked = await run("config", "check", config);
check("the settings are valid", checked.status === 0 && checked.stdout.includes(`${provider.issuer}, which answers`), checked.stderr);
provider.metadata = (found) => ({ ...found, issuer: "https://evil.example" });
const mismatched = await run("config", "check", config);
check("another issuer in the metadata", mismatched.status === 2 && /can't be used/.test(mismatched.stderr), mismatched.stderr);
provider.metadata = (found) => found;

const server = spawn(program, ["serve", "--json", "--config", config, "--no-open"], { stdio: ["ignore", "pipe", "pipe"] });
const log = [];
createInterface({ input: server.stderr }).on("line", (line) => log.push(line));
await new Promise((resolve) => createInterface({ input: server.stdout }).once("line", resolve));

const atProvider = (address) => address.startsWith(provider.issuer);
const isReturn = (address) => address.startsWith(`${home}/login/return`);

/** Opens a page, signs in at the provider, and stops with the address to which it sends the browser. */
async function answerFor(browser, login, to = "/cases") {
  const page = await browser.follow(`${home}${to}`);
  const way = page.text.match(/href="(\/login\/provider[^"]*)"/)?.[1];
  if (!way) throw new Error(`no way to the provider: ${page.status} ${page.text.slice(0, 500)}`);
  return answerForWay(browser, login, way.replaceAll("&amp;", "&"));
}

async function answerForWay(browser, login, way) {
  let answer = await browser.follow(`${home}${way}`, {}, isReturn);
  // The provider asks who it is, and then for consent, each if it doesn't know.
  for (let count = 0; !(answer.location && isReturn(answer.location)); count += 1) {
    if (count > 3) throw new Error(`the provider doesn't come to an end: ${answer.address} ${answer.text.slice(0, 300)}`);
    answer = await browser.send(answer, answer.text.includes('name="login"') ? { login, password: "x" } : {}, isReturn);
  }
  return answer.location;
}

/** Signs in, and returns the page to which that leads. */
async function signIn(browser, login, to) {
  return browser.follow(await answerFor(browser, login, to));
}

const refused = (answer) => answer.status === 401 && answer.text.includes('role="alert"') && !answer.text.includes("Sign out");
const mayRead = async (browser) => (await browser.ask(`${home}/`)).status === 200;

try {
  // The flow.
  const wexler = new Browser();
  const way = await wexler.ask(`${home}/login/provider?to=/cases`);
  const asked = new URL(way.location).searchParams;
  check("PKCE with S256", asked.get("code_challenge_method") === "S256" && asked.get("code_challenge").length === 43);
  check("a state and a nonce", asked.get("state").length >= 22 && asked.get("nonce").length >= 22);
  check("the code flow", asked.get("response_type") === "code" && asked.get("scope").split(" ").includes("openid"));
  const kept = wexler.setCookies[0];
  check("the cookie of the attempt", /HttpOnly; SameSite=Lax/.test(kept) && /Max-Age=900/.test(kept), kept);
  const page = await signIn(wexler, "qwexler");
  check("the way on after signing in", page.address === `${home}/cases`, `${page.status} ${page.address}`);
  check("without a role, no case", page.status === 403, page.status);
  const exchange = provider.exchanges.at(-1);
  check("the verifier of PKCE", exchange.get("code_verifier")?.length >= 43);
  const start = await wexler.ask(`${home}/`);
  check("the name, without a role", start.text.includes("Q. Wexler") && start.text.includes("You have no role yet") && start.text.includes("<code>qwexler</code>"), start.text.slice(-600));

  // A role counts at once, and so does its removal.
  const role = ["--issuer", provider.issuer, "--subject", "qwexler", "--role", "staff"];
  check("a role is given", (await run("access", "grant", ledger, ...role, "--name", "Q. Wexler")).status === 0);
  const opened = await wexler.ask(`${home}/api/v1/cases`, { method: "POST", body: JSON.stringify({ data: { district: "Maple Hollow" } }) });
  check("with the role, a case is opened", opened.status === 201, opened.text);
  const line = JSON.parse(readFileSync(ledger, "utf8").trim().split("\n").at(-1));
  check("the actor", line.actor === "Q. Wexler" && line.identity.issuer === provider.issuer && line.identity.subject === "qwexler", line);
  check("the role is removed", (await run("access", "remove", ledger, ...role)).status === 0);
  check("without the role", (await wexler.ask(`${home}/api/v1/cases`)).status === 403);

  // Without a name, the user name is shown. Where the browser was going is kept; another server is not a way on.
  const other = new Browser();
  check("the way on", (await signIn(other, "lmora", "/audit")).address === `${home}/audit`);
  check("the user name", (await other.ask(`${home}/`)).text.includes("lmora-user"));
  const fooled = new Browser();
  const to = await answerForWay(fooled, "lmora", "/login/provider?to=%2F%2Fevil.example%2Fa");
  check("a way to another server", (await fooled.ask(to)).location === `${home}/`);

  // Two tabs at the same time.
  const tabs = new Browser();
  await signIn(tabs, "lmora");
  const one = await answerForWay(tabs, "lmora", "/login/provider?to=/audit");
  const two = await answerForWay(tabs, "lmora", "/login/provider?to=/plan");
  check("the second tab", (await tabs.follow(two)).address.startsWith(`${home}/plan`));
  check("the first tab", (await tabs.follow(one)).address === `${home}/audit`);

  // Answers that don't count: the state, the browser, and the code.
  const victim = new Browser();
  const answer = await answerFor(victim, "lmora");
  const changed = (name, value) => {
    const url = new URL(answer);
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    return url.href;
  };
  const state = new URL(answer).searchParams.get("state");
  check("another browser", refused(await new Browser().follow(answer)));
  check("no state", refused(await victim.ask(changed("state", null))));
  check("another state", refused(await victim.ask(changed("state", `${state.slice(0, -4)}AAAA`))));
  check("another state of the same length", !(await mayRead(victim)));
  const again = new Browser();
  const its = await answerFor(again, "lmora");
  const right = await again.follow(its);
  check("a code that counts", right.status !== 401, right.text);
  const replay = new Browser();
  const own = new URL(await answerFor(replay, "lmora"));
  own.searchParams.set("code", new URL(its).searchParams.get("code"));
  check("a code that was used", refused(await replay.follow(own.href)));
  const mixed = new Browser();
  const from = new URL(await answerFor(mixed, "lmora"));
  check("the provider names itself", from.searchParams.get("iss") === provider.issuer);
  from.searchParams.set("iss", "https://evil.example");
  check("another issuer in the answer", refused(await mixed.follow(from.href)));
  const verifier = new Browser();
  const pkce = await answerFor(verifier, "lmora");
  const jar = verifier.cookies.get(home);
  for (const [name, value] of jar) {
    const parts = value.split(".");
    if (parts.length === 4) jar.set(name, [parts[0], parts[1], "A".repeat(43), parts[3]].join("."));
  }
  check("another verifier of PKCE", refused(await verifier.follow(pkce)));
  const canceled = new Browser();
  const attempt = new URL((await canceled.ask(`${home}/login/provider`)).location).searchParams.get("state");
  const declined = await canceled.follow(`${home}/login/return?error=access_denied&error_description=%3Cb%3Eno%3C/b%3E&state=${attempt}`);
  check("the person cancels", refused(declined) && declined.text.includes("did not sign you in: &lt;b&gt;no"), declined.text);
  for (const query of ["", "?code=x", "?code=x&state=", "?code=x&state=%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80", "?state=%ff"]) {
    const made = await new Browser().ask(`${home}/login/return${query}`);
    check(`a made-up answer ${query}`, [401, 429].includes(made.status) && made.text.includes("<h1>Sign in</h1>"), made.status);
  }

  // The failures above have made this address wait; others are not affected, and those who succeed don't wait.
  const throttled = await new Browser().ask(`${home}/login/return?code=x&state=12345678`);
  check("guessing is slowed down", throttled.status === 429 && /try again in \d+ seconds/.test(throttled.text), throttled.status);
  check("guessing is logged", log.some((each) => each.includes("sign-in failed") && each.includes("its state is not the one")));
  check("who has an account signs in meanwhile", (await signIn(new Browser(), "lmora")).status !== 429);

  // Tokens that don't count. The provider's own key signs them, except where a key is what is wrong.
  const now = () => Math.floor(Date.now() / 1000);
  const foreign = await makeKey("first");
  const counts = async (what, counted, change, sign = null) => {
    Object.assign(provider, { change, sign });
    const browser = new Browser();
    const page = await signIn(browser, "lmora");
    const signedIn = await mayRead(browser);
    // The address waits already, so that the status is 429 or 401.
    check(`${what}: ${page.status}`, signedIn === counted && (counted || [401, 429].includes(page.status)), page.text.slice(-900));
    const why = log.findLast((each) => each.includes("sign-in failed"));
    Object.assign(provider, { change: (claims) => claims, sign: null });
    return why;
  };
  await counts("the usual token", true, (claims) => claims);
  await counts("another issuer", false, (claims) => ({ ...claims, iss: "https://evil.example" }));
  await counts("another audience", false, (claims) => ({ ...claims, aud: "other" }));
  await counts("a second audience", false, (claims) => ({ ...claims, aud: [CLIENT, "other"], azp: "other" }));
  await counts("no audience", false, ({ aud: _, ...claims }) => claims);
  await counts("another nonce", false, (claims) => ({ ...claims, nonce: "x" }));
  await counts("no nonce", false, ({ nonce: _, ...claims }) => claims);
  await counts("another access token", false, (claims) => ({ ...claims, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }));
  await counts("expired ten minutes ago", false, (claims) => ({ ...claims, exp: now() - 600 }));
  await counts("expired half a minute ago, by a clock that differs", true, (claims) => ({ ...claims, exp: now() - 30 }));
  await counts("issued in ten minutes", false, (claims) => ({ ...claims, iat: now() + 600, exp: now() + 1200 }));
  await counts("issued in half a minute, by a clock that differs", true, (claims) => ({ ...claims, iat: now() + 30 }));
  await counts("no end", false, ({ exp: _, ...claims }) => claims);
  await counts("a foreign key", false, (claims) => claims, withForeignKey("first", foreign));
  await counts("no signature", false, (claims) => claims, unsigned);
  await counts("signed with the client's secret", false, (claims) => claims, withSecret);

  // New keys of the provider count at once, without a restart, and the old ones don't count any more.
  await provider.useKey(second);
  await counts("a new key", true, (claims) => claims);
  await counts("the key before", false, (claims) => claims, withForeignKey("first", first));

  // Signing out ends the session, and offers to sign out of the provider too.
  const leaving = new Browser();
  await signIn(leaving, "lmora");
  const out = await leaving.send(await leaving.ask(`${home}/`));
  check("the session ends", out.address === `${home}/logout/done` && !(await mayRead(leaving)), out.address);
  const away = out.text.match(/href="(http[^"]+)"/)?.[1].replaceAll("&amp;", "&");
  check("the provider's own session", away && atProvider(away) && away.includes("client_id="), out.text);
  const asks = await leaving.follow(away);
  const left = await leaving.send(asks, { logout: "yes" });
  check("back from the provider", left.address === `${home}/login`, left.address);
  const relogin = await leaving.follow(`${home}/login/provider`, {}, isReturn);
  check("the provider asks again who it is", relogin.text.includes('name="login"'), relogin.address);

  // A provider that is away.
  const returning = await answerFor(new Browser(), "lmora");
  check("a return address", isReturn(returning));
  const waiting = new Browser();
  const late = await answerFor(waiting, "lmora");
  await provider.stop();
  const unreachable = await waiting.follow(late);
  check("the provider is away", unreachable.status === 502 && /can(&#39;|')t be reached/.test(unreachable.text), unreachable.text);
  check("that is logged", log.some((each) => each.includes("the identity provider can't be used")));
  await provider.start(providerPort, `${home}/login/return`, `${home}/login`, second);
  check("the provider is back", (await signIn(new Browser(), "lmora")).status !== 502);

  // Settings that are read again: without the provider, its sessions end.
  const last = new Browser();
  await signIn(last, "lmora");
  check("a session", await mayRead(last));
  writeFileSync(config, settings(true).replace("port =", "prot ="));
  server.kill("SIGHUP");
  await until("wrong settings are reported", () => log.some((each) => each.includes("the settings stay as they are") && each.includes("prot")));
  check("wrong settings change nothing", await mayRead(last));
  writeFileSync(config, settings(false).replace(`${port}`, `${port + 1}`));
  server.kill("SIGHUP");
  await until("the settings are read", () => log.some((each) => each.includes("the settings were read again") && each.includes('"after_restart":"port"')));
  check("the sessions of a provider that is gone", !(await mayRead(last)));
  check("its way is gone", (await new Browser().ask(`${home}/login/provider`)).status === 404);
  check("no secret is in the log", !log.some((each) => each.includes(SECRET) || each.includes("code_verifier")));
} finally {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  check("the server ends", (await ended) === 0);
  await provider.stop();
  rmSync(folder, { recursive: true });
}
console.log(`${checks} checks of signing in with oidc-provider, ${failures} wrong`);
process.exit(failures ? 4 : 0);
