/** A phone: its screen runs the mini program, with a `wx` for this phone. */

import { note } from './notes.js'
import { runMiniProgram } from './screen.js'
import { ask } from './sheet.js'

const { phoneId } = JSON.parse(document.body.dataset.phone ?? '{}')
const world = /** @type {any} */ (globalThis)

world.wx = world.wxemu.createWx({ phoneId, outcome: ask, onExchange: note })
runMiniProgram(world.wx)

const frame = /** @type {HTMLElement | null} */ (window.frameElement)
if (frame) new ResizeObserver(() => (frame.style.height = `${document.body.offsetHeight}px`)).observe(document.body)
