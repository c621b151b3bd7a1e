// Browsers start no worker for a page that was opened from the disk. There, the search runs in a hidden frame, which is
// asked and answers like a worker. On a server this does nothing.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    onmessage = null
    #frame = document.createElement("iframe")
    #waiting = [] // what was asked before the frame could listen

    constructor(url) {
      super()
      this.#frame.hidden = true
      this.#frame.addEventListener("load", () => this.#begin(String(url)), { once: true })
      document.body.append(this.#frame)
    }

    #begin(url) {
      const inside = this.#frame.contentWindow
      inside.postMessage = (data) => setTimeout(() => this.#answer(structuredClone(data))) // never while it is asked
      const script = inside.document.createElement("script")
      script.src = url
      script.onload = () => {
        const asked = this.#waiting
        this.#waiting = null
        asked.forEach((data) => this.postMessage(data))
      }
      script.onerror = () => this.dispatchEvent(new ErrorEvent("error", { message: `cannot load ${url}` }))
      inside.document.body.append(script)
    }

    #answer(data) {
      const answer = new MessageEvent("message", { data })
      this.dispatchEvent(answer)
      this.onmessage?.(answer)
    }

    postMessage(data) {
      if (this.#waiting) this.#waiting.push(data)
      else this.#frame.contentWindow.dispatchEvent(new MessageEvent("message", { data: structuredClone(data) }))
    }

    terminate() {
      this.#frame.remove()
    }
  }
}
