// What the phone page makes of WXML, without a browser. Arguments: what is asked, and its cases, as JSON.
const path = require('node:path')
const SCREEN = path.resolve(__dirname, '../../emulator/wxemu/phone/static/screen')
for (const name of ['paths', 'expressions', 'wxml', 'expand']) require(path.join(SCREEN, `${name}.js`))
const { expressions, expand, paths } = globalThis.phoneScreen

const OWNER = {}
const shape = node =>
  typeof node === 'string' ? node : [node.tag, { ...node.values, ...Object.fromEntries([...node.events].map(([type, { handler }]) => [`on ${type}`, handler])), ...node.dataset }, ...node.children.map(shape)]

const ASKED = {
  value: ([text, data]) => expressions.compile(text)(data) ?? null,
  template: ([files, data]) => {
    const templates = new expand.Templates(name => files[name])
    return expand.expand(templates.read('page.wxml'), data, OWNER).map(shape)
  },
  path: ([from, name]) => paths.resolve(from, name),
  url: ([from, url]) => paths.readUrl(from, url),
}

const [asked, cases] = process.argv.slice(2)
const answers = JSON.parse(cases).map(one => {
  try {
    return ASKED[asked](one)
  } catch (error) {
    return { error: error.message, ...error.place }
  }
})
console.log(JSON.stringify(answers))
process.exit()
