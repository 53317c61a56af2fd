/**
 * The tags of WXML as nodes of the document: each says which node stands for it, and what its attributes mean. Controls
 * are the browser's own, so that keys and screen readers work them.
 */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { set, valuesOf, SHOWN } = parts.patch
  const { fire } = parts.events

  /**
   * @typedef {object} Kind
   * @property {string} node the name of the node
   * @property {(node: any) => void} [make] once
   * @property {(node: any, values: any, last: any) => void} [update] with its attributes, and those before
   * @property {(node: any, values: any, last: any) => void} [updated] the same, after its children
   * @property {(node: any) => any} [content] where its children go
   * @property {(node: any) => void} [detach]
   * @property {(values: any) => string} [classes] of WeUI's
   */

  /** @type {(node: string) => Kind} */
  const box = node => ({ node })

  const FITS = /** @type {Record<string, string>} */ ({ aspectFit: 'contain', aspectFill: 'cover', center: 'none' })
  const OPEN_TYPES = /** @type {Record<string, [string, string]>} */ ({
    getPhoneNumber: ['getphonenumber', 'getPhoneNumber'],
    getUserInfo: ['getuserinfo', 'getUserInfo'],
  })

  /** @type {Record<string, Kind>} */
  const elements = {
    view: box('wx-view'),
    'cover-view': box('wx-view'),
    text: box('wx-text'),
    label: box('label'),
    'swiper-item': box('wx-swiper-item'),
    slot: { node: 'slot', update: (node, { name }) => set(node, 'name', name) },

    button: {
      node: 'button',
      classes: ({ type = 'default', size, plain, loading }) =>
        ['weui-btn', `weui-btn_${type}`, size === 'mini' && 'weui-btn_mini', plain && 'is-plain', loading && 'weui-btn_loading']
          .filter(Boolean)
          .join(' '),
      make(node) {
        node.type = 'button'
        node.addEventListener('click', () => pressed(node))
      },
      update(node, { disabled, loading }) {
        set(node, 'aria-disabled', disabled ? 'true' : undefined)
        set(node, 'aria-busy', loading ? 'true' : undefined)
      },
    },

    image: {
      node: 'wx-image',
      make(node) {
        const picture = document.createElement('img')
        picture.alt = ''
        node.append(picture)
        picture.addEventListener('load', () => fire(node, 'load', { width: picture.naturalWidth, height: picture.naturalHeight }))
        picture.addEventListener('error', () => fire(node, 'error', { errMsg: `${valuesOf(node).src} cannot be shown` }))
      },
      update(node, { src = '', mode, alt, 'aria-label': label }, last) {
        const picture = node.firstChild
        picture.alt = label ?? alt ?? ''
        picture.style.objectFit = FITS[mode] ?? 'fill'
        set(node, 'data-mode', mode)
        if (src === last.src) return
        const address = parts.program.picture(src, node[SHOWN].wanted.place.file)
        set(node, 'data-lacks', address === undefined && src ? src : undefined)
        if (address !== undefined) picture.src = address
        else {
          picture.removeAttribute('src')
          if (src) fire(node, 'error', { errMsg: `${src} cannot be shown: it is no picture of the mini program` })
        }
      },
      content: node => node.firstChild,
    },

    icon: {
      node: 'i',
      make: node => set(node, 'role', 'img'),
      classes: ({ type }) => `weui-icon-${type} weui-icon_msg`,
      update(node, { type, size, color, 'aria-label': label }) {
        set(node, 'aria-label', label ?? type)
        if (size !== undefined) node.style.fontSize = node.style.width = node.style.height = `${parseFloat(size)}px`
        node.style.color = color ?? ''
      },
    },

    'scroll-view': {
      node: 'wx-scroll-view',
      make(node) {
        node.tabIndex = 0 // keys scroll it, too
        node.addEventListener('scroll', () => {
          const { scrollLeft, scrollTop, scrollHeight, scrollWidth } = node
          fire(node, 'scroll', { scrollLeft, scrollTop, scrollHeight, scrollWidth })
          const isAtEnd = scrollTop + node.clientHeight >= scrollHeight - Number(valuesOf(node).lowerThreshold ?? 50)
          if (isAtEnd && !node.wasAtEnd) fire(node, 'scrolltolower', { direction: 'bottom' })
          node.wasAtEnd = isAtEnd
        })
      },
      update(node, { scrollX, scrollY }) {
        node.style.overflow = `${scrollX ? 'auto' : 'hidden'} ${scrollY ? 'auto' : 'hidden'}`
      },
      updated(node, { scrollTop, scrollIntoView }, last) {
        if (scrollTop !== undefined && scrollTop !== last.scrollTop) node.scrollTop = parseFloat(scrollTop)
        if (scrollIntoView && scrollIntoView !== last.scrollIntoView) {
          node.querySelector(`#${CSS.escape(scrollIntoView)}`)?.scrollIntoView({ block: 'nearest' })
        }
      },
    },

    navigator: {
      node: 'wx-navigator',
      make(node) {
        set(node, 'role', 'link')
        node.tabIndex = 0
        node.addEventListener('click', () => navigate(node))
        node.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && node.click())
      },
    },

    swiper: {
      node: 'wx-swiper',
      make(node) {
        node.tabIndex = 0
        node.addEventListener('scrollend', () => {
          const current = Math.round(node.scrollLeft / (node.clientWidth || 1))
          if (current === node.current) return
          node.current = current
          fire(node, 'change', { current, source: 'touch' })
        })
      },
      updated(node, { current, autoplay, interval = 5000 }, last) {
        if (current !== undefined && current !== last.current) show(node, Number(current))
        if (autoplay === last.autoplay && interval === last.interval) return
        clearInterval(node.turning)
        const next = () => show(node, ((node.current ?? 0) + 1) % (node.childElementCount || 1))
        node.turning = autoplay ? setInterval(next, Number(interval)) : undefined
      },
      detach: node => clearInterval(node.turning),
    },
  }

  /**
   * Show an item of a swiper.
   * @param {any} node
   * @param {number} current
   */
  function show(node, current) {
    node.scrollTo({ left: current * node.clientWidth })
    if (current !== node.current) fire(node, 'change', { current, source: 'autoplay' })
    node.current = current
  }

  /**
   * What a button does beside its tap: open-type and form-type.
   * @param {any} node
   */
  async function pressed(node) {
    if (node.ariaDisabled === 'true') return
    const { openType, formType } = valuesOf(node)
    if (formType) parts.forms.end(node.closest('wx-form'), formType)
    if (openType === undefined) return
    const [type, operation] = OPEN_TYPES[openType] ?? []
    if (type === undefined) {
      parts.report.note('warn', `a button with open-type="${openType}" does nothing more on the phone page`)
    } else fire(node, type, await parts.host.ask(operation, {}).catch((/** @type {Error} */ { message }) => ({ errMsg: message })))
  }

  /** @param {any} node */
  function navigate(node) {
    const { url, openType = 'navigate', delta = 1 } = valuesOf(node)
    const { wx } = root
    if (openType === 'navigateBack') wx.navigateBack({ delta: Number(delta) })
    else wx[openType === 'navigate' ? 'navigateTo' : openType === 'redirect' ? 'redirectTo' : openType]?.({ url })
  }

  parts.elements = elements
})(/** @type {any} */ (globalThis))
