/* The CLI of @cloudbase/cli, run many times in one process. Its file is compiled once; a run with the arguments of the
   one before goes on in the CLI that is loaded, any other loads it anew; and where a run only waits for a time, that time
   passes at once. Nothing in it is changed, but that its file hands out its modules.

   It reads a line of JSON for each run, with cwd, env and arguments, and writes one with the code and what was printed. */
"use strict"
const fs = require("node:fs")
const Module = require("node:module")
const path = require("node:path")
const { Readable } = require("node:stream")
const { promisify } = require("node:util")
const vm = require("node:vm")

const FILE = path.join(__dirname, "node_modules/@cloudbase/cli/dist/standalone/cli.js")
const source = fs.readFileSync(FILE, "utf8").replace("module.exports = __webpack_exports__", "module.exports = __webpack_require__")
const cli = new vm.Script(Module.wrap(source), { filename: FILE })
const { clearTimeout, setInterval, setTimeout } = globalThis
const { exit } = process
const write = process.stdout.write.bind(process.stdout)
const waiting = new Map() // timer -> when it is due, and what it does
let skipped = 0 // milliseconds
let unread = ""
let run
let loaded = []

function readLine() {
  const chunk = Buffer.alloc(65536)
  while (!unread.includes("\n")) {
    const count = fs.readSync(0, chunk)
    if (count === 0) exit(0)
    unread += chunk.toString("utf8", 0, count)
  }
  const end = unread.indexOf("\n")
  const line = unread.slice(0, end)
  unread = unread.slice(end + 1)
  return line
}

/* Forget what a run has left in this process. */
function clean() {
  for (const timer of waiting.keys()) forget(timer)
  process.removeAllListeners()
  process.on("beforeExit", passTime)
  process.exitCode = undefined
}

function begin() {
  const last = run
  run = { ...JSON.parse(readLine()), printed: "" }
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, run.env)
  process.chdir(run.cwd)
  process.argv = [process.execPath, "tcb", ...run.arguments]
  if (last?.code === undefined && String(last?.arguments) === String(run.arguments)) commands().parse(process.argv)
  else load()
}

function commands() {
  return loaded.find(({ exports }) => exports?.program?.commands?.length).exports.program
}

function load() {
  clean()
  Object.defineProperty(process, "stdin", { configurable: true, value: Readable.from([]) })
  const module = { children: [], exports: {} }
  const values = [module.exports, Module.createRequire(FILE), module, FILE, path.dirname(FILE)]
  cli.runInThisContext().apply(module.exports, values)
  loaded = Object.values(module.exports.c)
}

function end() {
  write(JSON.stringify({ code: run.code ?? process.exitCode ?? 0, printed: run.printed }) + "\n")
  begin()
}

/* Nothing is under way any more, except that something may wait for its time. */
function passTime() {
  const [next] = [...waiting.values()].sort((one, other) => one.due - other.due)
  if (next) skipped += Math.max(0, next.due - clock())
  setImmediate(next ? next.fire : end)
}

function clock() {
  return performance.now() + skipped
}

/* A timer that holds nothing up, and is due by our clock. */
function wait(callback, delay, values, set) {
  const entry = {
    due: clock() + delay,
    fire() {
      if (set === setTimeout) forget(timer)
      entry.due += delay
      callback(...values)
    },
  }
  const timer = set(entry.fire, delay).unref()
  timer.unref = () => waiting.delete(timer) && timer
  waiting.set(timer, entry)
  return timer
}

function forget(timer) {
  waiting.delete(timer)
  clearTimeout(timer)
}

globalThis.setTimeout = (callback, delay = 0, ...values) => wait(callback, delay, values, setTimeout)
globalThis.setTimeout[promisify.custom] = (delay, value) => new Promise((resolve) => wait(resolve, delay, [value], setTimeout))
globalThis.setInterval = (callback, delay = 0, ...values) => wait(callback, delay, values, setInterval)
globalThis.clearTimeout = globalThis.clearInterval = forget

process.exit = (code) => {
  run.code = code ?? process.exitCode ?? 0
  clean()
  process.on("uncaughtException", () => {})
  throw new Error("the run has ended")
}

for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text, ...rest) => {
    if (run.code === undefined) run.printed += text
    rest.at(-1)?.()
    return true
  }
}

begin()
