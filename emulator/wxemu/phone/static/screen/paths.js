/** The paths by which the files of a mini program name each other. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})

  /**
   * The file that another one names: relative to it, or from the root of the mini program. It never leaves that.
   * @param {string} from
   * @param {string} path
   * @param {string} [ending] which the path may lack
   * @returns {string}
   */
  function resolve(from, path, ending = '') {
    const steps = path.startsWith('/') ? [] : from.split('/').slice(0, -1)
    for (const step of path.split('/')) {
      if (step === '..') {
        if (!steps.length) throw new Error(`${path}, in ${from}, leads out of the mini program`)
        steps.pop()
      } else if (step !== '.' && step !== '') steps.push(step)
    }
    const name = steps.join('/')
    return name.endsWith(ending) ? name : name + ending
  }

  /**
   * A page's path and what follows its question mark.
   * @param {string} from the page that names it
   * @param {string} url
   * @returns {{ path: string, query: Record<string, string> }}
   */
  function readUrl(from, url) {
    const [path, query = ''] = url.split('?')
    const pairs = query.split('&').filter(Boolean)
    return {
      path: resolve(from, path),
      // WeChat hands on what stands in the URL as it is: who encoded it decodes it.
      query: Object.fromEntries(pairs.map(pair => [pair.split('=')[0], pair.split('=').slice(1).join('=')])),
    }
  }

  parts.paths = { resolve, readUrl }
})(/** @type {any} */ (globalThis))
