/**
 * What WeChat provides for a mini program's scripts: modules, `App` and `Component`. A document runs one mini program.
 */
;(function () {
  'use strict'

  /** @type {Map<string, (require: (path: string) => any, module: {exports: any}, exports: any) => void>} */
  const sources = new Map()
  /** @type {Map<string, {exports: any}>} */
  const loaded = new Map()
  /** @type {any} */
  let app
  /** @type {any} */
  let lastComponent

  /**
   * @param {string} from the module that requires it
   * @param {string} path
   */
  function resolve(from, path) {
    const name = new URL(path, `http://module/${from}`).pathname.slice(1)
    return sources.has(name) ? name : `${name}.js`
  }

  /** @param {string} name */
  function load(name) {
    const known = loaded.get(name)
    if (known !== undefined) return known.exports
    const run = sources.get(name)
    if (run === undefined) throw new Error(`no module is called ${name}`)
    const module = { exports: {} }
    loaded.set(name, module)
    run(path => load(resolve(name, path)), module, module.exports)
    return module.exports
  }

  /** A component's instance: its data, its methods, and `setData`, which shows the changed data. */
  class Instance {
    /** @type {(data: any) => void} */
    #show

    /**
     * @param {any} definition
     * @param {(data: any) => void} show
     */
    constructor(definition, show) {
      this.data = structuredClone(definition.data ?? {})
      this.#show = show
      Object.assign(this, definition.methods)
    }

    /** @param {object} changes */
    setData(changes) {
      this.data = { ...this.data, ...changes }
      this.#show(this.data)
    }
  }

  Object.assign(globalThis, {
    define: sources.set.bind(sources),
    /** @param {any} definition */
    App(definition) {
      app = definition
    },
    getApp: () => app,
    /** @param {any} definition */
    Component(definition) {
      lastComponent = definition
    },
    miniProgram: {
      /** Run app.js. */
      launch() {
        load('app.js')
        app.onLaunch?.()
      },
      /**
       * Open the page with this path in app.json.
       * @param {string} path
       * @param {(data: any) => void} show
       */
      open(path, show) {
        load(`${path}.js`)
        const instance = new Instance(lastComponent, show)
        show(instance.data)
        lastComponent.lifetimes?.attached?.call(instance)
        return instance
      },
    },
  })
})()
