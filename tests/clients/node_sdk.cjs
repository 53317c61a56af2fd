// What a server would do with @cloudbase/node-sdk, or with its forerunner tcb-admin-node.
//   node node_sdk.cjs PACKAGE CONFIG.json CALLS.json
// CALLS is a list of [name, argument]; a {"base64": ...} as requestData becomes a Buffer.
// Prints one line of JSON: for each call {"result": ...}, {"base64": ...} for a Buffer, or {"error": {...}}.
const fs = require('fs')
const [sdk, config, file] = process.argv.slice(2)
const tcb = require(sdk)
const app = tcb.init(JSON.parse(fs.readFileSync(config, 'utf8'))) || tcb

const prepared = argument => {
  const { requestData } = argument
  return requestData && requestData.base64 !== undefined
    ? { ...argument, requestData: Buffer.from(requestData.base64, 'base64') }
    : argument
}

const call = async ([name, argument]) => {
  try {
    const result = await app[name](prepared(argument))
    return Buffer.isBuffer(result) ? { base64: result.toString('base64') } : { result }
  } catch (error) {
    const { code, message, requestId } = error
    return { error: { code, message, requestId } }
  }
}

const main = async () => {
  const outcomes = []
  for (const each of JSON.parse(fs.readFileSync(file, 'utf8'))) outcomes.push(await call(each))
  console.log(JSON.stringify(outcomes))
  process.exit() // timers of the SDK would hold the process half a minute longer
}
main()
