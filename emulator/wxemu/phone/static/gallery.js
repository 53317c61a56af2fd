/** Phones side by side: a new one joins the row. */

const form = /** @type {HTMLFormElement} */ (document.getElementById('new'))

form.addEventListener('submit', async event => {
  event.preventDefault()
  const { appid, profile, openid } = Object.fromEntries(new FormData(form))
  const body = JSON.stringify({ appid, profile, ...(openid && { openid }) })
  const response = await fetch('/phone/v1/phones', { method: 'POST', body })
  const made = await response.json()
  if (!response.ok) {
    /** @type {HTMLElement} */ (document.getElementById('refusal')).textContent = made.error.message
    return
  }
  seat(made)
})

/**
 * Put a phone into the row, before the form.
 * @param {{ phoneId: string, openid: string, profile: string }} phone
 */
function seat({ phoneId, openid, profile }) {
  const made = document.createElement('li')
  made.className = 'seat'
  const frame = document.createElement('iframe')
  frame.className = 'seat__phone'
  frame.src = `/phone/${encodeURIComponent(phoneId)}?framed`
  frame.title = `${form.querySelector(`[value="${profile}"] + .choice__name`)?.textContent}, ${openid}`
  made.append(frame)
  form.closest('li')?.before(made)
  const users = /** @type {HTMLSelectElement} */ (form.elements.namedItem('openid'))
  if (![...users.options].some(option => option.value === openid)) users.append(new Option(openid))
  made.scrollIntoView({ block: 'nearest', inline: 'center' })
}
