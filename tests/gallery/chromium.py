"""A headless Chromium, driven over a pipe by its own protocol; no driver and no library between.

With `--remote-debugging-pipe` it reads commands from its descriptor 3 and answers on 4: JSON, each ended by a zero
byte.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import shutil
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = """
headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update
disable-sync disable-extensions disable-breakpad disable-dev-shm-usage hide-scrollbars force-color-profile=srgb
remote-debugging-pipe
"""
PATIENCE = 120.0
"""Seconds after which it is taken to hang; nothing is measured by it."""
KEYS = {
    "ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "Escape": 27, "Enter": 13, "Tab": 9, " ": 32, "/": 191,
}  # fmt: skip
UNTIL = """async (is, patience, never) => {
    const end = Date.now() + patience;
    while (!is()) {
        if (Date.now() > end) throw new Error(never);
        await new Promise((go) => setTimeout(go, 15));
    }
}"""
MIDDLE = """async (selector) => {
    const one = document.querySelector(selector);
    one.scrollIntoView({ block: "center" });
    await new Promise(requestAnimationFrame);
    const { x, y, width, height } = one.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
}"""
TEXTS = {"Enter": "\r", " ": " ", "/": "/"}


def found() -> str:
    """The browser of this machine. Where there is none, the test is skipped, but on a CI machine it fails."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    reason = f"no browser: none of {', '.join(NAMES)} is installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Chromium:
    """A browser with an empty profile."""

    def __init__(self, profile: Path) -> None:
        self._messages: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._listeners: dict[str, Callable[[str, dict[str, Any]], None]] = {}
        self._lock = threading.Lock()
        self._number = 0
        self._kept: list[Page] = []
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        # The shell puts the two ends where the browser looks for them.
        script = f'exec "$@" 3</dev/fd/{commands} 4>/dev/fd/{answers}'
        with (profile.parent / "chromium.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    "sh",
                    "-c",
                    script,
                    "sh",
                    found(),
                    *(f"--{flag}" for flag in FLAGS.split()),
                    f"--user-data-dir={profile}",
                    "about:blank",
                ],
                pass_fds=(commands, answers),
                stdout=log,
                stderr=log,
            )
        os.close(commands)
        os.close(answers)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.send("Browser.close")
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        os.close(self._commands)
        os.close(self._answers)

    def page(self, url: str, *, width: int = 1280, height: int = 900, dark: bool = False, calm: bool = True) -> Page:
        """A page that has loaded; one that is kept is opened again, which takes a third of the time."""
        page = self._kept.pop() if self._kept else Page(self)
        page.resize(width, height)
        page.prefers(dark=dark, calm=calm)
        page.open(url)
        return page

    def keep(self, page: Page) -> None:
        """Let another test open a page, whose files must stay: it may still be loading them."""
        if page.run("localStorage.length"):
            page.close()
        else:
            page.forget()
            self._kept.append(page)

    def listen(self, session: str, listener: Callable[[str, dict[str, Any]], None]) -> None:
        self._listeners[session] = listener

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """A command and its result."""
        with self._lock:
            self._number += 1
            number = self._number
            self._messages[number] = queue.Queue()
            message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
            os.write(self._commands, json.dumps(message).encode() + b"\0")
        answer = self._messages[number].get(timeout=PATIENCE)
        del self._messages[number]
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer.get("result", {})
        return result

    def _read(self) -> None:
        rest = b""
        while block := os.read(self._answers, 1 << 16):
            *whole, rest = (rest + block).split(b"\0")
            for text in whole:
                message = json.loads(text)
                if "id" in message:
                    self._messages[message["id"]].put(message)
                elif listener := self._listeners.get(message.get("sessionId", "")):
                    listener(message["method"], message.get("params", {}))
        for waiting in list(self._messages.values()):
            waiting.put({"error": "the browser has ended"})


class Page:
    """A page: what is asked of it, and what it has said and asked for by itself."""

    def __init__(self, browser: Chromium) -> None:
        self._browser = browser
        self.complaints: list[str] = []
        """What stands in the console, errors that nobody caught, and breaches of the page's policy."""
        self._asked: dict[str, str] = {}
        self.refused: list[str] = []
        """What it would have asked for, had its policy let it."""
        context = browser.send("Target.createBrowserContext", disposeOnDetach=True)["browserContextId"]
        target = browser.send("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self._session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._loaded = threading.Event()
        browser.listen(self._session, self._hear)
        for domain in ("Page", "Runtime", "Log", "Network", "Audits", "Accessibility"):
            self.send(f"{domain}.enable")
        self.send("Browser.grantPermissions", permissions=["clipboardReadWrite"], browserContextId=context)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.send(method, self._session, **params)

    def _hear(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Page.loadEventFired":
                self._loaded.set()
            case "Network.requestWillBeSent":
                self._asked[params["requestId"]] = params["request"]["url"]
            case "Network.loadingFailed" if params.get("blockedReason") == "csp":
                self.refused.append(self._asked.pop(params["requestId"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(json.dumps(params["args"]))
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(params["exceptionDetails"]))
            case "Log.entryAdded":
                self.complaints.append(json.dumps(params["entry"]))
            case "Audits.issueAdded":
                self.complaints.append(json.dumps(params["issue"]))
            case _:
                pass

    @property
    def requests(self) -> list[str]:
        """Everything that it asked for."""
        return list(self._asked.values())

    def open(self, url: str) -> None:
        self._loaded.clear()
        self.send("Page.navigate", url=url)
        assert self._loaded.wait(PATIENCE), f"{url} did not load"

    def reload(self) -> None:
        self._loaded.clear()
        self.send("Page.reload")
        assert self._loaded.wait(PATIENCE)

    def resize(self, width: int, height: int) -> None:
        phone = width < 600
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        self.send("Emulation.setTouchEmulationEnabled", enabled=phone)

    def prefers(self, *, dark: bool, calm: bool) -> None:
        features = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce" if calm else "no-preference",
        }
        self.send(
            "Emulation.setEmulatedMedia", features=[{"name": name, "value": is_} for name, is_ in features.items()]
        )

    def run(self, script: str) -> Any:
        """The value of an expression; a promise is awaited."""
        answer = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until an expression is true."""
        never = json.dumps(f"never true: {condition}")
        self.run(f"({UNTIL})(() => ({condition}), {PATIENCE / 2 * 1000}, {never})")

    def press(self, key: str) -> None:
        number = KEYS.get(key) or ord(key.upper())
        code = {"key": key, "windowsVirtualKeyCode": number, "code": key if len(key) > 1 else ""}
        text = TEXTS.get(key)
        self.send("Input.dispatchKeyEvent", type="keyDown", **code, **({"text": text} if text else {}))
        self.send("Input.dispatchKeyEvent", type="keyUp", **code)

    def write(self, text: str) -> None:
        self.send("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Press on the middle of what can be seen of an element."""
        x, y = self.run(f"({MIDDLE})({json.dumps(selector)})")
        at = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type="mousePressed", **at)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", **at)

    def swipe(self, start: int, end: int, y: int) -> None:
        """Move a finger from one side to another."""
        self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": start, "y": y}])
        for part in range(1, 5):
            at = start + (end - start) * part / 4
            self.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=[{"x": at, "y": y}])
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def picture(self, path: Path) -> None:
        """A screenshot of what is in the window."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        self.send("Page.close")

    def forget(self) -> None:
        """Forget what this page has seen, and take the pointer away."""
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=0, y=0)
        self.complaints.clear()
        self.refused.clear()
        self._asked.clear()
