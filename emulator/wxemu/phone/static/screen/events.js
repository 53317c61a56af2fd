/** Events of WeChat's form, and the way to the handlers that templates name. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { SHOWN } = parts.patch

  const began = performance.now()

  /** @param {any} node */
  function facts(node) {
    return { id: node.id, dataset: node[SHOWN].wanted.dataset, offsetLeft: node.offsetLeft, offsetTop: node.offsetTop }
  }

  /**
   * @param {string} type
   * @param {any} detail
   * @param {any} target
   * @param {any} currentTarget
   */
  function event(type, detail, target, currentTarget) {
    return {
      type,
      timeStamp: performance.now() - began,
      target: facts(target),
      currentTarget: facts(currentTarget),
      mark: {},
      detail,
      touches: [],
      changedTouches: [],
    }
  }

  /**
   * Call the handler of one node, if it has one.
   * @param {any} node
   * @param {string} type
   * @param {any} [detail]
   * @param {any} [target] where it happened
   * @returns {{ isCaught: boolean, result: any }}
   */
  function fire(node, type, detail = {}, target = node) {
    const { wanted } = node[SHOWN]
    const named = wanted.events.get(type)
    if (named === undefined) return { isCaught: false, result: undefined }
    const handler = wanted.owner.handler(named.handler)
    if (handler === undefined) {
      // WeChat says so, and goes on.
      parts.report.note('warn', `${wanted.owner.is} has no method ${named.handler}, to handle ${type}`, wanted.place)
      return { isCaught: named.isCatch, result: undefined }
    }
    const result = parts.report.guard(() => handler.call(wanted.owner.instance, event(type, detail, target, node)))
    return { isCaught: named.isCatch, result }
  }

  /**
   * Let an event rise from a node to the page, through the components on its way.
   * @param {any[]} path of nodes, from the inside
   * @param {string} type
   * @param {any} detail
   */
  function rise(path, type, detail) {
    const nodes = path.filter(node => node[SHOWN] !== undefined)
    for (const node of nodes) {
      const target = nodes.find(inner => inner[SHOWN].wanted.owner === node[SHOWN].wanted.owner)
      if (fire(node, type, detail, target).isCaught) return
    }
  }

  /**
   * A model of a two-way binding: what is entered goes into the data.
   * @param {any} node
   * @param {string} attribute
   * @param {any} value
   */
  function enter(node, attribute, value) {
    const { wanted } = node[SHOWN]
    const path = wanted.models.get(attribute)
    if (path !== undefined) wanted.owner.setData({ [path]: value })
  }

  /** @param {Element} place */
  function listen(place) {
    place.addEventListener('click', click => {
      const { clientX: x, clientY: y } = /** @type {MouseEvent} */ (click)
      const path = /** @type {any[]} */ (click.composedPath())
      if (path[0].matches('label input')) return // the browser's own, which follows the one on the label
      if (path.some(node => node.ariaDisabled === 'true')) return
      rise(path, 'tap', { x, y })
    })
    for (const name of ['touchstart', 'touchmove', 'touchend', 'touchcancel']) {
      place.addEventListener(name, touch => rise(/** @type {any[]} */ (touch.composedPath()), name, {}), { passive: true })
    }
  }

  parts.events = { fire, rise, enter, listen }
})(/** @type {any} */ (globalThis))
