/** What a template shows of data: a tree of nodes as they shall be, which patch.js brings about. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { compile, compileData, asText, pathOf } = parts.expressions

  /**
   * @typedef {object} Wanted An element as it shall be.
   * @property {string} tag
   * @property {any} key of wx:key, or undefined
   * @property {Record<string, any>} values of its attributes
   * @property {Record<string, any>} dataset
   * @property {Map<string, { handler: string, isCatch: boolean }>} events
   * @property {Map<string, string>} models attribute and path of data
   * @property {(Wanted | string)[]} children
   * @property {any} owner the page or component whose template it stands in
   * @property {{ file: string, line: number }} place
   *
   * @typedef {{ children: any[], templates: Map<string, any> }} Template A file's tree, and the templates known in it.
   */

  const EVENT = /^(?:capture-|mut-)?(bind|catch):?(.+)$/
  const LOOP = ['wx:for', 'wx:for-items', 'wx:for-item', 'wx:for-index', 'wx:key']
  const CONDITIONS = ['wx:if', 'wx:elif', 'wx:else']

  /** A mistake in a template, with its place. */
  class TemplateError extends Error {
    /**
     * @param {string} text
     * @param {{ file: string, line: number }} place
     */
    constructor(text, { file, line }) {
      super(text)
      this.place = { file, line }
    }
  }

  /** Reads the files of templates, with what they import and include. */
  class Templates {
    /** @param {(path: string) => string | undefined} text of a file */
    constructor(text) {
      this.text = text
      /** @type {Map<string, Template>} */
      this.known = new Map()
    }

    /**
     * @param {string} file
     * @param {{ file: string, line: number }} [asked] where it is named
     * @returns {Template}
     */
    read(file, asked = { file, line: 1 }) {
      const known = this.known.get(file)
      if (known !== undefined) return known
      const source = this.text(file)
      if (source === undefined) throw new TemplateError(`there is no file ${file}`, asked)
      const children = parts.wxml.parse(source, file)
      /** @type {Template} */
      const template = { children, templates: new Map() }
      this.known.set(file, template)
      this.collect(children, template)
      return template
    }

    /**
     * @param {any[]} children
     * @param {Template} template
     */
    collect(children, template) {
      for (const child of children) {
        if (child.tag === 'template' && child.attributes.has('name')) {
          template.templates.set(child.attributes.get('name'), { children: child.children, templates: template.templates })
        } else if (child.tag === 'import' || child.tag === 'include') {
          const file = parts.paths.resolve(child.file, String(child.attributes.get('src') ?? ''), '.wxml')
          child.source = this.read(file, child)
          if (child.tag === 'include') continue
          for (const [name, imported] of child.source.templates) template.templates.set(name, imported)
        } else if (child.children) this.collect(child.children, template)
      }
    }
  }

  /**
   * @param {Template} template
   * @param {any} scope
   * @param {any} owner
   * @returns {(Wanted | string)[]}
   */
  function expand(template, scope, owner) {
    /** @type {(Wanted | string)[]} */
    const wanted = []
    let isDone = true
    for (const child of template.children) {
      if (!child.tag) {
        const text = at(child, () => asText(compile(child.text)(scope)))
        if (text) wanted.push(text)
        continue
      }
      const isChoice = !child.attributes.has('wx:for') && !child.attributes.has('wx:for-items')
      const branch = isChoice ? CONDITIONS.find(name => child.attributes.has(name)) : undefined
      if (branch === 'wx:if') isDone = false
      if (branch !== undefined) {
        if (isDone || (branch !== 'wx:else' && !value(child, branch, scope))) continue
        isDone = true
      }
      wanted.push(...(isChoice ? single : repeat)(child, scope, owner, template.templates))
    }
    return wanted
  }

  /**
   * @param {any} element
   * @param {any} scope
   * @param {any} owner
   * @param {Map<string, any>} templates
   * @returns {(Wanted | string)[]}
   */
  function repeat(element, scope, owner, templates) {
    const given = value(element, element.attributes.has('wx:for') ? 'wx:for' : 'wx:for-items', scope)
    const list = typeof given === 'number' ? [...Array(given).keys()] : typeof given === 'string' ? [...given] : given
    const item = element.attributes.get('wx:for-item') ?? 'item'
    const index = element.attributes.get('wx:for-index') ?? 'index'
    const name = element.attributes.get('wx:key')
    return Object.entries(list ?? {}).flatMap(([place, one]) => {
      const inner = { ...scope, [item]: one, [index]: Array.isArray(list) ? Number(place) : place }
      if (element.attributes.has('wx:if') && !value(element, 'wx:if', inner)) return []
      const shown = single(element, inner, owner, templates)
      const key = name === '*this' ? one : one?.[name]
      for (const node of shown) if (typeof node !== 'string' && shown.length === 1) node.key ??= key
      return shown
    })
  }

  /**
   * @param {any} element
   * @param {any} scope
   * @param {any} owner
   * @param {Map<string, any>} templates
   * @returns {(Wanted | string)[]}
   */
  function single(element, scope, owner, templates) {
    const { tag, attributes, children } = element
    if (tag === 'block') return expand({ children, templates }, scope, owner)
    if (tag === 'include') return expand(element.source, scope, owner)
    if (tag === 'import') return []
    if (tag === 'wxs') throw new TemplateError('<wxs> is not among what the phone page knows', element)
    if (tag !== 'template') return [wantedElement(element, scope, owner, templates)]
    if (!attributes.has('is')) return []
    const name = value(element, 'is', scope)
    const template = templates.get(name)
    if (template === undefined) throw new TemplateError(`no template is called ${name}`, element)
    const data = attributes.get('data')
    return expand(template, typeof data === 'string' ? at(element, () => compileData(data)(scope)) : {}, owner)
  }

  /**
   * @param {any} element
   * @param {any} scope
   * @param {any} owner
   * @param {Map<string, any>} templates
   * @returns {Wanted}
   */
  function wantedElement(element, scope, owner, templates) {
    const { tag, children, file, line } = element
    /** @type {Wanted} */
    const wanted = {
      tag,
      key: undefined,
      values: {},
      dataset: {},
      events: new Map(),
      models: new Map(),
      children: expand({ children, templates }, scope, owner),
      owner,
      place: { file, line },
    }
    for (const [name, source] of element.attributes) {
      if (LOOP.includes(name) || CONDITIONS.includes(name)) continue
      const event = EVENT.exec(name)
      if (event !== null) {
        const handler = asText(value(element, name, scope))
        if (handler) wanted.events.set(event[2], { handler, isCatch: event[1] === 'catch' })
      } else if (name.startsWith('data-')) wanted.dataset[datasetName(name.slice(5))] = value(element, name, scope)
      else if (name.startsWith('model:')) {
        wanted.values[camel(name.slice(6))] = value(element, name, scope)
        wanted.models.set(name.slice(6), at(element, () => pathOf(source)))
      } else wanted.values[name.startsWith('aria-') ? name : camel(name)] = value(element, name, scope)
    }
    return wanted
  }

  /**
   * @param {any} element
   * @param {string} name
   * @param {any} scope
   */
  function value(element, name, scope) {
    const source = element.attributes.get(name)
    return source === true ? true : at(element, () => compile(source)(scope))
  }

  /**
   * @template Result
   * @param {{ file: string, line: number }} place
   * @param {() => Result} act
   * @returns {Result}
   */
  function at(place, act) {
    try {
      return act()
    } catch (error) {
      throw new TemplateError(/** @type {Error} */ (error).message, place)
    }
  }

  /** @param {string} name */
  const camel = name => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())
  /** @param {string} name as WeChat does, which takes all but what follows a hyphen for small letters */
  const datasetName = name => camel(name.toLowerCase())

  parts.expand = { expand, Templates, TemplateError, camel }
})(/** @type {any} */ (globalThis))
