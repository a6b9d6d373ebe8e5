"""Sends the letters of a poll from the pages of a running server, for check_mail.py. The forms are read from the pages, as a browser does."""
import email
import email.policy
import html.parser
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from aiosmtpd.controller import Controller


class Forms(html.parser.HTMLParser):
    """The forms of a page: the action, the fields that a browser sends, and the values of the buttons named `do`."""

    def __init__(self, page):
        super().__init__()
        self.forms, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.forms.append({"action": found.get("action"), "fields": [], "do": []})
        elif tag == "button" and found.get("name") == "do":
            self.forms[-1]["do"].append(found["value"])
        elif tag == "input" and self.forms and found.get("name"):
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self.forms[-1]["fields"].append((found["name"], found.get("value", "")))

    def with_button(self, value):
        return next((form for form in self.forms if value in form["do"]), None)


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Office:
    """A server with a configuration file."""

    def __init__(self, program, folder, write_settings, port):
        self.program, self.folder, self.write_settings, self.log = program, folder, write_settings, []
        write_settings(folder, port)
        command = [program, "--json", "serve", "--config", "ibbi.toml", "--port", "0", "--log", "json"]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.address = json.loads(self.process.stdout.readline())["address"]
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()
        made = subprocess.run([program, "--json", "token", "new", "a.ledger", "P. Sullivan", "--role", "staff"], cwd=folder, capture_output=True,
                              text=True, check=True, timeout=60)
        self.token = json.loads(made.stdout)["token"]

    def ask(self, path, fields=None, token=True):
        """Returns the status, the page, and the address to which it leads."""
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        headers = {"Authorization": f"Bearer {self.token}"} if token else {}
        request = urllib.request.Request(urllib.parse.urljoin(self.address, path), data, headers)
        try:
            answer = urllib.request.build_opener(StayHere).open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read().decode(), answer.headers.get("location")

    def press(self, page, button, **changes):
        """Sends the form of a button, and returns what the next page shows once no letter is being sent."""
        form = Forms(page).with_button(button)
        if form is None:
            return None, f"there is no button {button}: {page}", None
        fields = [(name, changes.get(name.replace("-", "_"), value)) for name, value in form["fields"]] + [("do", button)]
        status, page, to = self.ask(form["action"], fields)
        while to and status == 303:
            _, page, _ = self.ask(to)
            if "Letters are being sent" not in page:
                break
            time.sleep(0.1)
        return status, page, (form["action"], fields)

    def reload(self, port):
        """Changes the port of the mail server, and waits until the server has read the settings again."""
        self.write_settings(self.folder, port)
        before = len(self.log)
        os.kill(self.process.pid, signal.SIGHUP)
        return wait(lambda: any("the settings were read again" in line for line in self.log[before:]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)


def wait(condition):
    for _ in range(600):
        if condition():
            return True
        time.sleep(0.05)
    return False


def text_of(page):
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def check_poll(program, folder, write_settings, new_inbox, expect):
    """Returns the number of letters that arrived."""
    def controller(inbox, port=None):
        with socket.create_server(("127.0.0.1", port or 0)) as listener:
            port = listener.getsockname()[1]
        started = Controller(inbox, hostname="127.0.0.1", port=port, decode_data=False)
        started.start()
        return started

    inbox, other = new_inbox(), new_inbox()
    first, second = controller(inbox), controller(other)
    with Office(program, folder, write_settings, first.port) as office:
        status, page, _ = office.ask("/polls/new")
        form = next(form for form in Forms(page).forms if form["action"] == "/polls")
        keys = [name for name, _ in form["fields"] if name.startswith("email-")]
        expect(status == 200 and len(keys) >= 6, f"the form has {keys}")
        addresses = {keys[0]: "rosa@example.org", keys[1]: "omar@example.org", keys[2]: "gone@example.org"}
        fields = [(name, addresses.get(name, value)) for name, value in form["fields"]] + [("reply_to", "")]
        injected = [(name, "a@example.org\r\nBcc: b@example.org" if name == keys[3] else value) for name, value in fields]
        status, page, _ = office.ask("/polls", injected)
        expect(status == 422 and "not an email address" in page, f"an address with a line break: {status}")
        hostile = [(name, value.replace('name = "', 'name = "X\\r\\nBcc: b@example.org ', 1) if name == "scenario" else value) for name, value in fields]
        expect(hostile != fields, "the scenario has no name")
        status, page, _ = office.ask("/polls", hostile)
        expect(status in (400, 422), f"a name with a line break: {status}")
        status, made, _ = office.ask("/polls", fields)
        expect(status == 201 and "Send all invitations (3)" in made, f"{status}: {text_of(made)}")

        status, page, sent = office.press(made, "invitations")
        expect(status == 303, f"{status}: {page}")
        shown = text_of(page)
        expect(shown.count("Invitation sent ") == 2 and ": not sent. " in shown and "no such mailbox" in shown, shown)
        recipients = [recipients for _, recipients, _ in inbox.received]
        expect(recipients == [["rosa@example.org"], ["omar@example.org"]], f"{recipients}")
        office.ask(*sent)
        expect(len(inbox.received) == 2, "the form was sent again, and the letters too")
        for _, to, content in inbox.received:
            found = email.message_from_bytes(content, policy=email.policy.default)
            expect(found["To"].addresses[0].addr_spec == to[0] and len(found["To"].addresses) == 1, f"{found['To']}")
            expect(not any(found[name] for name in ("Cc", "Bcc", "Resent-To")), f"{found.items()}")
            text = found.get_content()
            links = re.findall(r"http://\S*/answer/\S+", text)
            expect(len(links) == 1, text)
            status, opened, _ = office.ask(links[0], token=False)
            name = found["To"].addresses[0].display_name
            expect(status == 200 and name and name in text_of(opened) and f"Dear {name}," in text, f"{status}: {name}")
            expect(not any(other in text for other in ("rosa@", "omar@", "gone@")), text)

        # The server reads [mail] again on SIGHUP.
        expect(office.reload(second.port), "the settings were not read again")
        place = sent[0]
        _, page, _ = office.ask(place)
        status, page, _ = office.press(page, "invitations", **{keys[2].replace("-", "_"): "ines@example.org"})
        expect(status == 303 and text_of(page).count("Invitation sent ") == 3, text_of(page))
        expect([to for _, to, _ in other.received] == [["ines@example.org"]] and len(inbox.received) == 2, "the new mail server was not used")

        # A mail server that is down.
        second.stop()
        status, page, _ = office.press(page, "save", **{keys[4].replace("-", "_"): "ada@example.org"})
        status, page, _ = office.press(page, "invitations")
        shown = text_of(page)
        expect(status == 303 and "can’t be reached" in shown and shown.count("Invitation sent ") == 3, shown)
        expect(shown.count(": not sent. ") == 1, shown)
        ended = [line for line in office.log if "@example.org" in line]
        expect(not ended, f"the log has addresses: {ended}")
    first.stop()
    return len(inbox.received) + len(other.received)
