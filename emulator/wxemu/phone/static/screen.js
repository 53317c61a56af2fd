/**
 * The screen of a phone: a sandboxed document that runs the mini program. It reaches the emulator only by what is here,
 * so whoever the phone's user is, the mini program is theirs and nobody else's.
 */

import { clear, log, showFolder } from './log.js'

const POLL_MILLISECONDS = 1000
const SERVER_FAILS = 500
const { phoneId } = JSON.parse(document.body.dataset.phone ?? '{}')
/** @type {string[]} */
const operations = JSON.parse(document.body.dataset.operations ?? '[]')
const storageKey = `wxemu storage of ${phoneId}`
const frame = /** @type {HTMLIFrameElement} */ (document.getElementById('app'))
const bar = /** @type {HTMLElement} */ (document.getElementById('bar'))
/** The phone's own, and the mini program's. */
const bars = [bar.previousElementSibling, bar].filter(one => one instanceof HTMLElement)
const title = /** @type {HTMLElement} */ (document.getElementById('title'))
const back = /** @type {HTMLElement} */ (document.getElementById('back'))

/** @type {{ stamp: string, files: Record<string, string>, pictures: Record<string, string> } | undefined} */
let program
/** Whether the screen waits for the mini program. */
let isReady = false

/**
 * @param {any} wx of this phone, with its sheet and its notes
 */
export function runMiniProgram(wx) {
  window.addEventListener('message', ({ source, data }) => {
    if (source === frame.contentWindow && data !== null && typeof data === 'object') heard(wx, data)
  })
  back.addEventListener('click', () => send({ kind: 'back' }))
  new MutationObserver(() => send({ kind: 'theme', theme: theme() })).observe(document.documentElement, {
    attributeFilter: ['data-theme'],
  })
  open()
  look()
}

/** Load the screen, which then says that it is ready. */
function open() {
  frame.src = '/phone/screen'
}

/** @param {object} message */
const send = message => frame.contentWindow?.postMessage(message, '*') // its origin is opaque, and has no name

const theme = () => document.documentElement.dataset.theme ?? 'auto'

/**
 * @param {any} wx
 * @param {any} message
 */
async function heard(wx, message) {
  const { kind } = message
  if (kind === 'ready') {
    isReady = true
    run()
  } else if (kind === 'log') log(message)
  else if (kind === 'bar') showBar(message)
  else if (kind === 'storage') keep(message.values)
  else if (kind === 'ask') send({ kind: 'answer', id: message.id, ...(await answer(wx, message)) })
}

/**
 * Do on the phone what the mini program asks for. What happens at the sensor is not its to say.
 * @param {any} wx
 * @param {{ operation: string, given: string }} asked
 */
async function answer(wx, { operation, given }) {
  if (!operations.includes(operation)) return { error: `a mini program cannot ask for ${operation}` }
  try {
    const body = JSON.parse(given)
    if (operation !== 'startSoterAuthentication') return { answer: await wx.$phone.ask(operation, body) }
    const { requestAuthModes, challenge, authContent } = body
    const request = { requestAuthModes, challenge, authContent }
    return { answer: await wx.startSoterAuthentication(request).catch((/** @type {any} */ failure) => failure) }
  } catch (error) {
    return { error: /** @type {Error} */ (error).message }
  }
}

/** Hand the mini program in, once both are there. */
function run() {
  if (!isReady || program === undefined) return
  isReady = false
  const { files, pictures } = program
  const language = document.documentElement.lang === 'zh' ? 'zh_CN' : 'en'
  const storage = JSON.parse(localStorage.getItem(storageKey) ?? '{}')
  send({ kind: 'run', files, pictures, language, storage, theme: theme() })
}

/** @param {{ title: string, background: string, color: string, hasBack: boolean, isHidden: boolean }} shown */
function showBar({ title: words, background, color, hasBack, isHidden }) {
  title.textContent = String(words)
  for (const { style } of bars) {
    style.backgroundColor = String(background)
    style.color = String(color)
    style.colorScheme = color === '#ffffff' ? 'dark' : 'light' // for the capsule, whatever the page around it has
  }
  back.hidden = !hasBack
  bar.classList.toggle('title_custom', Boolean(isHidden))
}

/** @param {unknown} values */
function keep(values) {
  try {
    localStorage.setItem(storageKey, JSON.stringify(values))
  } catch {
    log({ level: 'error', text: 'setStorage:fail exceed storage max size' })
  }
}

/** Look whether a file has changed, and start the screen anew if one has; again and again. */
async function look() {
  try {
    if (!document.hidden) await refresh()
  } catch {
    // The emulator is gone, or starts anew: it is asked again.
  }
  setTimeout(look, POLL_MILLISECONDS)
}

async function refresh() {
  const response = await fetch(`/phone/v1/miniProgram?stamp=${program?.stamp ?? ''}`)
  if (response.status >= SERVER_FAILS) return // which says nothing of the mini program: it goes on
  const read = await response.json()
  if (!response.ok) {
    if (program?.stamp !== read.error.message) log({ level: 'error', text: read.error.message })
    program = { stamp: read.error.message, files: {}, pictures: {} }
    return
  }
  if (read.files === undefined) return
  const isFirst = program === undefined
  program = read
  showFolder(read.folder)
  if (isFirst) return run()
  clear()
  isReady = false
  open()
}
