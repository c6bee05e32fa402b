# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a built site as on a telephone and on a desk: no page is wider than the screen.

usage: site_width.py FOLDER

Needs Chromium, and says so where there is none.
"""

from __future__ import annotations

import functools
import html
import http.server
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

WIDTHS = (390, 1280)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# A browser's window has a least width, a frame has none. What scrolls inside the article, such as code, is no fault.
SCRIPT = """
addEventListener("load", () => {
  const found = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument;
    const scrolls = (element) => element.tagName !== "ARTICLE" && (["auto", "scroll"].includes(
      frame.contentWindow.getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    // A text that does not break reaches out of its box, which stays as it is.
    const edge = (element) => Math.max(element.getBoundingClientRect().right,
      element.clientWidth ? element.getBoundingClientRect().left + element.scrollWidth : 0);
    const wide = [...page.querySelectorAll("article *")].find((element) =>
      edge(element) > frame.clientWidth + 1 && !scrolls(element));
    if (wide) found.push(`${frame.title}: ${wide.tagName} ${wide.textContent.trim().slice(0, 60)}`);
    if (page.documentElement.scrollWidth > frame.clientWidth) found.push(`${frame.title}: scrolls sideways`);
  }
  document.querySelector("pre").textContent = found.concat(`${document.querySelectorAll("iframe").length} seen`)
    .join("\\n");
});
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the site, and one page that shows all its pages."""

    frames = b""

    def do_GET(self) -> None:
        if self.path != "/frames-of-all-pages":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.frames)))
        self.end_headers()
        self.wfile.write(self.frames)

    def log_message(self, *_args: object) -> None:
        pass


def wide_pages(browser: str, site: Path) -> list[str]:
    """What is wider than the screen, by page."""
    names = sorted(page.relative_to(site).as_posix() for page in site.rglob("*.html"))
    frames = "".join(
        f'<iframe title="{name} at {width}" src="/{name}" style="width: {width}px; height: 800px; border: 0"></iframe>'
        for name in names
        for width in WIDTHS
    )
    Quiet.frames = f"<!doctype html><pre></pre>{frames}<script>{SCRIPT}</script>".encode()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with tempfile.TemporaryDirectory() as profile:
            command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server"]
            command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
            command += [f"--user-data-dir={profile}", "--dump-dom"]
            command += [f"http://127.0.0.1:{server.server_address[1]}/frames-of-all-pages"]
            shown = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    finally:
        server.shutdown()
        server.server_close()
    told = re.search(r"<pre>(.*?)</pre>", shown, re.DOTALL)
    lines = html.unescape(told[1]).splitlines() if told else []
    if not lines or lines[-1] != f"{len(names) * len(WIDTHS)} seen":
        return [f"the browser did not show all of {len(names)} pages: {lines}"]
    return lines[:-1]


def main(site: Path) -> int:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"skipped: the width of the pages was not looked at, for there is none of {', '.join(BROWSERS)}")
        return 0
    wide = wide_pages(browser, site)
    print("\n".join(wide) or f"no page is wider than {WIDTHS} pixels", file=sys.stderr if wide else sys.stdout)
    return 1 if wide else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
