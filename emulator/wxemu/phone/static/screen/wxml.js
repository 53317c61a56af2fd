/** WXML as a tree. What it means is render.js's: here is only what stands in the file, with its lines. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})

  /**
   * @typedef {object} WxmlElement
   * @property {string} tag
   * @property {Map<string, string | true>} attributes true: one without a value
   * @property {(WxmlElement | WxmlText)[]} children
   * @property {string} file
   * @property {number} line
   *
   * @typedef {{ text: string, file: string, line: number }} WxmlText
   */

  const NAME = /[A-Za-z_][\w.:-]*/y
  const ATTRIBUTE = /\s*([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/y
  const TAG_END = /\s*(\/?)>/y
  const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: '\u00a0' }

  /** A file that cannot be read as WXML. */
  class WxmlError extends Error {
    /**
     * @param {string} text
     * @param {string} file
     * @param {number} line
     */
    constructor(text, file, line) {
      super(text)
      this.place = { file, line }
    }
  }

  /**
   * @param {string} source
   * @param {string} file its name, for errors
   * @returns {(WxmlElement | WxmlText)[]}
   */
  function parse(source, file) {
    /** @type {WxmlElement} */
    const whole = { tag: '', attributes: new Map(), children: [], file, line: 1 }
    const open = [whole]
    let place = 0
    let line = 1
    let counted = 0

    const here = () => {
      for (; counted < place; counted += 1) if (source[counted] === '\n') line += 1
      return line
    }
    /** @param {string} text */
    const fail = text => new WxmlError(text, file, here())
    /** @param {RegExp} pattern */
    const take = pattern => {
      pattern.lastIndex = place
      const match = pattern.exec(source)
      if (match !== null) place = pattern.lastIndex
      return match
    }

    while (place < source.length) {
      const inner = open[open.length - 1]
      const line = here()
      if (source.startsWith('<!--', place)) {
        const end = source.indexOf('-->', place)
        if (end === -1) throw fail('<!-- is not closed')
        place = end + 3
      } else if (source.startsWith('</', place)) {
        place += 2
        const [name] = take(NAME) ?? ['']
        if (open.length === 1) throw fail(`</${name}> closes nothing`)
        if (name !== inner.tag) throw fail(`expected </${inner.tag}> of line ${inner.line}, found </${name}>`)
        if (!take(TAG_END)) throw fail(`</${name} is not closed`)
        open.pop()
      } else if (source[place] === '<') {
        place += 1
        const [tag] = take(NAME) ?? ['']
        if (!tag) throw fail('expected the name of a tag after <, found something else; write &lt; for the sign')
        /** @type {WxmlElement} */
        const element = { tag, attributes: new Map(), children: [], file, line }
        inner.children.push(element)
        let end = take(TAG_END)
        while (end === null) {
          const attribute = take(ATTRIBUTE)
          if (attribute === null) throw fail(`<${tag} is not closed, or one of its attributes has no quotes`)
          const [, name, double, single] = attribute
          if (element.attributes.has(name)) throw fail(`<${tag}> has ${name} twice`)
          element.attributes.set(name, double ?? single ?? true)
          end = take(TAG_END)
        }
        if (tag === 'wxs') place = element.attributes.has('src') || end[1] ? place : source.indexOf('</wxs>', place)
        if (place === -1) throw new WxmlError('<wxs> is not closed', file, line)
        if (!end[1]) open.push(element)
      } else {
        const next = textEnd(source, place)
        const text = trim(source.slice(place, next))
        if (text) inner.children.push({ text: decode(text), file, line })
        place = next
      }
    }
    if (open.length > 1) {
      const { tag, line } = open[open.length - 1]
      throw new WxmlError(`<${tag}> is not closed`, file, line)
    }
    return whole.children
  }

  /**
   * Where a text ends: at a tag that stands in no expression.
   * @param {string} source
   * @param {number} from
   */
  function textEnd(source, from) {
    let place = from
    for (;;) {
      const tag = source.indexOf('<', place)
      const open = source.indexOf('{{', place)
      if (tag === -1) return source.length
      if (open === -1 || tag < open) return tag
      const close = source.indexOf('}}', open)
      if (close === -1) return tag
      place = close + 2
    }
  }

  /**
   * Without the white space that only lays out the file.
   * @param {string} text
   */
  const trim = text => text.replace(/^\s*\n\s*/, '').replace(/\s*\n\s*$/, '')

  /** @param {string} text */
  const decode = text =>
    text.replace(/&(lt|gt|amp|quot|apos|nbsp);/g, (_, name) => ENTITIES[/** @type {keyof typeof ENTITIES} */ (name)])

  parts.wxml = { parse, WxmlError }
})(/** @type {any} */ (globalThis))
