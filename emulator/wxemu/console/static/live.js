// Keeps the parts of a page that name a topic in data-live as the server would show them now.

import { say, logged } from "./log.js"

const RETRY = 2000 // milliseconds
const STOPS = "a, button, input, select, textarea, summary, [tabindex]" // of the keyboard
const sign = document.getElementById("live")
let stream, isBusy = false, isStale = false

const parts = () => [...document.querySelectorAll("[data-live][id]")]

function tell(isOn) {
  sign.hidden = false
  sign.textContent = isOn ? sign.dataset.on : sign.dataset.off
  sign.classList.toggle("on", isOn)
}

/** Put the server's present form of every live part in its place; the focus and what was opened stay. */
export async function refresh(wanted = parts()) {
  if (isBusy) { isStale = true; return }
  isBusy = true
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } })
    show(await answer.text(), wanted)
  } catch {
    tell(false) // the server is gone; the stream tells when it is back
  } finally {
    isBusy = false
  }
  if (isStale) { isStale = false; await refresh() }
  if (!document.hidden) follow() // what was put in place may be live where nothing was before
}

/** Put parts of the page as it is in this text in their places. */
export function show(text, wanted = [document.getElementById("notices"), ...parts()]) {
  const page = new DOMParser().parseFromString(text, "text/html")
  for (const part of wanted) replace(part, page.getElementById(part.id))
}

function replace(part, fresh) {
  if (!fresh || !part.isConnected || part.isEqualNode(fresh)) return
  const focused = part.contains(document.activeElement) ? document.activeElement : undefined
  const place = [...part.querySelectorAll(STOPS)].indexOf(focused)
  for (const opened of part.querySelectorAll("details[id][open]")) fresh.querySelector(`#${CSS.escape(opened.id)}`)?.setAttribute("open", "")
  part.replaceWith(fresh)
  if (focused) (document.getElementById(focused.id) ?? fresh.querySelectorAll(STOPS)[place])?.focus()
}

function follow() {
  const topics = new Set(parts().flatMap(part => part.dataset.live.split(" ")))
  if (!topics.size || stream) return
  stream = new EventSource(`/live?${new URLSearchParams({ on: [...topics].join(","), ...logged() })}`)
  stream.addEventListener("said", event => say(JSON.parse(event.data)))
  stream.addEventListener("following", () => { tell(true); refresh() })
  stream.addEventListener("changed", event => {
    const changed = JSON.parse(event.data)
    refresh(parts().filter(part => part.dataset.live.split(" ").some(topic => changed.includes(topic))))
  })
  stream.onerror = () => {
    tell(false)
    if (stream?.readyState !== EventSource.CLOSED) return // it tries again by itself
    leave()
    setTimeout(follow, RETRY)
  }
}

function leave() {
  stream?.close()
  stream = undefined
}

// A browser opens six connections to one host: pages that nobody looks at must not hold them all.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { leave(); tell(false) } else follow()
})
addEventListener("pagehide", leave)
if (!document.hidden) follow()
