"""Checks sending email against real mail servers (aiosmtpd) and broken ones, and the letters of a poll: python3 check_mail.py IBBI SEND_MAIL,
with the programs ibbi and the example send_mail of ibbi-mail. What a server received is read with Python's `email`.
Exit code: 0, or 4 and what disagrees."""
import email
import email.header
import email.policy
import email.utils
import json
import logging
import os
import pathlib
import random
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from poll_letters import check_poll

IBBI, SEND = (os.path.abspath(path) for path in sys.argv[1:3])
PASSWORD = "correct horse, päper"
FROM = "P. Sullivan <p.sullivan@example.org>"
RANDOM = random.Random(5321)
# aiosmtpd warns of signing in without TLS, and logs each client that it could not serve, which this check brings about.
warnings.simplefilter("ignore", UserWarning)
logging.getLogger("mail").setLevel(logging.CRITICAL)
checks = 0


def expect(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(print(f"disagrees: {what}") or 4)


class Inbox:
    """Takes messages, except for addresses that say otherwise."""

    def __init__(self):
        self.received = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("grey"):
            return "451 4.7.1 greylisted,\r\n please come back"
        if address.startswith("echo"):
            return f"550 5.7.8 you are {PASSWORD}"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        if b"\nSubject: spam" in envelope.content:
            return "554 5.7.1 this looks like spam"
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 taken as number 7"


def authenticator(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"ibbi", PASSWORD.encode())
    return AuthResult(success=good, handled=False)


class Broken:
    """Speaks as a mail server for some steps, and then does `then` with the connection."""

    def __init__(self, answers, then):
        self.answers, self.then = answers, then
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.done = threading.Event()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        connection, _ = self.listener.accept()
        with connection:
            lines = connection.makefile("rb")
            for number, answer in enumerate(self.answers):
                if number and not lines.readline():
                    return
                connection.sendall(answer)
            if self.answers:
                lines.readline()
            self.then(connection, self.done)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.done.set()
        self.listener.close()


def silent(connection, done):
    done.wait(30)


def drips(connection, done):
    """Sends a byte now and then, so that no single read takes long."""
    try:
        while not done.wait(0.2):
            connection.sendall(b"2")
    except OSError:
        pass


def closes(connection, done):
    pass


GREETING, HELLO, OK, GO = b"220 mail\r\n", b"250 mail\r\n", b"250 ok\r\n", b"354 go on\r\n"


def certificates(folder):
    """An authority of our own, and a server's certificate that it signed."""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
            "-days", "2", "-subj", "/CN=Test authority", "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "mail.key", "-out", "mail.csr",
            "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    openssl("x509", "-req", "-in", "mail.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", "mail.pem",
            "-extfile", "names")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "mail.pem", folder / "mail.key")
    return context


def settings(folder, port, security="none", **more):
    given = {"server": "localhost", "port": port, "security": security, "from": FROM, "timeout": 20} | more
    lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    (folder / "ibbi.toml").write_text("\n".join(["ledger = 'a.ledger'", "[mail]", *lines, ""]))


def ibbi(folder, *args):
    done = subprocess.run([IBBI, *args], cwd=folder, capture_output=True, text=True, timeout=60)
    expect(PASSWORD not in done.stdout + done.stderr, f"the password is in the output: {done.stdout}{done.stderr}")
    return done.returncode, done.stdout, done.stderr


def test(folder, *to):
    return ibbi(folder, "mail", "test", "--config", "ibbi.toml", *(part for one in to for part in ("--to", one)))


def refused(folder, to, *says, code=5):
    found, out, err = test(folder, to)
    expect(found == code, f"{to}: exit code {found}, not {code}: {out}{err}")
    for part in says:
        expect(part in err, f"{to}: the error doesn't have `{part}`: {err}")


def parsed(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def check_ways(folder):
    """Plain on loopback, STARTTLS, TLS from the start; with and without signing in."""
    context = certificates(folder)
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "wrong").write_text("wrong horse\n")
    ca, user = {"ca_file": "ca.pem"}, {"user": "ibbi", "password_file": "password"}
    sign_in = {"authenticator": authenticator, "auth_required": True}
    ways = [
        ("none", {}, {}),
        ("none", {**sign_in, "auth_require_tls": False}, user),
        ("starttls", {"tls_context": context, "require_starttls": True}, ca),
        ("starttls", {"tls_context": context, "require_starttls": True, **sign_in}, ca | user),
        ("tls", {"ssl_context": context}, ca),
        ("tls", {"ssl_context": context, "auth_require_tls": False, **sign_in}, ca | user),
    ]
    for security, server, client in ways:
        inbox = Inbox()
        controller = Controller(inbox, hostname="localhost", port=free_port(), **server)
        controller.start()
        try:
            port = controller.port
            settings(folder, port, security, **client)
            way = f"{security}, {'signed in' if 'user' in client else 'not signed in'}"
            code, out, err = ibbi(folder, "config", "check", "ibbi.toml")
            expect(code == 0 and f"mail: by localhost, port {port}, which lets this server in" in out, f"{way}: config check: {out}{err}")
            expect(not inbox.received, f"{way}: config check sent a message")
            code, out, err = test(folder, "a@example.org", "B. <b@example.org>")
            expect(code == 0 and "answered 250 2.0.0 taken as number 7" in out, f"{way}: {code} {out}{err}")
            expect([to for _, to, _ in inbox.received] == [["a@example.org"], ["b@example.org"]], f"{way}: {inbox.received}")
            refused(folder, "gone@example.org", "refused naming the recipient", "550 5.1.1 no such mailbox", "check the address")
            refused(folder, "grey@example.org", "451 4.7.1 greylisted", "try again in 15 minutes")
            if "user" in client:
                refused(folder, "echo@example.org", "you are [password]")
                settings(folder, port, security, **client | {"password_file": "wrong"})
                refused(folder, "a@example.org", "refused signing in", "535", "check mail.user and the password")
                code, out, err = ibbi(folder, "config", "check", "ibbi.toml")
                expect(code == 2 and "refused signing in" in err, f"{way}: config check with a wrong password: {code} {out}{err}")
                settings(folder, port, security, **{name: client[name] for name in client if name == "ca_file"})
                refused(folder, "a@example.org", "refused naming the sender", "530", "whether the server asks for mail.user")
            if security != "none":
                settings(folder, port, security, **{name: client[name] for name in client if name != "ca_file"})
                refused(folder, "a@example.org", "its certificate or its TLS can't be used", "mail.ca_file")
                settings(folder, port, security, **client | {"server": "127.0.0.1"})
                refused(folder, "a@example.org", "its certificate or its TLS can't be used")
            expect(len(inbox.received) == 2, f"{way}: a refused message arrived: {inbox.received[2:]}")
        finally:
            controller.stop()
    controller = Controller(inbox := Inbox(), hostname="localhost", port=free_port())
    controller.start()
    try:
        # An attacker on the way may take STARTTLS out of the answer: nothing is sent then.
        settings(folder, controller.port, "starttls", **ca | user)
        refused(folder, "a@example.org", "failed while encrypting", "it doesn't offer STARTTLS")
        settings(folder, controller.port, "tls", **ca | user)
        refused(folder, "a@example.org", "failed while connecting")
        settings(folder, controller.port, **user)
        refused(folder, "a@example.org", "failed while signing in", "neither PLAIN nor LOGIN")
        expect(not inbox.received, "a message arrived without encryption")
    finally:
        controller.stop()


def check_broken(folder):
    """A server that is slow, that sends a byte now and then, or that closes the connection, at each step."""
    steps = [("connecting", []), ("connecting", [GREETING]), ("naming the sender", [GREETING, HELLO]),
             ("naming the recipient", [GREETING, HELLO, OK]), ("asking to send the text", [GREETING, HELLO, OK, OK]),
             ("sending the text", [GREETING, HELLO, OK, OK, GO])]
    doubt = "the message may have been sent"
    for stage, answers in steps:
        for then in (closes, silent, drips):
            # Waiting takes a second each time, so the servers that wait do so at three of the steps.
            if then is not closes and stage not in ("naming the sender", "sending the text") and answers:
                continue
            with Broken(answers, then) as server:
                settings(folder, server.port, server="127.0.0.1", timeout=1)
                says = f"failed while {stage}" if then is closes else f"did not finish within 1 seconds (it was {stage})"
                # A server that closes while bytes are still on the way may reset the connection.
                refused(folder, "a@example.org", says, *[doubt] * (stage == "sending the text"))
    with Broken([b"HTTP/1.1 400 Bad Request\r\n"], closes) as server:
        settings(folder, server.port, server="127.0.0.1")
        refused(folder, "a@example.org", "failed while connecting", "its answer is not SMTP")
    with Broken([b"554 5.7.1 not from\x1b[2J your network\r\n"], closes) as server:
        settings(folder, server.port, server="127.0.0.1")
        refused(folder, "a@example.org", "refused connecting", "554 5.7.1 not from [2J your network")
    settings(folder, free_port(), server="127.0.0.1")
    refused(folder, "a@example.org", "failed while connecting", "refused")
    for to in ["", "a", "a@b", "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org", "a b@example.org", "é@example.org"]:
        refused(folder, to, "is not an email address", code=2)


WORDS = ["Maple Hollow", "Zażółć", "naïve — “quoted”", "日本語", "🗓️", "a" * 90, ".", "..", "From here", "=3D", "=?utf-8?Q?a=0Ab?=", "?", "\t tab", "x  y", "é" * 70]


def made_up(number):
    words = lambda most: " ".join(RANDOM.choice(WORDS) for _ in range(RANDOM.randint(1, most)))
    lines = "\n".join(RANDOM.choice(["", words(4), "." + words(2), "-- ", words(1) + " "]) for _ in range(RANDOM.randint(1, 8)))
    name = words(2).replace("\t", " ").strip()
    return {"to": f"{name} <p{number}@example.org>", "subject": " ".join(words(2).split()) + f" {number}", "text": lines}


def check_equal():
    """What arrives is what was sent, in made-up messages; headers can't be added from a text that someone typed."""
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), decode_data=False)
    controller.start()
    messages = [made_up(number) for number in range(150)]
    facts = {"person": "Thuy Trần", "district": "Maple Hollow – " + "long " * 60, "asked_by": "P. Sullivan", "closes": "Fri, Oct 9, 2026, 5:00 PM",
             "link": "https://ibbi.example.org/poll/" + "aA0_" * 40}
    letters = [{"letter": kind, "to": "Thuy Trần <thuy@example.org>", "reply_to": FROM, **facts} for kind in ("invitation", "reminder")]
    wrong = [{"to": "a@example.org", "subject": "a\r\nBcc: b@example.org", "text": ""}, {"to": "a@example.org", "subject": "a\n\nb", "text": ""},
             {"to": "a\r\nBcc: b <a@example.org>", "subject": "a", "text": ""}, {"to": "a@example.org", "subject": "s" * 201, "text": ""},
             {"to": "a@example.org", "subject": "s", "text": "a\0"}, {"to": "a@example.org", "subject": "s", "text": "a\rb"},
             {"to": "a@example.org", "reply_to": "x\nBcc: b <a@example.org>", "subject": "s", "text": ""},
             {"to": "a@example.org>\r\nRCPT TO:<b@example.org", "subject": "s", "text": ""}, {"to": "a@example.org", "subject": "s", "text": "x" * 65537}]
    try:
        lines = "".join(json.dumps(message) + "\n" for message in messages + letters + wrong + [{"to": "a@example.org", "subject": "spam", "text": ""}])
        done = subprocess.run([SEND, str(controller.port), FROM], input=lines, capture_output=True, text=True, timeout=120)
    finally:
        controller.stop()
    expect(done.returncode == 0, done.stderr)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    expect(all("reply" in result for result in results[: len(messages + letters)]), f"not sent: {[r for r in results if 'error' in r][:3]}")
    expect(all("error" in result for result in results[len(messages + letters):]), f"sent: {results[len(messages + letters):]}")
    expect("refused sending the text: it answered 554 5.7.1" in results[-1]["error"], results[-1])
    expect(len(inbox.received) == len(messages + letters), f"{len(inbox.received)} messages arrived")
    ids = set()
    for sent, (mail_from, recipients, content) in zip(messages + letters, inbox.received):
        found, where = parsed(content), f"{sent['to']}"
        name, address = sent["to"][:-1].rsplit(" <", 1)
        expect(mail_from == "p.sullivan@example.org" and recipients == [address], f"{where}: {mail_from} {recipients}")
        expect(content.isascii() and all(len(line) <= 998 for line in content.split(b"\r\n")), f"{where}: long lines, or more than ASCII")
        expect(b"\n" not in content.replace(b"\r\n", b""), f"{where}: a bare line feed")
        # Python's newer reader of names fails for some that are right.
        expect(not found.defects and not any(found[key].defects for key in found.keys() if key != "To"), f"{where}: {found.defects}")
        # Python's newer reader puts spaces between the coded words of a name; the older one joins them, as RFC 2047 says.
        to = email.utils.getaddresses([str(email.message_from_bytes(content)["To"]).replace("\r", "").replace("\n", "")])
        shown = str(email.header.make_header(email.header.decode_header(to[0][0]))) if len(to) == 1 else ""
        expect(to[0][1] == address and " ".join(shown.split()) == " ".join(name.split()).replace("=?", "= ?"), f"{where}: {to}")
        expect(str(found["From"].addresses[0]) in (FROM, '"P. Sullivan" <p.sullivan@example.org>'), f"{where}: {found['From']}")
        expect(abs(found["Date"].datetime.timestamp() - time.time()) < 3600, f"{where}: {found['Date']}")
        expect(found["Auto-Submitted"] == "auto-generated" and found.get_content_type() == "text/plain", f"{where}: {content!r}")
        allowed = {"from", "to", "subject", "date", "message-id", "auto-submitted", "content-type", "content-transfer-encoding", "reply-to"}
        # aiosmtpd adds the connection.
        expect({key.lower() for key in found.keys()} - allowed <= {"x-peer", "x-mailfrom", "x-rcptto", "mime-version"}, f"{where}: {found.keys()}")
        ids.add(found["Message-ID"])
        expect(found["Message-ID"].endswith("@example.org>"), f"{where}: {found['Message-ID']}")
        text = found.get_content().replace("\r\n", "\n")
        if "letter" in sent:
            for fact in (sent["person"], sent["link"] + "\n", sent["closes"], sent["asked_by"], "reply to this email"):
                expect(fact in text, f"{where}: `{fact}` is not in {text}")
            expect(found["Reply-To"].addresses[0].addr_spec == "p.sullivan@example.org", f"{where}: {found['Reply-To']}")
        else:
            expect(found["Subject"] == sent["subject"].replace("=?", "= ?"), f"{where}: subject {found['Subject']!r}, sent {sent['subject']!r}")
            expect(text.rstrip("\n") == sent["text"].rstrip("\n"), f"{where}: text {text!r}, sent {sent['text']!r}")
    expect(len(ids) == len(inbox.received), "two messages have one ID")
    return len(messages + letters)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


with tempfile.TemporaryDirectory() as folder:
    check_ways(pathlib.Path(folder))
    check_broken(pathlib.Path(folder))
    equal = check_equal()
with tempfile.TemporaryDirectory() as folder:
    of_poll = check_poll(IBBI, pathlib.Path(folder), settings, Inbox, expect)
print(f"6 ways to connect, broken servers at each step, {equal} messages that arrived as they were sent, and {of_poll} letters of a poll: "
      f"{checks} checks, all agree")
