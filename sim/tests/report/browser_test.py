#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""browser_test SYNGATE [PICTURES]: reports opened in the real Chromium, headless, at two widths, light and dark.

Nothing may be loaded, nothing may be written to the console, nothing may be wider than the window, and the page must say what
run.json says.
With PICTURES, screenshots are left in that folder. Exit 4 without chromium.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe"]
wrong = []


class Browser:
    """Chromium over its debugging pipe: one JSON message, one zero byte."""

    def __init__(self, chromium, profile):
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()

        def pipes():
            # Chromium reads descriptor 3 and writes descriptor 4; the pipes may have these numbers already.
            source, sink = os.dup(to_read), os.dup(from_write)
            os.dup2(source, 3)
            os.dup2(sink, 4)

        self.process = subprocess.Popen([chromium, *FLAGS, f"--user-data-dir={profile}", "about:blank"], preexec_fn=pipes, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.buffer, self.number, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def receive(self):
        while b"\0" not in self.buffer:
            more = os.read(self.from_read, 1 << 20)
            if not more:
                sys.exit("chromium ended")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event["method"] == method for event in self.events):
            self.events.append(self.receive())

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def close(self):
        self.process.kill()
        self.process.wait()


def look(browser, page, width, scheme, pictures):
    """One page at one width and scheme; its text."""
    what = f"{page.parent.name}, {width} pixels, {scheme}"
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.events.clear()
    browser.call("Page.navigate", url=page.as_uri())
    browser.wait("Page.loadEventFired")
    for event in browser.events:
        if event["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            wrong.append(f"{what}: console: {json.dumps(event['params'])[:200]}")
        if event["method"] == "Network.requestWillBeSent" and not event["params"]["request"]["url"].startswith((page.as_uri(), "data:")):
            wrong.append(f"{what}: loads {event['params']['request']['url']}")
    wide = browser.value("document.documentElement.scrollWidth")
    if wide > width:
        wrong.append(f"{what}: the page is {wide} pixels wide")
    dark = browser.value("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    if dark != (scheme == "dark"):
        wrong.append(f"{what}: the background does not follow the scheme")
    if pictures:
        import base64
        picture = browser.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        (pictures / f"{page.parent.name}-{width}-{scheme}.png").write_bytes(base64.b64decode(picture))
    return browser.value("document.body.innerText")


def make_runs(syngate, folder):
    """Run directories: a flood; a hostile file name; nothing at all; a run that was killed."""
    def replay(name, *arguments):
        run = folder / name
        subprocess.run([syngate, "replay", *map(str, arguments), "--out", run, "--quiet"], check=True, capture_output=True, timeout=300)
        return run

    captures = ROOT / "test_vectors/captures"
    hostile = folder / "<img src=x onerror=alert(1)> & 'x'.pcap"
    shutil.copy(captures / "linux-cookies.pcap", hostile)
    runs = [replay("flood", captures / "flood.pcap"), replay("hostile", hostile),
            replay("nothing", captures / "flood.pcap", "--filter", "port 1"), replay("killed", captures / "flood.pcap", "--limit", 3000)]
    events = runs[3] / "events.jsonl"
    text = events.read_bytes()
    events.write_bytes(text[:len(text) * 2 // 3])
    for run in runs:
        subprocess.run([syngate, "report", run], check=True, capture_output=True, timeout=300)
    return runs


def main():
    syngate = sys.argv[1]
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    chromium = shutil.which("chromium")
    if chromium is None:
        print("skipped: chromium is not installed")
        return 4
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = pathlib.Path(scratch)
        runs = make_runs(syngate, folder)
        browser = Browser(chromium, folder / "profile")
        for domain in ("Page", "Runtime", "Network", "Log"):
            browser.call(f"{domain}.enable")
        texts = {}
        for run in runs:
            for width in (1280, 390):
                for scheme in ("light", "dark"):
                    texts[run.name] = look(browser, run / "report.html", width, scheme, pictures)
        browser.close()
        result = json.loads((runs[0] / "run.json").read_text())["result"]
        for count in (result["frames_offered"], *result["verdicts"].values(), *result["drops"].values()):
            if f"{count:,}".replace(",", "\u202f") not in texts["flood"]:
                wrong.append(f"flood: {count} of run.json is not in the report")
        for name, needed in (("hostile", "<img src=x onerror=alert(1)> & 'x'.pcap"), ("nothing", "No frame was offered"),
                             ("killed", "did not end in good order")):
            if needed not in texts[name]:
                wrong.append(f"{name}: the page does not say: {needed}")
        for name, text in texts.items():
            if "NaN" in text or "inf" in text.split():
                wrong.append(f"{name}: NaN or inf on the page")
    print("\n".join(wrong) or f"{len(runs)} reports, two widths, light and dark: nothing loaded, nothing wider than the window")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
