// The pages' behaviour: copy, search while one types, confirm what cannot be undone, a ticking clock.
// The pages work without it.

import "./keys.js"
import { refresh, show } from "./live.js"

// A refused form is answered with its page, but under the URL of the action.
if (document.body.dataset.path) history.replaceState(null, "", document.body.dataset.path)

const PAUSE = 180 // milliseconds after the last keystroke
const announcement = document.getElementById("announcement")
let typing

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy)
  } catch { // over plain HTTP from another machine there is no clipboard; a selection can be copied
    const field = document.createElement("textarea")
    field.value = button.dataset.copy
    button.after(field)
    field.select()
    document.execCommand("copy")
    field.remove()
  }
  announcement.textContent = announcement.dataset.copied
  button.classList.add("copied")
  setTimeout(() => { button.classList.remove("copied"); announcement.textContent = "" }, 1200)
}

function search(form) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value))
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname)
  refresh([document.getElementById("list")])
}

/** Send a form whose answer may take long, and keep showing the page meanwhile. */
async function send(form, button) {
  button.disabled = true
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) })
    const text = await answer.text()
    if (answer.redirected) history.replaceState(null, "", answer.url)
    show(text)
  } finally {
    button.disabled = false
  }
}

/** Have the server make an event for a function that nobody invoked yet; what somebody wrote meanwhile stays. */
async function fetchSample(form) {
  const field = form.elements.event, before = field.value, button = form.querySelector(".primary")
  button.disabled = true
  try {
    const answer = await fetch(form.dataset.sample, { method: "POST", body: new URLSearchParams(new FormData(form)) })
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".send")
    if (!answer.ok || field.value !== before) return
    for (const name of ["event", "sender", "openid"]) form.elements[name].value = fresh.elements[name].value
  } finally {
    button.disabled = false
  }
}

document.addEventListener("click", event => {
  const button = event.target.closest("[data-copy]")
  if (button) copy(button)
  for (const menu of document.querySelectorAll(".tenants[open]")) if (!menu.contains(event.target)) menu.open = false
})
document.addEventListener("input", event => {
  const form = event.target.closest("[data-search]")
  if (!form) return
  clearTimeout(typing)
  typing = setTimeout(search, PAUSE, form)
})
/** The command for what is ticked in an attacker's kit. */
function showCommand(form) {
  const place = form.parentElement.querySelector("[data-kit]")
  if (!place) return
  const ticked = [...form.querySelectorAll(":checked")].map(box => box.name)
  const options = ticked.map(name => name === "is_lasting" ? " --until-cleared" : ` --kind ${name}`).join("")
  place.querySelector("code").textContent = place.querySelector(".copy").dataset.copy = place.dataset.kit + options
}

/** Of the effects that exclude each other, the others cannot be filled in while one is. */
function exclude(form) {
  const fields = [...form.querySelectorAll("[data-effect]")]
  const isGiven = field => field.type === "checkbox" ? field.checked : field.value !== ""
  const chosen = fields.find(field => !field.disabled && isGiven(field))?.dataset.effect
  for (const field of fields) field.disabled = chosen !== undefined && field.dataset.effect !== chosen
}

for (const type of ["input", "change"]) {
  document.addEventListener(type, event => {
    const form = event.target.form
    if (form?.querySelector(".kit")) showCommand(form)
    if (form?.querySelector("[data-effect]")) exclude(form)
  })
}
document.addEventListener("submit", event => {
  const form = event.target
  if (form.matches("[data-search]")) { event.preventDefault(); search(form) }
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) event.preventDefault()
  if ("stays" in form.dataset && !event.submitter.hasAttribute("formaction")) { event.preventDefault(); send(form, event.submitter) }
})

for (const form of document.forms) if (form.querySelector("[data-effect]")) exclude(form)
for (const form of document.querySelectorAll("[data-sample]")) fetchSample(form)
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }) // in a narrow window

const two = number => String(number).padStart(2, "0")

setInterval(() => {
  for (const face of document.querySelectorAll("[data-ticks]")) {
    face.shownAt ??= performance.now()
    const now = new Date(Number(face.dataset.ticks) + performance.now() - face.shownAt)
    const day = [now.getUTCFullYear(), two(now.getUTCMonth() + 1), two(now.getUTCDate())].join("-")
    face.textContent = `${day} ${[now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds()].map(two).join(":")}`
  }
}, 250)
