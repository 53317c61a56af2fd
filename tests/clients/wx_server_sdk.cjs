// What a cloud function would do with wx-server-sdk, its code untouched.
//   node wx_server_sdk.cjs PACKAGE CALLS.json [SERVICE_URL]
// CALLS is a list of [name, argument]: ["openapi.soter.verifySignature", {...}], ["callFunction", {...}], ...
// SERVICE_URL is for versions that do not heed TCB_CONTEXT_CNFG.
// Prints one line of JSON: for each call {"result": ...} or {"error": {...}}.
const [sdk, file, serviceUrl] = process.argv.slice(2)
const calls = JSON.parse(require('fs').readFileSync(file, 'utf8'))
const cloud = require(sdk)

cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV || process.env.TCB_ENV, ...(serviceUrl && { serviceUrl }) })

const call = async ([name, argument]) => {
  try {
    const [first, ...rest] = name.split('.')
    const method = rest.reduce((owner, part) => owner[part], cloud[first])
    return { result: await method(argument) }
  } catch (error) {
    const { errCode, errMsg, message } = error
    return { error: { errCode, errMsg, message, thrown: JSON.parse(JSON.stringify(error)) } }
  }
}

const main = async () => {
  const outcomes = []
  for (const each of calls) outcomes.push(await call(each))
  console.log(JSON.stringify(outcomes))
  process.exit() // timers of the SDK would hold the process half a minute longer
}
main()
