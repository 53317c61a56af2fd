/**
 * What is said of the mini program: its errors, with file and line, and its console. The screen shows the latest error,
 * the page around it lists all.
 */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})

  const FRAME = /(blob:[^\s)]+?):(\d+)(?::\d+)?/
  const POSITION = /at position (\d+)/
  const MOST_LETTERS = 2000

  /** @typedef {{ file: string, line: number } | undefined} Place */

  /**
   * @param {'error' | 'warn' | 'info' | 'log' | 'debug'} level
   * @param {string} text
   * @param {Place} [place]
   */
  function note(level, text, place) {
    parts.host.post({ kind: 'log', level, text: text.slice(0, MOST_LETTERS), ...place })
    if (level === 'error') show(text, place)
  }

  /**
   * @param {any} error
   * @param {Place} [place]
   */
  function error(error, place) {
    if (error?.isTold) return
    note('error', error instanceof Error ? `${error.name}: ${error.message}` : asText(error), place ?? placeOf(error))
    root.phoneScreen.pages?.onError(error)
  }

  /**
   * Where an error arose: in the template that it names, or in the first of the mini program's files on the stack.
   * @param {any} error
   * @returns {Place}
   */
  function placeOf(error) {
    if (error?.place) return error.place
    const [, url, line] = FRAME.exec(error?.stack ?? '') ?? []
    const file = url && parts.modules.fileOf(url)
    return file ? { file, line: Number(line) } : undefined
  }

  /**
   * Do something of the mini program's; if it throws, tell and go on.
   * @template Result
   * @param {() => Result} act
   * @returns {Result | undefined}
   */
  function guard(act) {
    try {
      return act()
    } catch (thrown) {
      error(thrown)
    }
  }

  /**
   * @param {string} source
   * @param {string} file
   */
  function readJson(source, file) {
    try {
      return JSON.parse(source)
    } catch (thrown) {
      const { message } = /** @type {Error} */ (thrown)
      error(new Error(`this is no JSON: ${message}`), { file, line: mistakenLine(source) })
      return {}
    }
  }

  /**
   * The line with the mistake: the first that more lines could not put right. Browsers do not always tell it.
   * @param {string} source
   */
  function mistakenLine(source) {
    const lines = source.split('\n')
    const isMistaken = (/** @type {string} */ text) => {
      try {
        JSON.parse(text)
        return false
      } catch (thrown) {
        const { message } = /** @type {Error} */ (thrown)
        const position = POSITION.exec(message)?.[1]
        return position === undefined ? !message.includes('end of JSON') : Number(position) < text.length
      }
    }
    const found = lines.findIndex((_, index) => isMistaken(lines.slice(0, index + 1).join('\n')))
    return found === -1 ? lines.length : found + 1
  }

  const card = /** @type {HTMLElement} */ (document.getElementById('mishap'))
  const words = /** @type {HTMLElement} */ (document.getElementById('mishap-text'))
  const where = /** @type {HTMLElement} */ (document.getElementById('mishap-place'))
  document.getElementById('mishap-close')?.addEventListener('click', () => (card.hidden = true))

  /**
   * @param {string} text
   * @param {Place} place
   */
  function show(text, place) {
    words.textContent = text
    where.textContent = place ? `${place.file}:${place.line}` : ''
    card.hidden = false
  }

  /** @param {any} value */
  function asText(value) {
    if (typeof value === 'string') return value
    if (value instanceof Error) return value.stack?.replace(FRAME, (_, url, line) => `${parts.modules.fileOf(url)}:${line}`) ?? String(value)
    try {
      return JSON.stringify(value) ?? String(value)
    } catch {
      return String(value)
    }
  }

  for (const level of /** @type {const} */ (['error', 'warn', 'info', 'log', 'debug'])) {
    const original = console[level].bind(console)
    console[level] = (...values) => {
      original(...values)
      const at = placeOf(new Error('console'))
      parts.host.post({ kind: 'log', level, text: values.map(asText).join(' ').slice(0, MOST_LETTERS), ...at })
    }
  }

  root.addEventListener('error', (/** @type {ErrorEvent} */ event) => {
    if (!event.message) return
    const file = parts.modules.fileOf(event.filename)
    error(event.error ?? event.message, file ? { file, line: event.lineno } : undefined)
    event.preventDefault()
  })
  root.addEventListener('unhandledrejection', (/** @type {PromiseRejectionEvent} */ event) => {
    error(event.reason)
    event.preventDefault()
  })

  parts.report = { note, error, guard, readJson }
})(/** @type {any} */ (globalThis))
