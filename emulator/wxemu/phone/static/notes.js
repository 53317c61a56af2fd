/** The notes beside a phone: its steps, each with a link to its exchange; counter and lock; the attacker's kit. */

const DEFAULT_URL = 'http://127.0.0.1:8686' // which the command takes by itself
const texts = JSON.parse(document.body.dataset.texts ?? '{}')
const { phoneId } = JSON.parse(document.body.dataset.phone ?? '{}')
const url = `/phone/v1/phones/${encodeURIComponent(phoneId)}`

/** @param {string} id */
const part = id => /** @type {HTMLElement} */ (document.getElementById(id))
const kit = /** @type {HTMLFormElement | null} */ (document.getElementById('kit'))
const enrolment = /** @type {HTMLFormElement | null} */ (document.getElementById('enrolment'))
const replay = /** @type {HTMLButtonElement | null} */ (document.getElementById('replay'))

/** @type {any} what the latest call of verifySignature was made with */
let verified

/**
 * Add a step, and show the phone's new state.
 * @param {{ operation: string, given: any, answer: any, rid: string | null }} exchange
 */
export function note({ operation, given, answer, rid }) {
  const isPrompt = operation === 'promptSoterAuthentication'
  if (isPrompt && !answer.errMsg) return // the answer is still to come
  if (replay && operation === 'callFunction' && given.name === 'verifySignature') {
    verified = given
    replay.disabled = false
  }
  const [isFailure, text] = outcome(answer)
  const step = /** @type {HTMLTemplateElement} */ (part('step')).content.cloneNode(true)
  const item = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (step).firstElementChild)
  const name = isPrompt ? 'startSoterAuthentication' : operation
  show(item, '.step__name', name === 'callFunction' ? `callFunction ${given.name}` : `wx.${name}`)
  show(item, '.step__outcome', text)
  item.classList.toggle('step_failed', isFailure)
  const link = /** @type {HTMLAnchorElement} */ (item.querySelector('.step__rid'))
  link.href = `/requests/${rid}`
  link.textContent = String(rid).slice(-8)
  part('steps').prepend(item)
  part('no-steps').hidden = true
  refresh()
}

/**
 * @param {HTMLElement} item
 * @param {string} selector
 * @param {string} text
 */
function show(item, selector, text) {
  /** @type {HTMLElement} */ (item.querySelector(selector)).textContent = text
}

/**
 * Whether an answer is a failure of the phone or of the function, and its text.
 * @param {any} answer
 * @returns {[boolean, string]}
 */
function outcome(answer) {
  if (answer.errMsg?.includes(':fail')) return [true, [answer.errCode, answer.errMsg.split(':fail')[1]].join(' ').trim()]
  if (answer.result?.errCode) return [true, `${answer.result.errCode} ${answer.result.errMsg}`]
  if (answer.result?.isOk === false) return [true, [texts.isNotOk, ...reason(answer.result)].join(', ')]
  return [false, answer.result?.isOk ? texts.isOk : texts.ok]
}

/**
 * Why a confirmation does not count: the reason's name, and what it means.
 * @param {any} result
 * @returns {string[]}
 */
function reason(result) {
  if (result.reason === undefined) return []
  const meaning = texts.reasons[result.reason]
  return [meaning ? `${result.reason}: ${meaning}` : String(result.reason)]
}

/** Show the phone's state; while its sensor is locked, again each second. */
async function refresh() {
  const response = await fetch(url)
  if (!response.ok) return location.reload() // the phone was removed: the page says so
  const phone = await response.json()
  part('counter').textContent = phone.counter
  part('lock').hidden = phone.lockedFor === 0
  part('lock').textContent = texts.locked.replace('{seconds}', Math.ceil(phone.lockedFor))
  for (const box of kit?.querySelectorAll('input') ?? []) {
    box.checked = box.name === 'untilCleared' ? phone.untilCleared : phone.override.includes(box.name)
  }
  showCommand()
  if (phone.lockedFor > 0) setTimeout(refresh, 1000)
}

/** The command that does what is ticked. */
function showCommand() {
  if (!kit) return
  const ticked = [...new FormData(kit).keys()]
  const options = ticked.map(name => (name === 'untilCleared' ? ' --until-cleared' : ` --kind ${name}`))
  const url = location.origin === DEFAULT_URL ? '' : ` --url ${location.origin}`
  part('command').textContent = `wxemu phone override ${phoneId}${url}${options.join('')}`
}

/**
 * @param {string} operation
 * @param {object} body
 */
const arrange = (operation, body) => fetch(`${url}/${operation}`, { method: 'POST', body: JSON.stringify(body) })

kit?.addEventListener('change', () => {
  showCommand()
  arrange('override', Object.fromEntries([...new FormData(kit).keys()].map(name => [name, true])))
})
enrolment?.addEventListener('change', event => {
  const { name, valueAsNumber, validity } = /** @type {HTMLInputElement} */ (event.target)
  if (validity.valid) arrange('enrol', { mode: name, count: valueAsNumber })
})
replay?.addEventListener('click', () => /** @type {any} */ (globalThis).wx.$phone.ask('callFunction', verified))
part('remove').addEventListener('click', async () => {
  await fetch(url, { method: 'DELETE' })
  if (window.frameElement) window.frameElement.closest('li')?.remove()
  else location.assign('/phone')
})
refresh()
