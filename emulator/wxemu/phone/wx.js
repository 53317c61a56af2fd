/**
 * A `wx` for mini program code outside WeChat: in Node, in Jest, in a browser. Each call goes to a simulated phone of
 * the emulator, which serves this file as /wx.js. One file, no dependencies, CommonJS or the global `wxemu`.
 *
 *     const { createWx } = require('./wx.js')
 *     globalThis.wx = createWx({ profile: 'ios' })
 */
;(function (root, make) {
  if (typeof module === 'object' && module.exports) module.exports = make()
  else root.wxemu = make()
})(/** @type {any} */ (globalThis), function () {
  'use strict'

  /**
   * What happens at the sensor.
   * @typedef {'match' | 'mismatch' | 'lockout' | 'cancel' | 'unauthorized' | 'internal' | 'killed'} Outcome
   *
   * @typedef {object} Prompt What the phone shows while it waits for a finger or a face.
   * @property {'fingerPrint' | 'facial'} authMode
   * @property {string} authContent
   *
   * @typedef {object} Exchange One call and its answer.
   * @property {string} operation
   * @property {any} given
   * @property {any} answer what `success` or `fail` gets
   * @property {string | null} rid the emulator's id for it
   *
   * @typedef {object} Options
   * @property {string} [url] the emulator; by default the origin of this script, or else that of WXEMU_URL, as
   *   `wxemu exec` sets it, or else http://127.0.0.1:8686
   * @property {string} [token] the emulator's control token, if it requires one; by default WXEMU_TOKEN
   * @property {string} [phoneId] an existing phone; by default the first call makes a new one
   * @property {string} [appid] of the new phone; by default WX_APPID beside WXEMU_URL, or else the demo app
   * @property {'android' | 'ios' | 'huawei' | 'none'} [profile] of the new phone
   * @property {string} [openid] of the new phone; by default a new user's
   * @property {Outcome | ((prompt: Prompt) => Outcome | Promise<Outcome>)} [outcome] of each SOTER prompt
   * @property {string} [baseLibrary] its version: before 2.10.2 only wx.cloud returns promises, before 2.30.1 failures
   *   of functions have the older form
   * @property {Partial<WechatMiniprogram.UserInfo>} [userInfo] of the user, in the place of the anonymous members
   * @property {'en' | 'zh_CN'} [language] of WeChat on this phone
   * @property {(exchange: Exchange) => void} [onExchange] called after each answer
   * @property {typeof globalThis.fetch} [fetch] for environments without one, such as Jest's jsdom
   *
   * @typedef {Pick<WechatMiniprogram.Wx, 'login' | 'checkSession' | 'checkIsSupportSoterAuthentication'
   *   | 'checkIsSoterEnrolledInDevice' | 'startSoterAuthentication' | 'getUserInfo' | 'getUserProfile'>} Apis
   * @typedef {{ key: string, value: string }} KVData
   * @typedef {{ KVDataList: KVData[], errMsg: string }} CloudStorage
   * @typedef {{ avatarUrl: string, nickname: string, openid: string, KVDataList: KVData[] }} FriendData
   * @typedef {{ data: FriendData[], errMsg: string }} FriendStorage
   * @typedef {{ key: string, opNum: number, operation: 'add', toUser?: string }} InteractiveChange
   * @typedef {{ encryptedData: string, iv: string, cloudID: string, errMsg: string }} EncryptedData
   * @typedef {object} GameApis Those of mini games, which are not in miniprogram-api-typings.
   * @property {Api<{ KVDataList: KVData[] }, WechatMiniprogram.GeneralCallbackResult>} setUserCloudStorage
   * @property {Api<{ keyList: string[] }, CloudStorage>} getUserCloudStorage in WeChat only in the open data context
   * @property {Api<{ keyList: string[] }, WechatMiniprogram.GeneralCallbackResult>} removeUserCloudStorage
   * @property {Api<{ keyList: string[] }, FriendStorage>} getFriendCloudStorage likewise, as the next two
   * @property {Api<{ shareTicket: string, keyList: string[] }, FriendStorage>} getGroupCloudStorage
   * @property {Api<InteractiveChange, WechatMiniprogram.GeneralCallbackResult>} modifyFriendInteractiveStorage
   * @property {Api<{ keyList: string[] }, EncryptedData>} getUserInteractiveStorage
   * @typedef {Pick<WechatMiniprogram.UserCryptoManager, 'getLatestUserKey'>} UserCryptoManager
   * @typedef {Pick<WxCloud, 'init' | 'callFunction' | 'CloudID'>} CloudApis
   * @typedef {Pick<WechatMiniprogram.AppBaseInfo, 'SDKVersion' | 'language'>} AppBaseInfo
   * @typedef {{ cloud: CloudApis, getAppBaseInfo: () => AppBaseInfo, getUserCryptoManager: () => UserCryptoManager }} Parts
   * @typedef {Apis & GameApis & Parts & { $phone: Phone }} Wx
   */

  /**
   * An API that takes something and gives something, to callbacks or as a promise.
   * @template Given
   * @template Result
   * @typedef {(given: Given & Callbacks<Result>) => Promise<Result>} Api
   */
  /**
   * @template Result
   * @typedef {object} Callbacks
   * @property {(result: Result) => void} [success]
   * @property {(failure: WechatMiniprogram.GeneralCallbackResult) => void} [fail]
   * @property {(result: any) => void} [complete]
   */

  const DEMO_APPID = 'wx1234567890abcdef'
  const DEFAULT_URL = 'http://127.0.0.1:8686'
  const PROMISES_SINCE = '2.10.2'
  const NEWER_FAILURES_SINCE = '2.30.1'
  const DATA_LIMIT = 256 * 1024
  const HERE = typeof document === 'object' ? document.currentScript : null
  const ORIGIN = HERE && 'src' in HERE && HERE.src ? new URL(HERE.src).origin : undefined // inline it has none

  /**
   * Which emulator and app are meant. What the environment says goes together: it is not told to another emulator.
   * @param {Options} options
   * @returns {{ url: string, token: string | undefined, appid: string }}
   */
  function choose({ url, token, appid }) {
    const env = /** @type {any} */ (globalThis).process?.env ?? {}
    const here = url ?? ORIGIN
    const meant = here === undefined && env.WXEMU_URL ? { url: env.WXEMU_URL, token: env.WXEMU_TOKEN, appid: env.WX_APPID } : {}
    return {
      url: (here ?? meant.url ?? DEFAULT_URL).replace(/\/+$/, ''),
      token: token ?? meant.token,
      appid: appid ?? (meant.appid || DEMO_APPID),
    }
  }

  /** A phone in the emulator. */
  class Phone {
    /** @param {Options} options */
    constructor(options) {
      this.options = options
      /** @type {Promise<string> | undefined} */
      this.made = options.phoneId === undefined ? undefined : Promise.resolve(options.phoneId)
    }

    /**
     * Its id; makes the phone first if need be.
     * @returns {Promise<string>}
     */
    id() {
      this.made ??= this.make().catch(error => {
        this.made = undefined
        throw error
      })
      return this.made
    }

    /**
     * Any operation of the emulator's phone: the APIs of mini programs, and `enrol`, `override`, `cloudID`.
     * @param {string} operation
     * @param {object} [body]
     * @returns {Promise<any>}
     */
    async ask(operation, body = {}) {
      const [answer, rid] = await this.post(`/${encodeURIComponent(await this.id())}/${operation}`, body)
      this.options.onExchange?.({ operation, given: body, answer, rid })
      return answer
    }

    /** @returns {Promise<string>} */
    async make() {
      const { profile = 'android', openid } = this.options
      const { appid } = choose(this.options)
      const [phone] = await this.post('', { appid, profile, openid })
      return phone.phoneId
    }

    /**
     * @param {string} path
     * @param {object} body
     * @returns {Promise<[any, string | null]>}
     */
    async post(path, body) {
      const { fetch = globalThis.fetch } = this.options
      const { url, token } = choose(this.options)
      const headers = token === undefined ? undefined : { Authorization: `Bearer ${token}` }
      let response
      try {
        response = await fetch(`${url}/phone/v1/phones${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      } catch (error) {
        throw new Error(`no emulator answers at ${url} (${error instanceof Error ? error.message : error})`)
      }
      const answer = await response.json()
      if (!response.ok) throw new Error(answer.error.message)
      return [answer, response.headers.get('X-Wxemu-Rid')]
    }
  }

  /**
   * A reference to open data: a function gets the data in its place.
   * @class
   * @this {any}
   * @param {string} cloudID
   */
  function CloudID(cloudID) {
    if (!new.target) return new /** @type {any} */ (CloudID)(cloudID)
    this.cloudID = cloudID
  }
  CloudID.prototype.toJSON = /** @this {{cloudID: string}} */ function () {
    return this.cloudID
  }

  /**
   * Whether a version is at least another one.
   * @param {string} version
   * @param {string} other
   */
  function isSince(version, other) {
    const [parts, others] = [version, other].map(text => text.split('.').map(Number))
    const index = others.findIndex((part, place) => part !== (parts[place] ?? 0))
    return index === -1 || (parts[index] ?? 0) > others[index]
  }

  /**
   * Pass a result to the callbacks, or return a promise if there are none.
   * @param {any} options of the call
   * @param {boolean} hasPromises
   * @param {Promise<any>} answering
   */
  function deliver(options, hasPromises, answering) {
    const { success, fail, complete } = options
    if (hasPromises && !success && !fail && !complete) return answering
    answering.then(
      result => {
        success?.(result)
        complete?.(result)
      },
      failure => {
        fail?.(failure)
        complete?.(failure)
      },
    )
  }

  /**
   * A failure of wx.cloud, which is an Error.
   * @param {number} errCode
   * @param {string} errMsg
   * @param {boolean} isNewer
   */
  function cloudError(errCode, errMsg, isNewer) {
    const text = isNewer ? errMsg : `errCode: ${errCode} cloud function execution error | errMsg: ${errMsg}`
    return Object.assign(new Error(text), { errCode, errMsg })
  }

  /**
   * @param {Phone} phone
   * @param {string} baseLibrary
   */
  function createCloud(phone, baseLibrary) {
    const isNewer = isSince(baseLibrary, NEWER_FAILURES_SINCE)
    /** @type {{ env?: string } | undefined} */
    let settings

    /**
     * @param {number} errCode
     * @param {string} reason
     */
    const refusal = (errCode, reason) =>
      cloudError(errCode, `cloud.callFunction:fail ${isNewer ? `Error: ${reason}` : reason}`, isNewer)

    /** @param {any} param */
    async function call({ name, data = {}, config }) {
      if (settings === undefined) throw refusal(-1, "Cloud API isn't enabled, please call wx.cloud.init first")
      if (typeof name !== 'string') throw refusal(-401003, `parameter.name should be string instead of ${typeof name};`)
      if (new TextEncoder().encode(JSON.stringify(data)).length > DATA_LIMIT) throw refusal(-1, 'data exceed max size')
      const cloudIDs = Object.keys(data).filter(key => data[key] instanceof CloudID)
      const env = config?.env ?? settings.env
      let answer
      try {
        answer = await phone.ask('callFunction', { name, data, env, cloudIDs, baseLibrary })
      } catch (error) {
        throw refusal(-601003, `system network error: ${/** @type {Error} */ (error).message}`)
      }
      if (answer.errCode) throw Object.assign(cloudError(answer.errCode, answer.errMsg, isNewer), answer)
      return answer
    }

    return {
      /** @param {{ env?: string }} [config] */
      init(config = {}) {
        settings = config
      },
      CloudID,
      /** @param {any} param */
      callFunction: (param = {}) => deliver(param, true, call(param)),
    }
  }

  /**
   * Make a `wx` for one simulated phone.
   * @param {Options} [options]
   * @returns {Wx} `$phone` is the phone itself, for operations that mini programs do not have
   */
  function createWx(options = {}) {
    const { outcome = 'match', baseLibrary = '3.5.0', language = 'zh_CN', userInfo = {} } = options
    const phone = new Phone(options)
    const hasPromises = isSince(baseLibrary, PROMISES_SINCE)

    /**
     * Make an API that asks the phone.
     * @param {string} name
     * @param {(given: object) => Promise<any>} [ask]
     */
    const api = (name, ask = given => phone.ask(name, given)) => {
      /** @param {any} given */
      const call = async given => {
        let answer
        try {
          answer = await ask(given)
        } catch (error) {
          throw { errMsg: `${name}:fail ${/** @type {Error} */ (error).message}` }
        }
        if (answer.errMsg.startsWith(`${name}:fail`)) throw answer
        return answer
      }
      return (given = {}) => deliver(given, hasPromises, call(given))
    }

    /** @param {object} request */
    const confirm = async request => {
      if (typeof outcome === 'string') return phone.ask('startSoterAuthentication', { ...request, outcome })
      const prompt = await phone.ask('promptSoterAuthentication', request)
      if ('errMsg' in prompt) return prompt
      return phone.ask('startSoterAuthentication', { ...request, outcome: await outcome(prompt) })
    }

    /** @param {string} name */
    const tellUser = name => api(name, given => phone.ask(name, { ...given, userInfo }))
    const cryptoManager = { getLatestUserKey: api('getLatestUserKey') }

    return /** @type {Wx} */ (
      /** @type {unknown} */ ({
        login: api('login'),
        checkSession: api('checkSession'),
        checkIsSupportSoterAuthentication: api('checkIsSupportSoterAuthentication'),
        checkIsSoterEnrolledInDevice: api('checkIsSoterEnrolledInDevice'),
        startSoterAuthentication: api('startSoterAuthentication', confirm),
        setUserCloudStorage: api('setUserCloudStorage'),
        getUserCloudStorage: api('getUserCloudStorage'),
        removeUserCloudStorage: api('removeUserCloudStorage'),
        getFriendCloudStorage: api('getFriendCloudStorage'),
        getGroupCloudStorage: api('getGroupCloudStorage'),
        modifyFriendInteractiveStorage: api('modifyFriendInteractiveStorage'),
        getUserInteractiveStorage: api('getUserInteractiveStorage'),
        getUserInfo: tellUser('getUserInfo'),
        getUserProfile: tellUser('getUserProfile'),
        getUserCryptoManager: () => cryptoManager,
        cloud: createCloud(phone, baseLibrary),
        getAppBaseInfo: () => ({ SDKVersion: baseLibrary, language }),
        $phone: phone,
      })
    )
  }

  return { createWx }
})
