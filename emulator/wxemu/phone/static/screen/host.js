/** The phone page around the screen, which alone reaches the emulator. The screen has an opaque origin, and no network. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { parent } = root

  /** @type {Map<number, { resolve: (answer: any) => void, reject: (error: Error) => void }>} */
  const asked = new Map()
  let latest = 0
  /** @type {Record<string, (message: any) => void>} */
  const handlers = {}

  /** @param {object} message */
  const post = message => parent.postMessage(message, '*')

  /**
   * Have the phone do something.
   * @param {string} operation
   * @param {any} given
   * @returns {Promise<any>} its answer; rejected if the emulator refuses
   */
  const ask = (operation, given) =>
    new Promise((resolve, reject) => {
      latest += 1
      asked.set(latest, { resolve, reject })
      post({ kind: 'ask', id: latest, operation, given: JSON.stringify(given) })
    })

  handlers.answer = ({ id, answer, error }) => {
    const { resolve, reject } = asked.get(id) ?? {}
    asked.delete(id)
    if (error === undefined) resolve?.(answer)
    else reject?.(new Error(error))
  }

  root.addEventListener('message', (/** @type {MessageEvent} */ event) => {
    if (event.source === parent) handlers[event.data?.kind]?.(event.data)
  })

  parts.host = { post, ask, handlers }
})(/** @type {any} */ (globalThis))
