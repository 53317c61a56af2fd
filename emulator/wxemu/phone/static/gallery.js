/** The phones of an app side by side, and the form that adds one. */

const form = /** @type {HTMLFormElement} */ (document.getElementById('new'))
const refusal = /** @type {HTMLElement} */ (document.getElementById('refusal'))
const phones = /** @type {HTMLElement} */ (document.getElementById('phones'))

form.addEventListener('submit', async event => {
  event.preventDefault()
  const { appid, profile, openid } = Object.fromEntries(new FormData(form))
  const body = JSON.stringify({ appid, profile, ...(openid && { openid }) })
  const response = await fetch('/phone/v1/phones', { method: 'POST', body })
  const answer = await response.json()
  refusal.textContent = response.ok ? '' : answer.error.message
  if (response.ok) addPhone(answer)
})

/**
 * Put a phone behind the others.
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
  phones.append(seat)
  const users = /** @type {HTMLSelectElement} */ (form.elements.namedItem('openid'))
  if (![...users.options].some(option => option.value === openid)) users.append(new Option(openid))
  seat.scrollIntoView({ block: 'nearest', inline: 'center' })
}

document.addEventListener('click', event => {
  for (const menu of document.querySelectorAll('details.tenants')) {
    if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute('open')
  }
})
