// Calls of the shim, one after another. Arguments as JSON: its options, of which `outcomes` is what the user does at
// each prompt; and the calls, [name, argument, "callbacks"?]. Prints what each gave, and the prompts.
const { createWx } = require('../../emulator/wxemu/phone/wx.js')

const [{ outcomes, ...options }, calls] = process.argv.slice(2).map(argument => JSON.parse(argument))
const prompts = []
const exchanges = []
if (outcomes) options.outcome = async prompt => (prompts.push(prompt), outcomes.shift())
const wx = createWx({ ...options, onExchange: ({ operation, rid }) => exchanges.push([operation, typeof rid]) })

/** In an argument `{"$cloudID": "..."}` is a wx.cloud.CloudID, and `{"$length": 9}` a text as long as that. */
const revived = argument =>
  JSON.parse(JSON.stringify(argument), (_, value) => {
    if (value?.$cloudID) return wx.cloud.CloudID(value.$cloudID)
    return value?.$length ? 'x'.repeat(value.$length) : value
  })

const shown = value => (value instanceof Error ? { isError: true, message: value.message, ...value } : value)

async function call([name, argument = {}, how]) {
  const [method, owner] = name.split('.').reverse()
  const object = owner === undefined ? wx : owner.endsWith('()') ? wx[owner.slice(0, -2)]() : wx[owner]
  const api = object[method].bind(object)
  if (how !== 'callbacks') {
    try {
      return { resolved: await api(...[revived(argument)].flat()) }
    } catch (failure) {
      return { rejected: shown(failure) }
    }
  }
  return new Promise(resolve => {
    const heard = []
    const hear = kind => value => heard.push([kind, shown(value)])
    const complete = value => (hear('complete')(value), resolve({ heard, returned: typeof returned }))
    const returned = api({ ...revived(argument), success: hear('success'), fail: hear('fail'), complete })
  })
}

async function main() {
  const results = []
  for (const each of calls) results.push(await call(each))
  console.log(JSON.stringify({ results, prompts, exchanges }))
}

main()
