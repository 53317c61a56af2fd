/** Runs the mini program that the phone page hands in. A change of its files starts the screen anew. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { host, report } = parts
  const dark = root.matchMedia('(prefers-color-scheme: dark)')

  /** The theme of the phone; a mini program that knows no dark one is always light. */
  parts.theme = {
    chosen: 'auto',
    hasDark: false,
    get name() {
      if (!this.hasDark) return 'light'
      return this.chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : this.chosen
    },
  }

  function showTheme() {
    const { name } = parts.theme
    document.documentElement.dataset.theme = document.body.dataset.weuiTheme = name
    parts.pages.show()
  }
  dark.addEventListener('change', showTheme)

  host.handlers.theme = (/** @type {{ theme: string }} */ { theme }) => {
    parts.theme.chosen = theme
    showTheme()
  }
  host.handlers.back = () => root.wx?.navigateBack({ fail() {} })

  host.handlers.run = async (/** @type {any} */ { files, pictures, language, storage, theme }) => {
    parts.program = new parts.Program(files, pictures)
    const { app, pages } = parts.program
    Object.assign(parts.theme, { chosen: theme, hasDark: app.darkmode === true })
    showTheme()
    parts.apis.make({ language, kept: storage })
    if (!('app.json' in files)) return report.error(new Error('there is no file app.json'), { file: 'app.json', line: 1 })
    if (!pages.length) return report.error(new Error('app.json names no pages'), { file: 'app.json', line: 1 })
    await parts.modules.read(files)
    const launch = { path: pages[0], query: {}, scene: 1001, referrerInfo: {} }
    report.guard(() => 'app.js' in files && parts.modules.load('app.js'))
    const { app: registered = {} } = parts.modules
    for (const name of ['onLaunch', 'onShow']) report.guard(() => registered[name]?.(launch))
    report.guard(() => parts.pages.push(app.entryPagePath ?? pages[0], {}))
    host.post({ kind: 'shown' })
  }

  parts.events.listen(document.getElementById('pages'))
  host.post({ kind: 'ready' })
})(/** @type {any} */ (globalThis))
