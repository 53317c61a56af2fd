// Refreshes the parts of a page that name topics in data-live when these change.

import { addLines, logQuery } from "./log.js"

const RETRY = 2000 // milliseconds
const STOPS = "a, button, input, select, textarea, summary, [tabindex]" // of the keyboard
const sign = document.getElementById("live")
let stream, isBusy = false, isStale = false

const parts = () => [...document.querySelectorAll("[data-live][id]")]

function showState(isOn) {
  sign.hidden = false
  sign.textContent = isOn ? sign.dataset.on : sign.dataset.off
  sign.classList.toggle("on", isOn)
}

/** Replace every live part by the server's present one; the focus and opened details stay. */
export async function refresh(wanted = parts()) {
  if (isBusy) { isStale = true; return }
  isBusy = true
  try {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "live" } })
    show(await answer.text(), wanted)
  } catch {
    showState(false) // the server is gone; the stream shows when it is back
  } finally {
    isBusy = false
  }
  if (isStale) { isStale = false; await refresh() }
  if (!document.hidden) follow() // a new part may be live although no part was before
}

/** Replace parts of the page by those in this HTML text. */
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
  stream = new EventSource(`/live?${new URLSearchParams({ on: [...topics].join(","), ...logQuery() })}`)
  stream.addEventListener("log", event => addLines(JSON.parse(event.data)))
  stream.addEventListener("following", () => { showState(true); refresh() })
  stream.addEventListener("changed", event => {
    const changed = JSON.parse(event.data)
    refresh(parts().filter(part => part.dataset.live.split(" ").some(topic => changed.includes(topic))))
  })
  stream.onerror = () => {
    showState(false)
    if (stream?.readyState !== EventSource.CLOSED) return // it reconnects by itself
    leave()
    setTimeout(follow, RETRY)
  }
}

function leave() {
  stream?.close()
  stream = undefined
}

// A browser opens six connections to one host: hidden pages must not hold them all.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { leave(); showState(false) } else follow()
})
addEventListener("pagehide", leave)
if (!document.hidden) follow()
