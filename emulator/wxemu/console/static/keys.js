// The keyboard: digits, d, and g with a letter open pages, / searches, j and k move through rows, ? shows all keys.

const help = document.getElementById("keys")
let isGoing = false // g was pressed, a letter must follow

const isWriting = target => target.matches("input, textarea, select, [contenteditable]")

function go(key, place) {
  const link = [...document.querySelectorAll("[data-keys]")].find(entry => entry.dataset.keys.split(" ")[place] === key)
  link?.click()
  return Boolean(link)
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-rows] .whole")]
  const at = rows.findIndex(row => row.closest("tr").contains(document.activeElement))
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus()
}

const actions = {
  "/": () => document.querySelector("[data-search] input")?.select(),
  "?": () => help.showModal(),
  j: () => step(1),
  k: () => step(-1),
  g: () => { isGoing = true },
}

addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) return event.target.form.querySelector(".primary").click()
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || help.open) return
  const wasGoing = isGoing
  isGoing = false
  if (wasGoing && go(event.key, 1)) return event.preventDefault()
  if (go(event.key, 0)) return event.preventDefault()
  if (actions[event.key]) {
    actions[event.key]()
    event.preventDefault()
  }
})

for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal())
}
