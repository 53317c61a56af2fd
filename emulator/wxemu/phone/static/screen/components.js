/** Pages and components: their instances, which hold data, run methods and show a template. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { copy, put, get, initial, convert } = parts.data
  const { SHOWN } = parts.patch

  const LIFETIMES = ['created', 'attached', 'ready', 'moved', 'detached', 'error']
  const MERGED = ['data', 'properties', 'methods', 'lifetimes', 'pageLifetimes', 'observers']

  /**
   * What a definition and its behaviors give together. Of the same name the definition's own wins; lifetimes all run.
   * @param {any} definition
   * @returns {any}
   */
  function complete(definition) {
    const behaviors = (definition.behaviors ?? []).filter((/** @type {any} */ one) => typeof one === 'object').map(complete)
    const all = [...behaviors, definition]
    /** @type {any} */
    const whole = { ...definition, runs: {} }
    for (const name of MERGED) whole[name] = Object.assign({}, ...all.map(one => one[name]))
    for (const name of LIFETIMES) {
      const own = definition.lifetimes?.[name] ?? definition[name]
      whole.runs[name] = [...behaviors.flatMap((/** @type {any} */ one) => one.runs[name]), ...(own ? [own] : [])]
    }
    return whole
  }

  /** A page or a component where it is shown. */
  class View {
    /**
     * @param {string} is its path
     * @param {{ kind: 'Page' | 'Component', definition: any }} registered
     * @param {ParentNode & Node} place
     * @param {View | null} page
     */
    constructor(is, { kind, definition }, place, page) {
      this.is = is
      this.place = place
      /** @type {View} */
      this.page = page ?? this
      this.isComponent = kind === 'Component'
      this.definition = this.isComponent ? complete(definition) : { ...definition, properties: {}, observers: {}, runs: {} }
      this.template = parts.program.templates.read(`${is}.wxml`)
      this.components = parts.program.componentsOf(is)
      const { data, properties, methods } = this.definition
      const given = Object.entries(properties).map(([name, property]) => [name, initial(property)])
      this.instance = this.isComponent ? { ...methods } : { ...definition }
      this.instance.data = { ...copy(data ?? {}), ...Object.fromEntries(given) }
      this.shown = copy(this.instance.data)
      Object.assign(this.instance, this.abilities())
      Object.defineProperty(this.instance, 'properties', { get: () => this.instance.data })
      this.isWaiting = false
      this.isGone = false
      /** @type {(() => void)[]} */
      this.callbacks = []
      this.run('created')
    }

    /** What WeChat gives each of them. */
    abilities() {
      return {
        is: this.is,
        route: this.is,
        setData: (/** @type {any} */ changes, /** @type {any} */ callback) => this.setData(changes, callback),
        triggerEvent: (/** @type {string} */ type, /** @type {any} */ detail, /** @type {any} */ options) =>
          this.trigger(type, detail, options),
        selectComponent: (/** @type {string} */ selector) => this.select(selector)[0] ?? null,
        selectAllComponents: (/** @type {string} */ selector) => this.select(selector),
        hasBehavior: (/** @type {any} */ behavior) => (this.definition.behaviors ?? []).includes(behavior),
      }
    }

    /** @param {string} name */
    handler(name) {
      const method = this.instance[name]
      return typeof method === 'function' ? method : undefined
    }

    /**
     * Run a lifetime.
     * @param {string} name
     */
    run(name) {
      for (const act of this.definition.runs[name] ?? []) parts.report.guard(() => act.call(this.instance))
    }

    /**
     * Call a method, if there is one.
     * @param {string} name
     * @param {...any} given
     */
    call(name, ...given) {
      const method = this.handler(name)
      return method && parts.report.guard(() => method.apply(this.instance, given))
    }

    /** Show it for the first time. */
    attach() {
      this.run('attached')
      this.render()
    }

    /**
     * @param {any} changes by paths
     * @param {() => void} [callback]
     */
    setData(changes, callback) {
      if (changes === null || typeof changes !== 'object') throw new Error('setData takes an object')
      for (const [path, value] of Object.entries(changes)) {
        put(this.instance.data, path, value)
        put(this.shown, path, copy(value))
      }
      this.observe(Object.keys(changes))
      if (callback) this.callbacks.push(callback)
      this.wait()
    }

    /** Show what has changed once the code that changes it has returned. */
    wait() {
      if (this.isWaiting || this.isGone) return
      this.isWaiting = true
      queueMicrotask(() => {
        this.isWaiting = false
        if (!this.isGone) this.render()
        for (const callback of this.callbacks.splice(0)) parts.report.guard(() => callback.call(this.instance))
      })
    }

    render() {
      parts.report.guard(() => parts.patch.patch(this.place, parts.expand.expand(this.template, this.shown, this)))
    }

    /**
     * Run the observers of paths.
     * @param {string[]} changed
     */
    observe(changed) {
      for (const [fields, act] of Object.entries(this.definition.observers)) {
        const paths = fields.split(',').map(path => path.trim())
        const isMeant = paths.some(path => {
          const plain = path.replace(/\.?\*\*$/, '')
          return changed.some(one => plain === '' || one === plain || plain.startsWith(`${one}.`) || (plain !== path && one.startsWith(plain)))
        })
        const values = () => paths.map(path => get(this.instance.data, path.replace(/\.?\*\*$/, '')))
        if (isMeant) parts.report.guard(() => /** @type {any} */ (act).apply(this.instance, values()))
      }
    }

    /**
     * Take over the attributes that the template around it gives.
     * @param {Record<string, any>} values
     * @param {Record<string, any>} last
     */
    take(values, last) {
      for (const [name, property] of Object.entries(/** @type {Record<string, any>} */ (this.definition.properties))) {
        if (!(name in values) || (name in last && values[name] === last[name] && typeof values[name] !== 'object')) continue
        const before = this.instance.data[name]
        const value = convert(property, values[name])
        this.instance.data[name] = value
        this.shown[name] = copy(value)
        if (before !== value) {
          this.observe([name])
          const { observer } = property ?? {}
          const act = typeof observer === 'string' ? this.instance[observer] : observer
          if (act) parts.report.guard(() => act.call(this.instance, value, before))
        }
        this.wait()
      }
    }

    /**
     * @param {string} type
     * @param {any} [detail]
     * @param {{ bubbles?: boolean, composed?: boolean }} [options]
     */
    trigger(type, detail, { bubbles = false, composed = false } = {}) {
      const host = /** @type {any} */ (this.place).host
      if (host === undefined) return
      if (!bubbles) return void parts.events.fire(host, type, detail)
      const path = []
      for (let node = host; node; node = node.parentNode ?? (composed ? node.host : null)) path.push(node)
      parts.events.rise(path, type, detail)
    }

    /**
     * The instances of components that a selector finds in its template.
     * @param {string} selector
     * @returns {any[]}
     */
    select(selector) {
      return [...this.place.querySelectorAll(selector)].map((/** @type {any} */ node) => node[SHOWN]?.view?.instance).filter(Boolean)
    }

    /** @param {'show' | 'hide'} name of a page's lifetime, for the components on it */
    tell(name) {
      const { pageLifetimes } = this.definition
      if (this !== this.page && pageLifetimes?.[name]) parts.report.guard(() => pageLifetimes[name].call(this.instance))
      for (const node of /** @type {NodeListOf<any>} */ (this.place.querySelectorAll('wx-component'))) node[SHOWN].view?.tell(name)
    }

    detach() {
      this.isGone = true
      for (const child of this.place.childNodes) parts.patch.detach(child)
      this.run('detached')
    }
  }

  /** A component as a node: its template stands in a shadow tree, which keeps its styles apart. */
  const kind = {
    node: 'wx-component',
    /** @param {any} node */
    make(node) {
      const shown = node[SHOWN]
      const { owner, tag } = shown.wanted
      const is = owner.components.get(tag)
      const place = node.attachShadow({ mode: 'open' })
      place.adoptedStyleSheets = parts.styles.ofComponent(is)
      shown.view = parts.report.guard(() => new View(is, parts.modules.registered(is), place, owner.page))
    },
    /**
     * @param {any} node
     * @param {any} values
     * @param {any} last
     */
    updated(node, values, last) {
      const { view } = node[SHOWN]
      if (view === undefined) return
      view.instance.id = node.id
      view.instance.dataset = node[SHOWN].wanted.dataset
      view.take(values, last)
      if (node[SHOWN].isAttached) return
      node[SHOWN].isAttached = true
      view.attach()
      queueMicrotask(() => view.run('ready'))
    },
    /** @param {any} node */
    detach: node => node[SHOWN].view?.detach(),
  }

  parts.components = { View, kind }
})(/** @type {any} */ (globalThis))
