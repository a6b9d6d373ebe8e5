// Starts the program's server for a script, and speaks to it: by `fetch`, and by raw bytes on a socket.
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { join, resolve } from "node:path";

/** What the server's own machine has, and no response may have. */
export const leaks = (place) => [place, ...["home", "root", "tmp", "var", "usr", "proc"].map((folder) => `/${folder}/`)];

/** Starts a server with a ledger in a folder. Its log has one line of JSON for each request. */
export async function launch(program, place, more = []) {
  const ledger = join(place, "cases.ledger");
  const args = ["--json", "serve", "--ledger", ledger, "--port", "0", "--actor", "clerk", "--log", "json", ...more];
  const child = spawn(resolve(program), args, { cwd: place });
  let log = "";
  child.stderr.on("data", (data) => { log += data; });
  const { address, link } = await new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", (data) => { text += data; if (text.includes("\n")) found(JSON.parse(text)); });
    child.on("exit", () => failed(new Error(`the server ended: ${log}`)));
  });
  const base = address.replace(/\/$/, "");
  const entered = await fetch(link, { redirect: "manual" });
  // The link works once. The server then shows another one, for a browser.
  const cookie = entered.headers.get("set-cookie").split(";")[0];
  const another = async () => {
    for (let tries = 0; tries < 200; tries += 1) {
      const found = log.match(/http:\S+\/login\?once=[\w-]+/g);
      if (found) return found.at(-1);
      await new Promise((wait) => { setTimeout(wait, 20); });
    }
    throw new Error(`the server shows no other link: ${log}`);
  };
  return { child, base, host: base.replace("http://", ""), port: Number(new URL(base).port), ledger, place, cookie, another, log: () => log };
}

/** Sends bytes as they are, and returns everything that comes back until the server closes or is silent. */
export function exchange(port, bytes, { silence = 700, most = 15_000, end = false } = {}) {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    const got = [];
    let timer = setTimeout(() => socket.destroy(), most);
    const stop = () => { clearTimeout(timer); done(Buffer.concat(got).toString("latin1")); };
    socket.on("connect", () => { socket.write(bytes); if (end) socket.end(); });
    socket.on("data", (data) => {
      got.push(data);
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), silence);
    });
    socket.on("error", () => {});
    socket.on("close", stop);
  });
}

/** Returns the status of the first response in what a server sent; 0 if there is none. */
export const statusOf = (answer) => Number(answer.match(/^HTTP\/1\.[01] (\d{3})/)?.[1] ?? 0);

/** Returns how many responses a server sent. */
export const responses = (answer) => (answer.match(/(^|\n|\}|>)HTTP\/1\.[01] \d{3}/g) ?? []).length;
