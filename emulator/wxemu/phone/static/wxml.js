/**
 * A small renderer of WXML: `{{path.to.data}}` and `{{!path}}`, wx:if, wx:elif and wx:else, bindtap, and the elements
 * of `ELEMENTS`. It throws on anything else.
 */

/** @type {Record<string, (values: Record<string, any>) => [string, Record<string, any>]>} */
const ELEMENTS = {
  view: ({ class: names }) => ['div', { class: names }],
  text: ({ class: names }) => ['span', { class: names }],
  icon: ({ type, class: names = '' }) => [
    'i',
    { class: `weui-icon-${type} weui-icon_msg ${names}`, role: 'img', 'aria-label': type },
  ],
  button: ({ type = 'default', loading, disabled, class: names = '' }) => [
    'button',
    {
      class: `weui-btn weui-btn_${type} ${loading ? 'weui-btn_loading' : ''} ${names}`,
      type: 'button',
      'aria-busy': loading ? 'true' : undefined,
      'aria-disabled': disabled ? 'true' : undefined,
    },
  ],
}
const DIRECTIVES = ['wx:if', 'wx:elif', 'wx:else', 'bindtap']
const EXPRESSION = /\{\{\s*(!?)([\w.]+)\s*\}\}/g

/**
 * @param {string} source
 * @returns {Element}
 */
export function parse(source) {
  const document = new DOMParser().parseFromString(`<wxml xmlns:wx="wx">${toXml(source)}</wxml>`, 'text/xml')
  const error = document.querySelector('parsererror')
  if (error) throw new Error(`this WXML cannot be read: ${error.textContent}`)
  return document.documentElement
}

/**
 * An attribute in XML needs a value; `wx:else` has none.
 * @param {string} source
 */
const toXml = source => source.replace(/\swx:else(?=[\s>])/g, ' wx:else=""')

/**
 * Make `place` show the template with `data`; nodes that do not change stay in the document.
 * @param {Element} template as returned by `parse`
 * @param {any} data
 * @param {Element} place
 */
export function render(template, data, place) {
  patch(place, children(template, data))
}

/**
 * @param {Element} template
 * @param {any} data
 * @returns {Node[]}
 */
function children(template, data) {
  const nodes = []
  let isDone = true
  for (const child of template.childNodes) {
    if (child instanceof Text) {
      if (child.data.trim()) nodes.push(document.createTextNode(interpolate(child.data.trim(), data)))
    } else if (child instanceof Element) {
      if (child.hasAttribute('wx:if')) isDone = false
      const condition = child.getAttribute('wx:if') ?? child.getAttribute('wx:elif')
      const isConditional = DIRECTIVES.slice(0, 3).some(name => child.hasAttribute(name))
      if (isConditional && (isDone || (condition !== null && !value(condition, data)))) continue
      if (isConditional) isDone = true
      nodes.push(element(child, data))
    }
  }
  return nodes
}

/**
 * @param {Element} template
 * @param {any} data
 */
function element(template, data) {
  const make = ELEMENTS[template.localName]
  if (make === undefined) throw new Error(`<${template.localName}> is none of ${Object.keys(ELEMENTS).join(', ')}`)
  /** @type {Record<string, any>} */
  const values = {}
  /** @type {Record<string, any>} */
  const aria = {}
  for (const { name, value: source } of template.attributes) {
    if (name.startsWith('xmlns')) continue
    if (name.startsWith('aria-')) aria[name === 'aria-role' ? 'role' : name] = source
    else if (!DIRECTIVES.includes(name)) values[name] = value(source, data)
  }
  const [tag, attributes] = make(values)
  const node = document.createElement(tag)
  const handler = template.getAttribute('bindtap')
  for (const [name, text] of Object.entries({ ...aria, ...attributes, 'data-tap': handler ?? undefined })) {
    if (text !== undefined) node.setAttribute(name, String(text).trim())
  }
  if (node.getAttribute('role') === 'heading') node.setAttribute('aria-level', '2')
  node.append(...children(template, data))
  return node
}

/**
 * A single expression keeps its type.
 * @param {string} source
 * @param {any} data
 */
function value(source, data) {
  const [only] = source.matchAll(EXPRESSION)
  return only?.[0] === source ? evaluate(only[1], only[2], data) : interpolate(source, data)
}

/**
 * @param {string} text
 * @param {any} data
 */
function interpolate(text, data) {
  if (text.replace(EXPRESSION, '').includes('{{')) throw new Error(`only {{path}} and {{!path}} are known: ${text}`)
  return text.replace(EXPRESSION, (_, not, path) => String(evaluate(not, path, data) ?? ''))
}

/**
 * @param {string} not
 * @param {string} path
 * @param {any} data
 */
function evaluate(not, path, data) {
  const result = path.split('.').reduce((whole, name) => whole?.[name], data)
  return not ? !result : result
}

/**
 * @param {Element} place
 * @param {Node[]} wanted
 */
function patch(place, wanted) {
  wanted.forEach((node, index) => {
    const present = place.childNodes[index]
    if (present === undefined) place.append(node)
    else if (present instanceof Text && node instanceof Text) present.data = node.data
    else if (present instanceof Element && node instanceof Element && present.tagName === node.tagName) {
      adopt(present, node)
    } else present.replaceWith(node)
  })
  while (place.childNodes.length > wanted.length) place.lastChild?.remove()
}

/**
 * @param {Element} present
 * @param {Element} wanted
 */
function adopt(present, wanted) {
  for (const name of present.getAttributeNames()) {
    if (!wanted.hasAttribute(name)) present.removeAttribute(name)
  }
  for (const name of wanted.getAttributeNames()) present.setAttribute(name, wanted.getAttribute(name) ?? '')
  patch(present, [...wanted.childNodes])
}
