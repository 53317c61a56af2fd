/** WXSS as the browser's style sheets: rpx, `@import`, and selectors by tag. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})

  const RPX = /(-?(?:\d+\.?\d*|\.\d+))rpx/g
  const IMPORT = /@import\s+(?:url\(\s*)?["']([^"']+)["']\s*\)?\s*;/g
  const COMMENT = /\/\*[^]*?\*\//g
  /** A name that is a tag: at the beginning of a selector, or after what joins two. */
  const TAG = /(^|[\s,>+~(])([a-z][a-z-]*)(?![\w-]*\()/g
  const OTHERS = /** @type {Record<string, string>} */ ({ page: 'wx-page', icon: 'i', button: 'button' })

  /** @param {string} text */
  const withoutRpx = text => text.replace(RPX, 'calc($1 * var(--rpx))')

  /**
   * @param {string} file
   * @param {Set<string>} [seen]
   * @returns {string} with what it imports, or nothing if there is no such file
   */
  function read(file, seen = new Set()) {
    const text = parts.program.files[file]
    if (text === undefined || seen.has(file)) return ''
    seen.add(file)
    return text.replace(COMMENT, '').replace(IMPORT, (/** @type {string} */ _, /** @type {string} */ path) => {
      const imported = parts.paths.resolve(file, path, '.wxss')
      if (parts.program.files[imported] === undefined) {
        parts.report.error(Object.assign(new Error(`there is no file ${imported}`), { place: { file, line: 1 } }))
      }
      return read(imported, seen)
    })
  }

  /** @param {string} selector */
  const withNodes = selector =>
    selector.replace(TAG, (whole, before, tag) => {
      const node = OTHERS[tag] ?? parts.elements[tag]?.node
      return node === undefined ? whole : before + node
    })

  /** @param {CSSRuleList} rules */
  function rename(rules) {
    for (const rule of /** @type {Iterable<any>} */ (rules)) {
      if (rule.selectorText !== undefined) rule.selectorText = withNodes(rule.selectorText)
      else if (rule.cssRules !== undefined && !(rule instanceof CSSKeyframesRule)) rename(rule.cssRules)
    }
  }

  const sheets = new Map()
  /**
   * @param {string} file
   * @returns {CSSStyleSheet}
   */
  function sheet(file) {
    let known = sheets.get(file)
    if (known === undefined) {
      known = new CSSStyleSheet()
      known.replaceSync(withoutRpx(read(file)))
      rename(known.cssRules)
      sheets.set(file, known)
    }
    return known
  }

  /** Those of the phone page itself: WeUI's, and those of the tags. */
  const own = [...document.querySelectorAll('style')].map(({ textContent }) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(textContent ?? '')
    return sheet
  })

  parts.styles = {
    withoutRpx,
    /** @param {string} is */
    ofPage: is => [sheet('app.wxss'), sheet(`${is}.wxss`)],
    /** @param {string} is */
    ofComponent: is => [...own, sheet(`${is}.wxss`)],
  }
})(/** @type {any} */ (globalThis))
