/** The open pages, one over the other, and the bars around them. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { View } = parts.components

  const MOST_PAGES = 10
  const place = /** @type {HTMLElement} */ (document.getElementById('pages'))
  const bar = /** @type {HTMLElement} */ (document.getElementById('tabs'))

  /** @typedef {{ view: any, stage: HTMLElement, path: string, title?: string, colors: Record<string, string> }} Open */
  /** @type {Open[]} */
  let stack = []

  const top = () => stack[stack.length - 1]
  /** @param {string} path */
  const isTab = path => parts.program.tabs.some((/** @type {any} */ { pagePath }) => pagePath === path)

  /**
   * @param {string} path
   * @param {Record<string, string>} query
   */
  function push(path, query) {
    top()?.view.call('onHide')
    top()?.view.tell('hide')
    const stage = document.createElement('div')
    stage.className = 'stage'
    const page = document.createElement('wx-page')
    stage.append(page)
    stage.addEventListener('scroll', () => {
      const isAtEnd = stage.scrollTop + stage.clientHeight >= stage.scrollHeight - 50
      if (isAtEnd && !stage.dataset.end) top()?.view.call('onReachBottom')
      stage.dataset.end = isAtEnd ? 'true' : ''
      top()?.view.call('onPageScroll', { scrollTop: stage.scrollTop })
    })
    place.append(stage)
    const view = made(path, page)
    if (view === undefined) {
      stage.remove()
      throw Object.assign(new Error(`page "${path}" cannot be shown`), { isTold: true })
    }
    view.instance.options = query
    stack.push({ view, stage, path, colors: {} })
    show()
    view.call('onLoad', query)
    view.attach()
    view.call('onShow')
    view.tell('show')
    queueMicrotask(() => {
      view.run('ready')
      view.call('onReady')
    })
  }

  /**
   * @param {string} path
   * @param {Element} page
   */
  const made = (path, page) => parts.report.guard(() => new View(path, parts.modules.registered(path), page, null))

  function pop() {
    const { view, stage } = /** @type {Open} */ (stack.pop())
    view.call('onUnload')
    view.detach()
    stage.remove()
  }

  /** Show the top page, with its styles, its title and, on a page that has a tab, the tab bar. */
  function show() {
    const { path, title, colors } = top()
    for (const { stage } of stack) stage.hidden = stage !== top().stage
    document.adoptedStyleSheets = parts.styles.ofPage(path)
    const window = parts.program.window(path)
    document.documentElement.style.setProperty('--page', window.backgroundColor)
    parts.host.post({
      kind: 'bar',
      title: title ?? window.navigationBarTitleText,
      background: colors.background ?? window.navigationBarBackgroundColor,
      color: colors.color ?? (window.navigationBarTextStyle === 'white' ? '#ffffff' : '#000000'),
      hasBack: stack.length > 1,
      isHidden: window.navigationStyle === 'custom',
    })
    showTabs(path)
  }

  /** @param {string} path */
  function showTabs(path) {
    bar.hidden = !isTab(path)
    if (bar.hidden) return
    const { color, selectedColor, backgroundColor } = parts.program.app.tabBar
    bar.style.background = parts.program.themed(backgroundColor) ?? ''
    bar.replaceChildren(
      ...parts.program.tabs.map((/** @type {any} */ { pagePath, text, iconPath, selectedIconPath }) => {
        const tab = document.createElement('button')
        const isHere = pagePath === path
        tab.className = 'tab'
        tab.style.color = parts.program.themed(isHere ? selectedColor : color) ?? ''
        if (isHere) tab.setAttribute('aria-current', 'page')
        const icon = isHere ? (selectedIconPath ?? iconPath) : iconPath
        const picture = icon && parts.program.picture(icon, 'app.json')
        if (picture) tab.append(Object.assign(document.createElement('img'), { src: picture, alt: '' }))
        tab.append(text)
        tab.addEventListener('click', () => root.wx.switchTab({ url: `/${pagePath}` }))
        return tab
      }),
    )
  }

  /**
   * @param {string} url
   * @returns {{ path: string, query: Record<string, string> }}
   */
  function find(url) {
    const found = parts.paths.readUrl(top() ? `${top().path}` : '', String(url))
    if (!parts.program.pages.includes(found.path)) throw new Error(`page "${found.path}" is not found`)
    return found
  }

  const navigation = {
    /** @param {{ url: string }} given */
    navigateTo({ url }) {
      const { path, query } = find(url)
      if (isTab(path)) throw new Error('can not navigateTo a tabbar page')
      if (stack.length >= MOST_PAGES) throw new Error('webview count limit exceed')
      push(path, query)
    },
    /** @param {{ url: string }} given */
    redirectTo({ url }) {
      const { path, query } = find(url)
      if (isTab(path)) throw new Error('can not redirectTo a tabbar page')
      pop()
      push(path, query)
    },
    /** @param {{ delta?: number }} given */
    navigateBack({ delta = 1 }) {
      if (stack.length < 2) throw new Error('cannot navigate back at first page.')
      for (let count = Math.min(Math.max(delta, 1), stack.length - 1); count > 0; count -= 1) pop()
      show()
      top().view.call('onShow')
      top().view.tell('show')
    },
    /** @param {{ url: string }} given */
    switchTab({ url }) {
      const { path } = find(url)
      if (!isTab(path)) throw new Error('can not switch to no-tabBar page')
      if (top()?.path === path) return
      while (stack.length) pop()
      push(path, {})
    },
    /** @param {{ url: string }} given */
    reLaunch({ url }) {
      const { path, query } = find(url)
      while (stack.length) pop()
      push(path, query)
    },
  }

  root.getCurrentPages = () => stack.map(({ view }) => view.instance)

  parts.pages = {
    navigation,
    push,
    /** @param {any} error */
    onError(error) {
      const { app } = parts.modules
      if (typeof app?.onError !== 'function') return
      try {
        app.onError(String(error?.stack ?? error))
      } catch {
        // An error of the handler of errors would come here again.
      }
    },
    /** @param {string} title */
    setTitle(title) {
      top().title = String(title ?? '')
      show()
    },
    /** @param {{ background: string, color: string }} colors */
    setColors(colors) {
      top().colors = colors
      show()
    },
    show: () => stack.length && show(),
    scrollTo: (/** @type {number} */ scrollTop) => top().stage.scrollTo({ top: scrollTop, behavior: 'smooth' }),
  }
})(/** @type {any} */ (globalThis))
