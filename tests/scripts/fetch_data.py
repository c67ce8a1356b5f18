"""scripts/fetch-data against a server on the loopback that answers well, badly, in part and by way of others.
Usage: fetch_data.py SOURCE_DIR"""
import gzip
import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading

NAMES = ["one.gz", "two.gz"]
FILES = {name: gzip.compress(os.urandom(200000), 1) for name in NAMES}
asked = []  # (path, Range) of every request


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        _, way, name = self.path.split("/", 2)
        asked.append((self.path, self.headers.get("Range")))
        if way in ("moved", "circle"):
            self.send_response(302)
            self.send_header("Location", ("/good/" if way == "moved" else "/circle/") + name)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if way == "gone" or name not in FILES:
            return self.send_error(404)
        data = FILES[name]
        if way == "wrong":
            data = bytes([data[0] ^ 1]) + data[1:]
        begin = int((self.headers.get("Range") or "bytes=0-")[6:].split("-")[0]) if way != "whole" else 0
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        self.wfile.write(data[begin:len(data) // 2] if way == "short" else data[begin:])
        self.close_connection = way == "short"


def main(source):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}"
    work = tempfile.mkdtemp()
    os.mkdir(f"{work}/scripts")
    shutil.copy(f"{source}/scripts/fetch-data", f"{work}/scripts")
    with open(f"{work}/scripts/fetch-data.tsv", "w") as table:
        for name in NAMES:
            table.write(f"pair\t{name}\t{hashlib.sha256(FILES[name]).hexdigest()}\t{root}/good\n")

    failed = []

    def fetch(law, expected, tells, *arguments, keep=False):
        folder = f"{work}/to"
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
        asked.clear()
        done = subprocess.run([f"{work}/scripts/fetch-data", *arguments], cwd=work, text=True, capture_output=True,
                              env={**os.environ, "no_proxy": "127.0.0.1", "CURL_HOME": work})
        said = done.stdout + done.stderr
        there = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        right = [name for name in NAMES if name in there and open(f"{folder}/{name}", "rb").read() == FILES[name]]
        wrong = [name for name in NAMES if name in there and name not in right]
        if done.returncode != expected or any(word not in said for word in tells) or wrong:
            failed.append(f"{law}: exit {done.returncode}, {there}\n{said}")
        return there, right

    def law(name, holds):
        if not holds:
            failed.append(f"{name}: {asked}")

    _, right = fetch("fetches all files", 0, [], "pair", "to")
    law("fetches all files", right == NAMES)
    fetch("keeps what is there", 0, ["there already"], "pair", "to", keep=True)
    law("keeps what is there", not asked)
    with open(f"{work}/to/one.gz", "ab") as file:
        file.write(b"x")
    _, right = fetch("replaces what is wrong", 0, [], "pair", "to", keep=True)
    law("replaces what is wrong", right == NAMES)
    _, right = fetch("follows redirections", 0, [], "pair", "to", "--url", f"{root}/moved/")
    law("follows redirections", right == NAMES)
    fetch("gives up on circles", 1, ["did not come whole"], "pair", "to", "--url", f"{root}/circle")
    there, _ = fetch("refuses wrong bytes", 1, ["is not what it should be", "SHA-256", "--url"], "pair", "to", "--url", f"{root}/wrong")
    law("leaves no wrong bytes", there == [])
    there, _ = fetch("tells what was cut off", 1, ["did not come whole"], "pair", "to", "--url", f"{root}/short")
    law("keeps what was cut off", there == ["one.gz.part"])
    _, right = fetch("goes on where it ended", 0, [], "pair", "to", keep=True)
    law("goes on where it ended", right == NAMES and (asked[0][1] or "bytes=0-") != "bytes=0-")
    fetch("tells of missing files", 1, ["404"], "pair", "to", "--url", f"{root}/gone")
    fetch("names the sets", 2, ["no set", "pair"], "nothing")
    fetch("asks for a set", 2, ["which set", "pair"])
    fetch("refuses unknown options", 2, ["--fast", "--url"], "pair", "--fast")
    shutil.rmtree(work)
    for text in failed:
        print(text, file=sys.stderr)
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
