/** What the mini program writes to its console, and its errors with file and line. */

const MOST_LINES = 200

/** @param {string} id */
const part = id => /** @type {HTMLElement} */ (document.getElementById(id))
const panel = /** @type {HTMLDetailsElement} */ (part('log'))
const lines = part('log-lines')
let errors = 0

/**
 * @param {{ level?: unknown, text?: unknown, file?: unknown, line?: unknown }} said
 */
export function log({ level, text, file, line }) {
  const copy = /** @type {HTMLTemplateElement} */ (part('log-line')).content.cloneNode(true)
  const item = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (copy).firstElementChild)
  const [place, words] = /** @type {NodeListOf<HTMLElement>} */ (item.querySelectorAll('span'))
  place.textContent = file === undefined ? '' : `${file}:${line}`
  words.textContent = String(text)
  item.classList.add(`line_${String(level).replace(/\W/g, '')}`)
  lines.append(item)
  if (lines.childElementCount > MOST_LINES) lines.firstElementChild?.remove()
  part('log-empty').hidden = true
  if (level !== 'error') return
  errors += 1
  part('log-count').textContent = `● ${errors}`
  panel.open = true
}

/** Begin anew, with the code that has changed. */
export function clear() {
  lines.replaceChildren()
  errors = 0
  part('log-count').textContent = ''
  part('log-empty').hidden = false
}

/** @param {string} folder */
export function showFolder(folder) {
  part('folder').textContent = folder
}
