/** The SOTER sheet of a phone: it waits for a finger, a face, or another outcome. */

const sheet = /** @type {HTMLElement} */ (document.getElementById('sheet'))
const content = /** @type {HTMLElement} */ (document.getElementById('sheet-content'))
const sensor = /** @type {HTMLElement} */ (sheet.querySelector('.sensor'))
const app = /** @type {HTMLElement} */ (document.getElementById('app'))

/**
 * Show the sheet until its user has chosen an outcome.
 * @param {{ authMode: string, authContent: string }} prompt
 * @returns {Promise<any>} the outcome
 */
export function ask({ authMode, authContent }) {
  const before = /** @type {HTMLElement | null} */ (document.activeElement)
  content.textContent = authContent
  sheet.dataset.mode = authMode
  sheet.hidden = false
  app.inert = true
  sensor.focus({ preventScroll: true })
  return new Promise(resolve => {
    const done = new AbortController()
    /** @param {string | undefined} outcome */
    const end = outcome => {
      if (outcome === undefined) return
      done.abort()
      sheet.hidden = true
      app.inert = false
      before?.focus({ preventScroll: true })
      resolve(outcome)
    }
    /** @param {Event} event */
    const onClick = event => end(/** @type {HTMLElement} */ (event.target).closest('button')?.dataset.outcome)
    sheet.addEventListener('click', onClick, { signal: done.signal })
    document.addEventListener('keydown', event => event.key === 'Escape' && end('cancel'), { signal: done.signal })
  })
}
