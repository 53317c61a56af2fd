/** The scripts of a mini program as modules, and what they register: App, Page, Component, Behavior. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})

  /** What a browser has and WeChat has not: code that uses it would fail on a phone. */
  const ABSENT = ['window', 'document', 'location', 'navigator', 'parent', 'top', 'frames', 'self', 'fetch', 'XMLHttpRequest']
  ABSENT.push('WebSocket', 'EventSource', 'Worker', 'localStorage', 'sessionStorage', 'indexedDB', 'postMessage', 'alert')

  /** @type {Map<string, (require: (path: string) => any, module: { exports: any }, exports: any) => void>} */
  const sources = new Map()
  /** @type {Map<string, { exports: any }>} */
  const loaded = new Map()
  /** @type {Map<string, { kind: 'Page' | 'Component', definition: any }>} */
  const definitions = new Map()
  /** @type {Map<string, string>} */
  const files = new Map()
  /** @type {string[]} the modules that are running, the innermost last */
  const running = []
  /** @type {any} */
  let app

  /**
   * Read all scripts. Each becomes a script of its own, so that its errors have its lines.
   * @param {Record<string, string>} texts by name
   */
  async function read(texts) {
    const names = Object.keys(texts).filter(name => name.endsWith('.js'))
    await Promise.all(names.map(name => add(name, texts[name])))
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  const add = (name, text) =>
    new Promise(resolve => {
      // Two functions, so that a script may declare what is absent: `const location`.
      const head = `phoneScreen.modules.define(${JSON.stringify(name)}, ((${ABSENT}) => function (require, module, exports) {`
      const url = URL.createObjectURL(new Blob([head, text, '\n})())'], { type: 'text/javascript' }))
      files.set(url, name)
      const script = document.createElement('script')
      script.onload = script.onerror = resolve
      script.src = url
      document.head.append(script)
    })

  /** @param {string} name */
  function load(name) {
    const known = loaded.get(name)
    if (known !== undefined) return known.exports
    const run = sources.get(name)
    if (run === undefined) {
      const isTold = name in parts.program.files // by the browser, when it could not read the script
      throw Object.assign(new Error(`module '${name}' is not defined`), { isTold })
    }
    const module = { exports: {} }
    loaded.set(name, module)
    running.push(name)
    try {
      run.call(undefined, path => load(find(name, path)), module, module.exports)
    } finally {
      running.pop()
    }
    return module.exports
  }

  /**
   * @param {string} from
   * @param {string} path
   */
  function find(from, path) {
    const name = parts.paths.resolve(from, path, '.js')
    const folder = parts.paths.resolve(from, `${path}/index.js`)
    if (name in parts.program.files) return name
    if (!(folder in parts.program.files)) {
      throw new Error(`module '${name}' is not defined, require args is '${path}'`)
    }
    return folder
  }

  /**
   * @param {'Page' | 'Component'} kind
   * @returns {(definition: any) => void}
   */
  const register = kind => definition => {
    definitions.set(running[running.length - 1].replace(/\.js$/, ''), { kind, definition: definition ?? {} })
  }

  /**
   * What a page's or component's script registers.
   * @param {string} is
   */
  function registered(is) {
    load(`${is}.js`)
    const definition = definitions.get(is)
    if (definition !== undefined) return definition
    throw Object.assign(new Error(`${is}.js calls neither Page nor Component`), { place: { file: `${is}.js`, line: 1 } })
  }

  Object.assign(root, {
    App(/** @type {any} */ definition) {
      app = definition ?? {}
    },
    getApp: () => app,
    Page: register('Page'),
    Component: register('Component'),
    Behavior: (/** @type {any} */ definition) => definition,
  })

  parts.modules = {
    define: sources.set.bind(sources),
    read,
    load,
    registered,
    /** @param {string} url of a script */
    fileOf: url => files.get(url),
    get app() {
      return app
    },
  }
})(/** @type {any} */ (globalThis))
