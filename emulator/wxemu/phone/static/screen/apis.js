/** The `wx` of the mini program on the screen: that of /wx.js, whose calls the phone page makes, and what the screen does. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { host, pages } = parts

  const NOT_IN_LIST = { errMsg: 'request:fail url not in domain list', errno: 600002 }

  /**
   * An API of callbacks and promises.
   * @param {string} name
   * @param {(given: any) => any} act
   */
  const api =
    (name, act) =>
    (/** @type {any} */ given = {}) => {
      const doing = (async () => ({ errMsg: `${name}:ok`, ...(await act(given)) }))().catch(error => {
        parts.report.note('warn', `${name}:fail ${error.message}`)
        throw error.failure ?? { errMsg: `${name}:fail ${error.message}` }
      })
      const { success, fail, complete } = given
      if (!success && !fail && !complete) return doing
      doing.then(
        result => (success?.(result), complete?.(result)),
        failure => (fail?.(failure), complete?.(failure)),
      )
    }

  /**
   * What takes the place of `fetch` for /wx.js: the phone page asks, for the phone that it shows.
   * @param {string} url
   * @param {{ body: string }} request
   */
  async function fetchByHost(url, { body }) {
    const operation = url.slice(url.lastIndexOf('/') + 1)
    const answer = await host.ask(operation, JSON.parse(body)).catch((/** @type {Error} */ { message }) => ({ refusal: message }))
    const isRefused = answer?.refusal !== undefined
    return {
      ok: !isRefused,
      json: async () => (isRefused ? { error: { message: answer.refusal } } : answer),
      headers: { get: () => null },
    }
  }

  /** @type {Record<string, string>} JSON by key */
  let storage = {}
  const store = {
    /** @param {string} key */
    get: key => (Object.hasOwn(storage, key) ? JSON.parse(storage[key]) : undefined),
    /**
     * @param {string} key
     * @param {any} value
     */
    set(key, value) {
      storage = { ...storage, [key]: JSON.stringify(value ?? '') }
      host.post({ kind: 'storage', values: storage })
    },
    /** @param {string} key */
    remove(key) {
      const { [key]: _, ...rest } = storage
      storage = rest
      host.post({ kind: 'storage', values: storage })
    },
    clear() {
      storage = {}
      host.post({ kind: 'storage', values: storage })
    },
    about() {
      const size = new Blob(Object.values(storage)).size
      return { keys: Object.keys(storage), currentSize: Math.ceil(size / 1024), limitSize: 10240 }
    },
  }

  const storageApis = {
    getStorageSync: (/** @type {string} */ key) => store.get(key) ?? '',
    setStorageSync: store.set,
    removeStorageSync: store.remove,
    clearStorageSync: store.clear,
    getStorageInfoSync: store.about,
    getStorage: api('getStorage', ({ key }) => {
      const data = store.get(key)
      if (data === undefined) throw new Error('data not found')
      return { data }
    }),
    setStorage: api('setStorage', ({ key, data }) => store.set(key, data)),
    removeStorage: api('removeStorage', ({ key }) => store.remove(key)),
    clearStorage: api('clearStorage', () => store.clear()),
    getStorageInfo: api('getStorageInfo', () => store.about()),
  }

  /**
   * @param {any} given
   * @returns {{ url: string, method: string, header: Record<string, string>, body: string | undefined }}
   */
  function webRequest({ url, data, method = 'GET', header = {} }) {
    const upper = method.toUpperCase()
    const names = Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), String(value)]))
    const type = (names['content-type'] ??= 'application/json')
    if (data === undefined || data === null) return { url, method: upper, header: names, body: undefined }
    if (upper === 'GET' && typeof data === 'object') {
      const query = new URLSearchParams(Object.entries(data).map(([name, value]) => [name, String(value)]))
      return { url: `${url}${url.includes('?') ? '&' : '?'}${query}`, method: upper, header: names, body: undefined }
    }
    const isForm = type.startsWith('application/x-www-form-urlencoded')
    const body = typeof data === 'string' ? data : isForm ? new URLSearchParams(data).toString() : JSON.stringify(data)
    return { url, method: upper, header: names, body }
  }

  const request = api('request', async given => {
    const answer = await host.ask('request', webRequest({ ...given, url: String(given.url) }))
    if (answer.errMsg !== 'request:ok') {
      throw Object.assign(new Error(answer.errMsg.replace('request:fail ', '')), { failure: { ...NOT_IN_LIST, ...answer } })
    }
    return { ...answer, data: given.dataType === 'text' ? answer.data : asJson(answer.data) }
  })

  /** @param {string} text */
  function asJson(text) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }

  const TASK = { abort() {}, onHeadersReceived() {}, offHeadersReceived() {}, onChunkReceived() {}, offChunkReceived() {} }
  const ignore = () => {}

  const screenApis = {
    ...storageApis,
    /** It answers by callbacks alone, as WeChat's does. */
    request(/** @type {any} */ given = {}) {
      request({ fail: ignore, ...given })
      return TASK
    },
    ...Object.fromEntries(
      Object.entries(pages.navigation).map(([name, go]) => [name, api(name, /** @type {any} */ (go))]),
    ),
    ...Object.fromEntries(Object.entries(parts.dialogs).map(([name, act]) => [name, api(name, /** @type {any} */ (act))])),
    setNavigationBarTitle: api('setNavigationBarTitle', ({ title }) => pages.setTitle(title)),
    setNavigationBarColor: api('setNavigationBarColor', ({ frontColor, backgroundColor }) =>
      pages.setColors({ color: frontColor, background: backgroundColor }),
    ),
    pageScrollTo: api('pageScrollTo', ({ scrollTop = 0 }) => pages.scrollTo(scrollTop)),
    stopPullDownRefresh: api('stopPullDownRefresh', ignore),
    showNavigationBarLoading: api('showNavigationBarLoading', ignore),
    hideNavigationBarLoading: api('hideNavigationBarLoading', ignore),
    vibrateShort: api('vibrateShort', ignore),
    vibrateLong: api('vibrateLong', ignore),
    nextTick: (/** @type {() => void} */ act) => queueMicrotask(() => parts.report.guard(act)),
    canIUse: (/** @type {string} */ name) => name.split('.')[0] in root.wx || name.split('.')[0] in parts.elements,
  }

  /** @param {{ language: 'en' | 'zh_CN' }} options */
  function sizes({ language }) {
    const { innerWidth: windowWidth, innerHeight: windowHeight, devicePixelRatio: pixelRatio } = root
    const { name: theme } = parts.theme
    const window = { windowWidth, windowHeight, screenWidth: windowWidth, screenHeight: windowHeight, pixelRatio, statusBarHeight: 0 }
    return { ...window, language, theme, platform: 'devtools', SDKVersion: root.wx.getAppBaseInfo().SDKVersion }
  }

  /**
   * @param {{ language: 'en' | 'zh_CN', kept: Record<string, string> }} options
   */
  function make({ language, kept }) {
    storage = kept
    const { $phone, ...ofPhone } = root.wxemu.createWx({ url: '', phoneId: 'this', language, fetch: fetchByHost })
    root.wx = {
      ...ofPhone,
      ...screenApis,
      getWindowInfo: () => sizes({ language }),
      getSystemInfoSync: () => sizes({ language }),
      getSystemInfo: api('getSystemInfo', () => sizes({ language })),
    }
  }

  parts.apis = { make }
})(/** @type {any} */ (globalThis))
