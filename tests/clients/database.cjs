// What a server (@cloudbase/node-sdk, tcb-admin-node) or a cloud function (wx-server-sdk) does with its document database.
//   node database.cjs PACKAGE CONFIG.json CASES.json
// CASES is a list of cases, each a list of steps: {"on": name of a transaction, "as": name for what comes of it,
// "do": [[method, ...arguments], ...]}, a chain of calls that begins at the database or at the transaction; or
// {"run": [steps inside], "between": [steps outside, at the first attempt], "times": retries} for runTransaction.
// Prints one line of JSON: for each case what came of each step, in the same words for both packages.
const fs = require('fs')
const [sdk, configFile, casesFile] = process.argv.slice(2)
const config = JSON.parse(fs.readFileSync(configFile, 'utf8'))
const isWx = sdk.startsWith('wx-')
const tcb = require(sdk)
const app = tcb.init(config) || tcb
const db = app.database()
const DATA = ['add', 'set', 'update', 'updateAndReturn']

/** {"$": "date" | "regexp" | ..., ...} is what JSON cannot hold; {"_": [[operator, ...], ...]} a chain of commands. */
const revived = value => {
  if (Array.isArray(value)) return value.map(revived)
  if (value === null || typeof value !== 'object') return value
  if (value._) return value._.reduce((command, [name, ...rest]) => command[name](...revived(rest)), db.command)
  switch (value.$) {
    case 'date': return new Date(value.at)
    case 'serverDate': return db.serverDate(value.offset === undefined ? undefined : { offset: value.offset })
    case 'regexp': return new RegExp(value.source, value.flags)
    case 'db.RegExp': return db.RegExp({ regexp: value.source, options: value.flags })
    case 'buffer': return Buffer.from(value.base64, 'base64')
    case 'point': return new db.Geo.Point(...value.at)
    case 'undefined': return undefined
  }
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, revived(held)]))
}

/** What a document holds, as JSON can show it with its types. */
const shown = value => {
  if (value instanceof Date) return { $date: value.getTime() }
  if (Buffer.isBuffer(value)) return { $buffer: value.toString('base64') }
  if (value instanceof RegExp) return { $regexp: [value.source, value.flags] }
  if (Array.isArray(value)) return value.map(shown)
  if (value === null || typeof value !== 'object') return value
  if (value._bsontype === 'Binary') return { $buffer: Buffer.from(value.value(true)).toString('base64') }
  if (value._bsontype) return { [`$${value._bsontype}`]: value.toString() }
  if (typeof value.toJSON === 'function') return value.toJSON()
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, shown(held)]))
}

const facts = result => {
  if (result === null || typeof result !== 'object') return { result }
  const { stats = {}, upserted } = result
  const upsertedId = result.upsertedId || (upserted && upserted[0]._id)
  const id = result._id === undefined ? result.id : result._id
  return {
    data: result.data === undefined ? undefined : shown(result.data),
    doc: result.doc === undefined ? undefined : shown(result.doc),
    id: isWx && stats.updated !== undefined ? undefined : id,
    ids: result.ids || result._ids,
    updated: stats.updated === undefined ? result.updated : stats.updated,
    created: stats.created === undefined ? (upsertedId ? 1 : undefined) : stats.created || undefined,
    deleted: stats.removed === undefined ? result.deleted : stats.removed,
    total: result.total
  }
}

const failure = error => {
  const { code, message, errCode, errMsg } = Object(error)
  return { error: isWx ? { errCode, errMsg: errMsg || String(error) } : { code, message } }
}

const called = async (owner, chain) => {
  let current = owner
  for (const [name, ...rest] of chain) {
    const [first, ...others] = revived(rest)
    const given = !DATA.includes(name) ? [first, ...others] : isWx ? [{ data: first, ...others[0] }] : [first]
    if (!isWx && name === 'update' && others[0]?.multi === false) current = current.options({ multiple: false })
    current = await current[name](...given)
  }
  if (current && current.code) throw current // tcb-admin-node returns a refusal
  return current
}

const stepped = async (step, owners) => {
  if (step.run) return runInTransaction(step, owners)
  try {
    const result = await called(step.on ? owners[step.on] : db, step.do)
    if (step.as) owners[step.as] = result
    return step.as ? {} : facts(result)
  } catch (error) {
    return failure(error)
  }
}

const runInTransaction = async ({ run, between = [], times }, owners) => {
  let attempts = 0
  try {
    const result = await db.runTransaction(async transaction => {
      attempts += 1
      for (const [number, step] of run.entries()) {
        await called(transaction, step.do)
        if (attempts === 1 && number === 0) for (const other of between) await stepped(other, owners)
      }
      return 'done'
    }, times)
    return { attempts, result }
  } catch (error) {
    return { attempts, ...failure(error) }
  }
}

const cased = async steps => {
  const [owners, outcome] = [{}, []]
  for (const step of steps) {
    outcome.push(await (step.together ? Promise.all(step.together.map(one => stepped(one, owners))) : stepped(step, owners)))
  }
  return outcome
}

/** Cases have nothing in common, so a few go on at a time. */
const main = async () => {
  const waiting = [...JSON.parse(fs.readFileSync(casesFile, 'utf8')).entries()]
  const outcomes = []
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) outcomes[next[0]] = await cased(next[1])
  }
  await Promise.all(Array.from({ length: 6 }, lane))
  console.log(JSON.stringify(outcomes))
  process.exit() // timers of the SDK would hold the process half a minute longer
}
main()
