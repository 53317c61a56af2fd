// Cloud calls of any openapi, with files and options, as a cloud function makes them with wx-server-sdk.
//   node named_openapis.cjs PACKAGE CALLS.json
// CALLS is a list of [name, argument, options]: ["security.imgSecCheck", {media: {contentType, value: {base64}}}, null].
// {midas: {params, secret}} as a member is a cloud.signature. Prints one line of JSON: for each call {"result": ...} or {"error": {...}}; bytes of a result as {"base64": ...}.
const [sdk, file] = process.argv.slice(2)
const cloud = require(sdk)
const revived = (_, value) => {
  if (value && value.midas) return cloud.signature({ type: 'midas', ...value.midas })
  return value && value.base64 !== undefined ? Buffer.from(value.base64, 'base64') : value
}
const calls = JSON.parse(require('fs').readFileSync(file, 'utf8'), revived)

cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })

const call = async ([name, argument, options]) => {
  try {
    const openapi = options ? cloud.openapi(options) : cloud.openapi
    const method = name.split('.').reduce((owner, part) => owner[part], openapi)
    const result = await method(argument)
    if (Buffer.isBuffer(result.buffer)) result.buffer = { base64: result.buffer.toString('base64') }
    return { result }
  } catch (error) {
    return { error: { errCode: error.errCode, errMsg: error.errMsg, message: error.message } }
  }
}

const main = async () => {
  const outcomes = []
  for (const each of calls) outcomes.push(await call(each))
  console.log(JSON.stringify(outcomes))
  process.exit() // timers of the SDK would hold the process half a minute longer
}
main()
