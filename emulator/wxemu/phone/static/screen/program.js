/** The mini program's files, and what its JSON says: pages, window, colours, tab bar, components. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { resolve } = parts.paths

  const WINDOW = {
    navigationBarTitleText: '',
    navigationBarBackgroundColor: '#000000',
    navigationBarTextStyle: 'white',
    navigationStyle: 'default',
    backgroundColor: '#ffffff',
  }

  class Program {
    /**
     * @param {Record<string, string>} files texts by name
     * @param {Record<string, string>} pictures `data:` URLs by name
     */
    constructor(files, pictures) {
      this.files = files
      this.pictures = pictures
      this.app = this.json('app.json')
      this.templates = new parts.expand.Templates((/** @type {string} */ name) => files[name])
      /** @type {string[]} */
      this.pages = [...(this.app.pages ?? []), ...this.subpackages()].map(path => path.replace(/^\//, ''))
      /** @type {Map<string, Map<string, string>>} */
      this.components = new Map()
    }

    subpackages() {
      const packages = this.app.subpackages ?? this.app.subPackages ?? []
      return packages.flatMap((/** @type {any} */ { root, pages = [] }) => pages.map((/** @type {string} */ page) => resolve(root, `/${root}/${page}`)))
    }

    /** @param {string} name */
    json(name) {
      const text = this.files[name]
      return text === undefined ? {} : parts.report.readJson(text, name)
    }

    /** @returns {{ pagePath: string, text: string, iconPath?: string, selectedIconPath?: string }[]} */
    get tabs() {
      return this.app.tabBar?.list ?? []
    }

    /**
     * The window of a page: its own JSON before app.json, with the colours of the theme.
     * @param {string} is
     * @returns {Record<string, any>}
     */
    window(is) {
      const own = { ...WINDOW, ...this.app.window, ...this.json(`${is}.json`) }
      return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, this.themed(value)]))
    }

    /**
     * A value, or what the theme has for it: `@name` stands in theme.json.
     * @param {any} value
     */
    themed(value) {
      if (typeof value !== 'string' || !value.startsWith('@')) return value
      const themes = this.json(this.app.themeLocation ?? 'theme.json')
      return themes[parts.theme.name]?.[value.slice(1)]
    }

    /**
     * The components that a page or component uses, by their tags.
     * @param {string} is
     */
    componentsOf(is) {
      const known = this.components.get(is)
      if (known !== undefined) return known
      /** @type {Map<string, string>} */
      const components = new Map()
      this.components.set(is, components)
      for (const [from, { usingComponents = {} }] of /** @type {[string, any][]} */ ([
        ['app.json', this.app],
        [`${is}.json`, this.json(`${is}.json`)],
      ])) {
        for (const [tag, path] of Object.entries(usingComponents)) {
          const name = parts.report.guard(() => this.component(from, String(path)))
          if (name !== undefined) components.set(tag, name)
          else parts.report.error(new Error(`there is no component ${path}, for <${tag}>`), { file: from, line: 1 })
        }
      }
      return components
    }

    /**
     * @param {string} from
     * @param {string} path
     */
    component(from, path) {
      const names = [resolve(from, path), `miniprogram_npm/${path}`]
      return names.flatMap(name => [name, `${name}/index`]).find(name => `${name}.wxml` in this.files)
    }

    /**
     * The address of a picture; undefined if the mini program has none. The screen has no network.
     * @param {string} src
     * @param {string} from the file that names it
     */
    picture(src, from) {
      if (src.startsWith('data:')) return src
      if (/^\w+:/.test(src)) return undefined
      return parts.report.guard(() => this.pictures[resolve(from, src)])
    }
  }

  parts.Program = Program
})(/** @type {any} */ (globalThis))
