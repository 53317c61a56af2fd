/**
 * The expressions of WXML: what stands between `{{` and `}}`. They are read by a parser of our own, not by the browser's,
 * because they differ from JavaScript: a member of nothing is nothing, functions are not called, and `data` of a
 * template takes an object's members without its braces.
 */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})

  const TOKEN =
    /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_$][\w$]*)|('(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*")|(===|!==|==|!=|<=|>=|&&|\|\||\?\?|\.\.\.|[-+*/%<>!?:.,()[\]{}]))/y
  /** @type {Record<string, [number, (a: any, b: any) => any]>} */
  const BINARY = {
    '*': [8, (a, b) => a * b],
    '/': [8, (a, b) => a / b],
    '%': [8, (a, b) => a % b],
    '+': [7, (a, b) => a + b],
    '-': [7, (a, b) => a - b],
    '<': [6, (a, b) => a < b],
    '>': [6, (a, b) => a > b],
    '<=': [6, (a, b) => a <= b],
    '>=': [6, (a, b) => a >= b],
    '==': [5, (a, b) => a == b],
    '!=': [5, (a, b) => a != b],
    '===': [5, (a, b) => a === b],
    '!==': [5, (a, b) => a !== b],
  }
  /** @type {Record<string, [number, (a: Evaluate, b: Evaluate) => Evaluate]>} */
  const LAZY = {
    '&&': [4, (a, b) => scope => a(scope) && b(scope)],
    '||': [3, (a, b) => scope => a(scope) || b(scope)],
    '??': [3, (a, b) => scope => a(scope) ?? b(scope)],
  }
  /** @type {Record<string, any>} */
  const WORDS = { true: true, false: false, null: null, undefined: undefined }
  /** @type {Record<string, string>} */
  const ESCAPES = { n: '\n', t: '\t', r: '\r' }

  /** @typedef {(scope: any) => any} Evaluate */
  /** @typedef {{ kind: 'number' | 'name' | 'text' | 'sign' | 'end', text: string }} Token */

  /**
   * @param {string} source
   * @returns {Token[]}
   */
  function tokenise(source) {
    /** @type {Token[]} */
    const tokens = []
    TOKEN.lastIndex = 0
    let end = 0
    while (source.slice(end).trim()) {
      const match = TOKEN.exec(source)
      if (match === null) throw new Error(`{{${source}}} cannot be read at: ${source.slice(end).trim()}`)
      const [, number, name, text, sign] = match
      if (number !== undefined) tokens.push({ kind: 'number', text: number })
      else if (name !== undefined) tokens.push({ kind: 'name', text: name })
      else if (text !== undefined) tokens.push({ kind: 'text', text: unquote(text) })
      else tokens.push({ kind: 'sign', text: sign })
      end = TOKEN.lastIndex
    }
    return [...tokens, { kind: 'end', text: 'its end' }]
  }

  /** @param {string} text */
  const unquote = text => text.slice(1, -1).replace(/\\([^])/g, (_, letter) => ESCAPES[letter] ?? letter)

  class Parser {
    /** @param {string} source */
    constructor(source) {
      this.source = source
      this.tokens = tokenise(source)
      this.place = 0
    }

    /** @param {string} sign */
    takes(sign) {
      const { kind, text } = this.tokens[this.place]
      const isIt = kind === 'sign' && text === sign
      if (isIt) this.place += 1
      return isIt
    }

    /**
     * Whether a sign or the end comes next.
     * @param {string} sign
     */
    isAt(sign) {
      const { kind, text } = this.tokens[this.place]
      return kind === 'end' || (kind === 'sign' && text === sign)
    }

    /** @param {string} sign */
    expect(sign) {
      if (!this.takes(sign)) throw this.lack(sign)
    }

    /** @param {string} wanted */
    lack(wanted) {
      return new Error(`{{${this.source}}}: expected ${wanted}, found ${this.tokens[this.place].text}`)
    }

    /** @returns {Evaluate} */
    whole() {
      const evaluate = this.choice()
      this.end()
      return evaluate
    }

    end() {
      if (this.tokens[this.place].kind !== 'end') throw this.lack('an operator')
    }

    /** @returns {Evaluate} */
    choice() {
      const test = this.binary(0)
      if (!this.takes('?')) return test
      const yes = this.choice()
      this.expect(':')
      const no = this.choice()
      return scope => (test(scope) ? yes(scope) : no(scope))
    }

    /**
     * @param {number} least the weakest operator that belongs here
     * @returns {Evaluate}
     */
    binary(least) {
      let left = this.unary()
      for (;;) {
        const { kind, text } = this.tokens[this.place]
        const [strength, join] = (kind === 'sign' && (BINARY[text] ?? LAZY[text])) || [-1, () => undefined]
        if (strength < least || strength === -1) return left
        this.place += 1
        const [a, b] = [left, this.binary(strength + 1)]
        left = text in LAZY ? join(a, b) : scope => join(a(scope), b(scope))
      }
    }

    /** @returns {Evaluate} */
    unary() {
      for (const [sign, apply] of UNARY) {
        if (!this.takes(sign)) continue
        const operand = this.unary()
        return scope => apply(operand(scope))
      }
      return this.members(this.primary())
    }

    /**
     * @param {Evaluate} owner
     * @returns {Evaluate}
     */
    members(owner) {
      if (this.takes('.')) {
        const name = this.name()
        return this.members(scope => owner(scope)?.[name])
      }
      if (this.takes('[')) {
        const index = this.choice()
        this.expect(']')
        return this.members(scope => owner(scope)?.[index(scope)])
      }
      return owner
    }

    name() {
      const { kind, text } = this.tokens[this.place]
      if (kind !== 'name') throw this.lack('a name')
      this.place += 1
      return text
    }

    /** @returns {Evaluate} */
    primary() {
      if (this.takes('(')) {
        const inner = this.choice()
        this.expect(')')
        return inner
      }
      if (this.takes('[')) return this.list()
      if (this.takes('{')) {
        const object = this.object('}')
        this.expect('}')
        return object
      }
      const { kind, text } = this.tokens[this.place]
      if (kind === 'end' || kind === 'sign') throw this.lack('a value')
      this.place += 1
      if (kind === 'number') return () => Number(text)
      if (kind === 'text') return () => text
      return Object.hasOwn(WORDS, text) ? () => WORDS[text] : scope => scope?.[text]
    }

    /** @returns {Evaluate} */
    list() {
      /** @type {Evaluate[]} */
      const items = []
      while (!this.takes(']')) {
        items.push(this.choice())
        if (!this.takes(',')) {
          this.expect(']')
          break
        }
      }
      return scope => items.map(item => item(scope))
    }

    /**
     * An object's members, up to a brace or the end.
     * @param {string} closing
     * @returns {Evaluate}
     */
    object(closing) {
      /** @type {((scope: any) => object)[]} */
      const members = []
      while (!this.isAt(closing)) {
        members.push(this.member())
        if (!this.takes(',')) break
      }
      return scope => Object.assign({}, ...members.map(member => member(scope)))
    }

    /** @returns {(scope: any) => object} */
    member() {
      if (this.takes('...')) {
        const spread = this.choice()
        return scope => spread(scope) ?? {}
      }
      const { kind, text } = this.tokens[this.place]
      if (kind !== 'name' && kind !== 'text' && kind !== 'number') throw this.lack('a member')
      this.place += 1
      if (!this.takes(':')) return scope => ({ [text]: scope?.[text] })
      const value = this.choice()
      return scope => ({ [text]: value(scope) })
    }
  }
  /** @type {[string, (value: any) => any][]} */
  const UNARY = [
    ['!', value => !value],
    ['-', value => -value],
    ['+', value => +value],
  ]

  /**
   * What a text consists of, by turns: what stands there, and the sources of expressions.
   * @param {string} text
   * @returns {string[]} with the expressions at the odd places
   */
  function split(text) {
    const pieces = []
    let from = 0
    for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', from)) {
      const close = closingOf(text, open + 2)
      if (close === -1) throw new Error(`{{ is not closed: ${text.slice(open)}`)
      pieces.push(text.slice(from, open), text.slice(open + 2, close))
      from = close + 2
    }
    return [...pieces, text.slice(from)]
  }

  /**
   * @param {string} text
   * @param {number} from
   */
  function closingOf(text, from) {
    let depth = 0
    let quote = ''
    for (let index = from; index < text.length; index += 1) {
      const letter = text[index]
      if (quote) {
        if (letter === '\\') index += 1
        else if (letter === quote) quote = ''
      } else if (letter === '"' || letter === "'") quote = letter
      else if (letter === '{') depth += 1
      else if (letter === '}' && depth > 0) depth -= 1
      else if (letter === '}' && text[index + 1] === '}') return index
    }
    return -1
  }

  /**
   * What makes a value of data: of a single expression its own, of a text with expressions a text.
   * @param {string} text
   * @returns {Evaluate}
   */
  function compile(text) {
    const pieces = split(text)
    if (pieces.length === 1) return () => text
    const evaluates = pieces.map((piece, index) => (index % 2 ? new Parser(piece).whole() : () => piece))
    if (pieces.length === 3 && pieces[0] === '' && pieces[2] === '') return evaluates[1]
    return scope => evaluates.map(evaluate => asText(evaluate(scope))).join('')
  }

  /**
   * What makes the data of a template: `{{...item, name: 'a', size}}`.
   * @param {string} text
   * @returns {Evaluate}
   */
  function compileData(text) {
    const [, source = ''] = split(text)
    const parser = new Parser(source)
    const evaluate = parser.object('')
    parser.end()
    return evaluate
  }

  /** @param {any} value */
  const asText = value => (value === undefined || value === null ? '' : String(value))

  /**
   * The path of data that a two-way binding names: `{{user.name}}` is `user.name`.
   * @param {string} text
   * @returns {string}
   */
  function pathOf(text) {
    const match = /^\{\{\s*([\w$.[\]]+)\s*\}\}$/.exec(text)
    if (match === null) throw new Error(`a two-way binding takes {{path}}, not ${text}`)
    return match[1]
  }

  const compiled = new Map()
  /**
   * @param {(text: string) => Evaluate} make
   * @param {string} text
   * @returns {Evaluate}
   */
  function kept(make, text) {
    const key = `${make.name} ${text}`
    if (!compiled.has(key)) compiled.set(key, make(text))
    return compiled.get(key)
  }

  parts.expressions = {
    /** @param {string} text */
    compile: text => kept(compile, text),
    /** @param {string} text */
    compileData: text => kept(compileData, text),
    asText,
    pathOf,
  }
})(/** @type {any} */ (globalThis))
