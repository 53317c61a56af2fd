// The mini program of `wxemu conformance --phone`, on the shim, in Node: what its page shows once one has pressed Ask.
// Arguments: the folder that the command has written, and the shim's options as JSON.
const path = require('node:path')
const { createWx } = require('../../emulator/wxemu/phone/wx.js')

const [folder, options] = process.argv.slice(2)
const copied = []
globalThis.wx = { ...createWx(JSON.parse(options)), setClipboardData: ({ data }) => copied.push(data) }

globalThis.Page = async definition => {
  const page = { ...definition, setData: data => Object.assign(page.data, data) }
  await page.ask()
  console.log(JSON.stringify({ shown: page.data, copied }))
}
require(path.join(folder, 'pages/index/index.js'))
