/** The data of a page or component: what setData takes, and what may be told to the view. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})

  /**
   * A copy, as what passes from the code to the view in WeChat: without functions.
   * @param {any} value
   * @returns {any}
   */
  function copy(value) {
    if (Array.isArray(value)) return value.map(copy)
    if (typeof value === 'function') return undefined
    if (value === null || typeof value !== 'object') return value
    if (value instanceof Date) return new Date(value)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]))
  }

  /**
   * `list[0].name` as its steps.
   * @param {string} path
   * @returns {(string | number)[]}
   */
  function steps(path) {
    const found = [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)]
    if (found.map(([step]) => step).join('').length + (path.match(/\./g) ?? []).length !== path.length) {
      throw new Error(`setData takes paths like list[0].name, not ${path}`)
    }
    return found.map(([, name, index]) => (index === undefined ? name : Number(index)))
  }

  /**
   * @param {any} data
   * @param {string} path
   * @param {any} value
   */
  function put(data, path, value) {
    const way = steps(path)
    const last = way.pop()
    let place = data
    way.forEach((step, index) => {
      const isList = typeof (way[index + 1] ?? last) === 'number'
      if (place[step] === null || typeof place[step] !== 'object') place[step] = isList ? [] : {}
      place = place[step]
    })
    place[/** @type {string} */ (last)] = value
  }

  /**
   * @param {any} data
   * @param {string} path
   */
  const get = (data, path) => steps(path).reduce((place, step) => place?.[step], data)

  const EMPTY = new Map(/** @type {[any, any][]} */ ([[String, ''], [Number, 0], [Boolean, false], [Array, []], [Object, null]]))

  /**
   * What a property holds before anybody sets it.
   * @param {any} property as it is declared: a type, or an object with type and value
   */
  function initial(property) {
    if (property !== null && typeof property === 'object' && 'value' in property) return copy(property.value)
    return copy(EMPTY.get(typeof property === 'function' ? property : property?.type) ?? null)
  }

  /**
   * A value of an attribute, in the type that the property takes.
   * @param {any} property
   * @param {any} value
   */
  function convert(property, value) {
    const type = typeof property === 'function' ? property : property?.type
    if (type === Boolean) return Boolean(value)
    if (type === Number && value !== null && value !== undefined) return Number(value)
    if (type === String) return value === undefined || value === null || value === true ? '' : String(value)
    return copy(value)
  }

  parts.data = { copy, put, get, initial, convert }
})(/** @type {any} */ (globalThis))
