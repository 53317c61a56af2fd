// @cloudbase/js-sdk in Node.
//   node js_sdk.cjs CONFIG DEEDS
// CONFIG and DEEDS are JSON; prints one line of JSON with the outcome of each deed.
const [config, deeds] = process.argv.slice(2).map(text => JSON.parse(text))
const does = require('./js_sdk_story.cjs')(require('@cloudbase/js-sdk'), config)

const main = async () => {
  const outcomes = []
  for (const deed of deeds) outcomes.push(await does(deed))
  console.log(JSON.stringify(outcomes))
  process.exit()
}
main()
