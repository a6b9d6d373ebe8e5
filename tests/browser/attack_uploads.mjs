// Uploads that are no ledgers: bombs, endless forms, deep JSON, and names of files that lead elsewhere.
import { readFileSync, readdirSync } from "node:fs";
import { deflateRawSync, gzipSync } from "node:zlib";
import { exchange, statusOf } from "./launch.mjs";

const UPLOADS = ["/api/v1/verify", "/api/v1/audit", "/api/v1/replay", "/audit", "/plan/open"];

/** Returns the memory of a process in MiB: now, and the most so far. */
function memory(pid) {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name) => Number(text.match(new RegExp(`${name}:\\s+(\\d+) kB`))?.[1] ?? 0) / 1024;
  return { now: of("VmRSS"), most: of("VmHWM") };
}

export async function uploads({ server, check, clean, folder }) {
  const { port, host, cookie } = server;
  const post = (path, kind, body, more = "") => Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nContent-Type: ${kind}\r\nContent-Length: ${body.length}\r\n${more}Connection: close\r\n\r\n`, "latin1"), body]);
  const form = "multipart/form-data; boundary=XyZ";
  const part = (content, name = "ledger", filename = "f") => Buffer.concat([
    Buffer.from(`--XyZ\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n`, "utf8"), Buffer.from(content), Buffer.from("\r\n")]);
  const whole = (...parts) => Buffer.concat([...parts, Buffer.from("--XyZ--\r\n")]);
  const ledger = readFileSync(server.ledger);
  const spaces = deflateRawSync(Buffer.alloc(200 * 1024 * 1024, 32), { level: 9 });
  const bombs = { "a bomb in gzip": gzipSync(Buffer.alloc(200 * 1024 * 1024, 32)), "a bomb in a workbook": zip("xl/worksheets/sheet1.xml", spaces, 200 * 1024 * 1024) };
  const line = Buffer.alloc(10 * 1024 * 1024, 120);
  const attacks = {
    ...Object.fromEntries(Object.entries(bombs).map(([name, bomb]) => [name, [form, whole(part(bomb))]])),
    "a line of 10 MB": [form, whole(part(line))],
    "a ledger with a line of 10 MB": [form, whole(part(Buffer.concat([ledger, line])))],
    "JSON of many levels": [form, whole(part(Buffer.concat([ledger, Buffer.from(`{"data":${"[".repeat(1_000_000)}`)])))],
    "JSON of many objects": [form, whole(part(`${"{\"a\":".repeat(500_000)}1${"}".repeat(500_000)}\n`))],
    "a text of many escapes": [form, whole(part(`{"data":"${"\\u0000".repeat(1_000_000)}"}\n`))],
    "a number of many digits": [form, whole(part(`{"seq":${"9".repeat(5_000_000)}}\n`))],
    "a million empty lines": [form, whole(part("\n".repeat(5_000_000)))],
    "a million short lines": [form, whole(part("{}\n".repeat(3_000_000)))],
    "many tiny parts": [form, Buffer.from(`${"--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(500_000)}--XyZ--\r\n`)],
    "many parts without a name": [form, Buffer.from(`${"--XyZ\r\n\r\n\r\n".repeat(1_000_000)}--XyZ--\r\n`)],
    "a part with many headers": [form, Buffer.from(`--XyZ\r\n${"X-A: b\r\n".repeat(500_000)}\r\n\r\n--XyZ--\r\n`)],
    "a part with a header of megabytes": [form, Buffer.from(`--XyZ\r\nX-A: ${"b".repeat(10_000_000)}\r\n\r\n\r\n--XyZ--\r\n`)],
    "no end": [form, part(ledger)],
    "no end of a part's head": [form, Buffer.from("--XyZ\r\nContent-Disposition: form-data")],
    "another boundary": ["multipart/form-data; boundary=AbC", whole(part(ledger))],
    "no boundary": ["multipart/form-data", whole(part(ledger))],
    "an empty boundary": ["multipart/form-data; boundary=", whole(part(ledger))],
    "a boundary of kilobytes": [`multipart/form-data; boundary=${"b".repeat(20_000)}`, whole(part(ledger))],
    "a boundary with line ends": ["multipart/form-data; boundary=\"X\ty\"", whole(part(ledger))],
    "no parts": [form, Buffer.from("--XyZ--\r\n")],
    "nearly boundaries": [form, Buffer.concat([Buffer.from("--XyZ\r\nContent-Disposition: form-data; name=\"ledger\"\r\n\r\n"), Buffer.from("\r\n--XyY".repeat(2_000_000)), Buffer.from("\r\n--XyZ--\r\n")])],
    "JSON in place of a form": ["application/json", Buffer.from("{}")],
    "no bytes": [form, Buffer.alloc(0)],
    "bytes of every value": [form, whole(part(Buffer.from(Array.from({ length: 65_536 }, (_, at) => at % 256))))],
    ...Object.fromEntries(["../../../../etc/cron.d/x", "..\\\\..\\\\x", "/etc/passwd", "x\0y", "C:\\\\x", "a\"; name=\"key", `${"n".repeat(100_000)}`, "%0d%0aSet-Cookie: a=b", "con.ledger", "<x-hit>.ledger"]
      .map((name) => [`the file name ${JSON.stringify(name.slice(0, 40))}`, [form, whole(part("{}\n", "ledger", name))]])),
    "a name with line ends": [form, Buffer.from("--XyZ\r\nContent-Disposition: form-data; name=\"led\r\nSet-Cookie: a=b\r\nger\"; filename=\"a\r\nX: y\"\r\n\r\n{}\r\n--XyZ--\r\n")],
  };
  const files = () => readdirSync(folder).sort().join();
  const before = { ledger: readFileSync(server.ledger), files: files(), memory: memory(server.child.pid) };
  let asked = 0, slowest = ["", 0], most = ["", 0];
  for (const [name, [kind, body]] of Object.entries(attacks)) {
    for (const path of UPLOADS) {
      const begun = Date.now();
      const answer = await exchange(port, post(path, kind, body), { silence: 20_000, most: 60_000 });
      const time = Date.now() - begun;
      if (time > slowest[1]) slowest = [`${name} to ${path}`, time];
      const status = statusOf(answer);
      // The result of a check can be that the file is no ledger. It is never an error of the server.
      // The server closes the connection without reading a scenario of several megabytes; the answer can be lost then.
      const unread = path === "/plan/open" && body.length > 4 * 1024 * 1024;
      check((status > 0 || unread) && status < 500, `${name} to ${path} is answered: ${status} ${answer.slice(0, 200)}`);
      check(!/set-cookie: a=b/i.test(answer.split("\r\n\r\n")[0]), `${name} to ${path} adds a header`);
      if (path.startsWith("/api/v1/") && status >= 400) check(/content-type: application\/problem\+json/i.test(answer), `${name} to ${path} has a problem document`);
      clean(answer.replaceAll(/\/etc\/[\w.\/]*/g, ""), `${name} to ${path}`);
      asked += 1;
      const { now } = memory(server.child.pid);
      if (now > most[1]) most = [`${name} to ${path}`, now];
    }
    const well = await fetch(`${server.base}/healthz`);
    check(well.status === 200, `after ${name} the server is well`);
  }
  const { most: peak } = memory(server.child.pid);
  // An upload is read whole: 64 MiB at most, in the body, in a copy, and in a file. What a bomb holds is never unpacked.
  check(peak < before.memory.most + 400, `the server takes ${peak.toFixed(0)} MiB at most`);
  check(readFileSync(server.ledger).equals(before.ledger) && files() === before.files, `no upload changes a file: ${files()}`);
  console.log(`uploads: ${asked} that are hostile, each answered; the most memory ${peak.toFixed(0)} MiB (${before.memory.most.toFixed(0)} before), the slowest ${slowest[0]} with ${slowest[1]} ms`);
}

/** Returns a workbook with one compressed file in it. */
function zip(name, packed, length) {
  const title = Buffer.from(name);
  const fixed = (size, ...fields) => { const all = Buffer.alloc(size); fields.forEach(([at, value, bytes]) => all.writeUIntLE(value, at, bytes)); return all; };
  const local = fixed(30, [0, 0x04034b50, 4], [4, 20, 2], [8, 8, 2], [18, packed.length, 4], [22, length, 4], [26, title.length, 2]);
  const central = fixed(46, [0, 0x02014b50, 4], [4, 20, 2], [6, 20, 2], [10, 8, 2], [20, packed.length, 4], [24, length, 4], [28, title.length, 2]);
  const start = local.length + title.length + packed.length;
  const end = fixed(22, [0, 0x06054b50, 4], [8, 1, 2], [10, 1, 2], [12, central.length + title.length, 4], [16, start, 4]);
  return Buffer.concat([local, title, packed, central, title, end]);
}
