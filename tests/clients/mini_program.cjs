// The sample mini program under miniprogram-simulate: its own scripts and WXML, on the shim, in Node.
// Arguments: the shim's options, and what is tapped, one after another, as JSON. Prints what is shown after each tap.
const path = require('node:path')
const { JSDOM } = require('jsdom')
const { createWx } = require('../../emulator/wxemu/phone/wx.js')

const ROOT = path.resolve(__dirname, '../../emulator/wxemu/phone/miniprogram')
const [options, taps] = process.argv.slice(2).map(argument => JSON.parse(argument))
const outcomes = [...(options.outcomes ?? [])]

const { window } = new JSDOM('<!doctype html><body></body>')
const { document, Node, Element, HTMLElement, Event, CustomEvent } = window
Object.assign(globalThis, { window, document, Node, Element, HTMLElement, Event, CustomEvent })
globalThis.wx = createWx({ ...options, language: 'en', outcome: () => outcomes.shift() ?? 'match' })
const simulate = require('miniprogram-simulate')

async function main() {
  globalThis.App = definition => definition.onLaunch()
  require(path.join(ROOT, 'app.js'))
  const page = simulate.render(simulate.load(path.join(ROOT, 'pages/index/index'), { rootPath: ROOT, compiler: 'simulate' }))
  page.attach(document.body)
  const shown = []
  for (const label of taps) {
    tap(page, label)
    do await simulate.sleep(5)
    while (isBusy(page))
    shown.push(textOf(page))
  }
  console.log(JSON.stringify(shown))
}

const textOf = page => page.dom.textContent.replace(/\s+/g, ' ').trim()
const isBusy = ({ data }) => data.isLoggingIn || data.isPaying || data.isChecking

function tap(page, label) {
  const button = page.querySelectorAll('.action').find(({ dom }) => dom.textContent.includes(label))
  if (button === undefined) throw new Error(`no button says ${label}: ${textOf(page)}`)
  button.dispatchEvent('tap')
}

main()
