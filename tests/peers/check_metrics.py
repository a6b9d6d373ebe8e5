"""The metrics of a running `ibbi serve` under Prometheus: promtool accepts them, and a real Prometheus scrapes them with a token.

Usage: check_metrics.py PROGRAM. Exit code 4: Prometheus finds something wrong. 75: Prometheus is missing.
"""
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request


def get(address, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as answer:
        return answer.read().decode()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def scraped(prometheus, query):
    """The value that Prometheus has for a query; None as long as it has none."""
    found = json.loads(get(f"{prometheus}/api/v1/query?{urllib.parse.urlencode({'query': query})}"))["data"]["result"]
    return found[0]["value"][1] if found else None


def checked(program, folder):
    ledger = f"{folder}/a.ledger"
    command = [program, "--json", "serve", ledger, "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    processes = [server]
    try:
        address = json.loads(server.stdout.readline())["address"]
        made = [program, "--json", "token", "new", ledger, "prometheus", "--role", "service"]
        token = json.loads(subprocess.run(made, capture_output=True, text=True, check=True).stdout)["token"]
        text = get(f"{address}metrics", token)
        lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        print(f"promtool: {lint.returncode}", lint.stdout + lint.stderr)
        if lint.returncode:
            return 4
        pathlib.Path(folder, "token").write_text(token)
        host = urllib.parse.urlsplit(address).netloc
        config = pathlib.Path(folder, "prometheus.yml")
        config.write_text(
            "global: { scrape_interval: 1s }\n"
            "scrape_configs:\n"
            f"  - job_name: ibbi\n    authorization: {{ credentials_file: {folder}/token }}\n"
            f"    static_configs: [{{ targets: ['{host}'] }}]\n"
        )
        port = free_port()
        prometheus = f"http://127.0.0.1:{port}"
        arguments = [f"--config.file={config}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
        processes.append(subprocess.Popen(["prometheus", *arguments], stderr=subprocess.DEVNULL))
        wanted = {"up": "1", "ibbi_ledger_lines": "1", "ibbi_writable": "1"}
        found = {}
        for _ in range(120):
            time.sleep(0.5)
            try:
                found = {query: scraped(prometheus, query) for query in wanted}
            except OSError:
                continue
            if found == wanted:
                break
        print(f"Prometheus has {found}")
        return 0 if found == wanted else 4
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def main():
    if not shutil.which("prometheus") or not shutil.which("promtool"):
        print("Prometheus is missing, so the metrics were not checked with it")
        return 75
    with tempfile.TemporaryDirectory() as folder:
        return checked(sys.argv[1], folder)


if __name__ == "__main__":
    sys.exit(main())
