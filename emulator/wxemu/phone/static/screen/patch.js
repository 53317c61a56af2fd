/** Brings a place of the document to what is wanted there. Nodes that are wanted again stay, with what they hold. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { TemplateError } = parts.expand

  /**
   * @typedef {any} Wanted as expand.js describes it
   */

  /** What we know of a node: `node[SHOWN]`. */
  const SHOWN = Symbol('shown')

  /**
   * @param {Node & ParentNode} place
   * @param {(Wanted | string)[]} wanted
   */
  function patch(place, wanted) {
    const rest = [...place.childNodes]
    const keyed = new Map(rest.map(node => [identity(shownOf(node)), node]))
    const nodes = wanted.map(one => take(rest, keyed, one) ?? make(one))
    for (const node of rest) {
      detach(node)
      node.remove()
    }
    nodes.forEach((node, index) => {
      const one = wanted[index]
      if (place.childNodes[index] !== node) place.insertBefore(node, place.childNodes[index] ?? null)
      if (typeof one === 'string') /** @type {Text} */ (node).data = one
      else update(/** @type {any} */ (node), one)
    })
  }

  /** @param {any} one */
  const identity = one => (one?.key === undefined ? undefined : `${one.tag} ${typeof one.key} ${one.key}`)

  /** @param {any} node */
  const shownOf = node => node[SHOWN]?.wanted

  /**
   * Take a node that can show what is wanted.
   * @param {ChildNode[]} rest
   * @param {Map<string | undefined, ChildNode>} keyed
   * @param {Wanted | string} wanted
   */
  function take(rest, keyed, wanted) {
    const key = typeof wanted === 'string' ? undefined : identity(wanted)
    const node =
      key === undefined
        ? rest.find(node => (typeof wanted === 'string' ? node instanceof Text : isAlike(shownOf(node), wanted)))
        : rest.find(node => node === keyed.get(key) && isAlike(shownOf(node), wanted))
    if (node !== undefined) rest.splice(rest.indexOf(node), 1)
    return node
  }

  /**
   * @param {any} shown
   * @param {any} wanted
   */
  const isAlike = (shown, wanted) =>
    shown?.tag === wanted.tag && shown.owner === wanted.owner && identity(shown) === identity(wanted)

  /** @param {Wanted | string} wanted */
  function make(wanted) {
    if (typeof wanted === 'string') return document.createTextNode(wanted)
    const kind = kindOf(wanted)
    const node = document.createElement(kind.node)
    Object.assign(node, { [SHOWN]: { wanted: { ...wanted, values: {} }, kind } })
    kind.make?.(node)
    return node
  }

  /** @param {Wanted} wanted */
  function kindOf({ tag, owner, place }) {
    if (owner.components.has(tag)) return parts.components.kind
    const kind = parts.elements[tag]
    if (kind !== undefined) return kind
    parts.report.error(new TemplateError(`<${tag}> is not among the tags that the phone page knows`, place))
    return parts.elements.view
  }

  /**
   * @param {any} node
   * @param {Wanted} wanted
   */
  function update(node, wanted) {
    const shown = node[SHOWN]
    const last = shown.wanted
    shown.wanted = wanted
    const { values } = wanted
    const classes = [shown.kind.classes?.(values), values.class].filter(Boolean).join(' ')
    set(node, 'class', classes || undefined)
    set(node, 'id', values.id)
    if (values.style !== last.values.style) node.style.cssText = parts.styles.withoutRpx(String(values.style ?? ''))
    node.hidden = Boolean(values.hidden)
    for (const name of Object.keys({ ...last.values, ...values })) {
      if (name.startsWith('aria-')) set(node, name === 'aria-role' ? 'role' : name, values[name])
    }
    if (values['aria-role'] === 'heading') set(node, 'aria-level', values['aria-level'] ?? 2)
    if (values.slot !== undefined) set(node, 'slot', values.slot)
    shown.kind.update?.(node, values, last.values)
    patch(shown.kind.content?.(node) ?? node, wanted.children)
    shown.kind.updated?.(node, values, last.values)
  }

  /**
   * @param {Element} node
   * @param {string} name
   * @param {any} value
   */
  function set(node, name, value) {
    if (value === undefined || value === null) node.removeAttribute(name)
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value))
  }

  /**
   * Tell a node and all below it that they go.
   * @param {any} node
   */
  function detach(node) {
    for (const child of node.childNodes) detach(child)
    node[SHOWN]?.kind.detach?.(node)
  }

  /** @param {any} node */
  const valuesOf = node => node[SHOWN].wanted.values

  parts.patch = { patch, detach, set, valuesOf, SHOWN }
})(/** @type {any} */ (globalThis))
