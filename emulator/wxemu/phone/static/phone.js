/** Run the sample mini program, its scripts and WXML unchanged, with a `wx` for this phone. */

import { note } from './notes.js'
import { ask } from './sheet.js'
import { parse, render } from './wxml.js'

const { phoneId } = JSON.parse(document.body.dataset.phone ?? '{}')
const place = /** @type {HTMLElement} */ (document.getElementById('app'))
const title = /** @type {HTMLElement} */ (document.getElementById('title'))
const world = /** @type {any} */ (globalThis)

world.wx = world.wxemu.createWx({
  phoneId,
  language: document.documentElement.lang === 'zh' ? 'zh_CN' : 'en',
  outcome: ask,
  onExchange: note,
})

/** @param {string} name */
const file = async name => (await fetch(`/phone/app/${name}`)).text()

const app = JSON.parse(await file('app.json'))
const [path] = app.pages
const template = parse(await file(`${path}.wxml`))
title.textContent = app.window.navigationBarTitleText

world.miniProgram.launch()
const page = world.miniProgram.open(path, (/** @type {any} */ data) => render(template, data, place))

place.addEventListener('click', event => {
  const tapped = /** @type {HTMLElement} */ (event.target).closest('[data-tap]')
  if (!(tapped instanceof HTMLElement) || tapped.ariaDisabled === 'true') return
  page[tapped.dataset.tap ?? '']({ type: 'tap', target: tapped, currentTarget: tapped })
})

const frame = /** @type {HTMLElement | null} */ (window.frameElement)
if (frame) new ResizeObserver(() => (frame.style.height = `${document.body.offsetHeight}px`)).observe(document.body)
