/** The phones of an app side by side, and the form that adds one. */

const form = /** @type {HTMLFormElement} */ (document.getElementById('new'))

form.addEventListener('submit', async event => {
  event.preventDefault()
  const { appid, profile, openid } = Object.fromEntries(new FormData(form))
  const body = JSON.stringify({ appid, profile, ...(openid && { openid }) })
  const response = await fetch('/phone/v1/phones', { method: 'POST', body })
  const answer = await response.json()
  if (!response.ok) {
    /** @type {HTMLElement} */ (document.getElementById('refusal')).textContent = answer.error.message
    return
  }
  addPhone(answer)
})

/**
 * Put a phone into the row, before the form.
 * @param {{ phoneId: string, openid: string, profile: string }} phone
 */
function addPhone({ phoneId, openid, profile }) {
  const seat = document.createElement('li')
  seat.className = 'seat'
  const frame = document.createElement('iframe')
  frame.className = 'seat__phone'
  frame.src = `/phone/${encodeURIComponent(phoneId)}?framed`
  frame.title = `${form.querySelector(`[value="${profile}"] + .choice__name`)?.textContent}, ${openid}`
  seat.append(frame)
  form.closest('li')?.before(seat)
  const users = /** @type {HTMLSelectElement} */ (form.elements.namedItem('openid'))
  if (![...users.options].some(option => option.value === openid)) users.append(new Option(openid))
  seat.scrollIntoView({ block: 'nearest', inline: 'center' })
}
