// What the keyboard does: digits and g-letter lead to pages, / searches, j and k go through rows, ? shows all of it.

const help = document.getElementById("keys")
let isGoing = false // g was pressed, a letter is to follow

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

const deeds = {
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
  if (/^\d$/.test(event.key) && go(event.key, 0)) return event.preventDefault()
  if (deeds[event.key]) {
    deeds[event.key]()
    event.preventDefault()
  }
})

for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal())
}
