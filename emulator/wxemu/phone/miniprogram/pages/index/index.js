const textsIn = require('./texts.js')

const PURPOSE = 'pay'
const FUNCTION_NOT_FOUND = -501000

/** Call a cloud function; throw its answer if it is a failure. */
async function call(name, data = {}) {
  const { result } = await wx.cloud.callFunction({ name, data })
  if (result.errCode !== 0) throw result
  return result
}

/**
 * A challenge of our server's, for one confirmation of this payload. A project without such a function has none: what its
 * user confirms is genuine, but nobody sees whether it is new.
 */
async function issueChallenge(payload) {
  try {
    return (await call('issueChallenge', { purpose: PURPOSE, payload })).challenge
  } catch (failure) {
    if (failure.errCode === FUNCTION_NOT_FOUND) return undefined
    throw failure
  }
}

/** Call an API that returns no promise. */
const promise = api => new Promise((success, fail) => api({ success, fail }))

Component({
  data: {
    texts: {},
    order: { id: '', amount: '¥128.00' },
    user: null,
    result: null,
    isLoggingIn: false,
    isPaying: false,
    isChecking: false,
  },

  lifetimes: {
    attached() {
      this.setData({ texts: textsIn(wx.getAppBaseInfo().language) })
      this.placeOrder()
    },
  },

  methods: {
    placeOrder() {
      this.setData({ order: { ...this.data.order, id: `T${Date.now()}` } })
    },

    logIn() {
      return this.during('isLoggingIn', async () => {
        const { code } = await promise(wx.login)
        const { openid } = await call('login', { code })
        this.setData({ user: { openid } })
      })
    },

    pay() {
      return this.during('isPaying', async () => {
        const { texts, order } = this.data
        const { supportMode } = await wx.checkIsSupportSoterAuthentication()
        // A real shop's server knows what the order costs, and takes no amount from a phone.
        const challenge = await issueChallenge({ order: order.id, amount: order.amount })
        const { resultJSON, resultJSONSignature } = await wx.startSoterAuthentication({
          requestAuthModes: supportMode.length ? supportMode : ['fingerPrint'],
          challenge: challenge ?? order.id,
          authContent: texts.authContent,
        })
        // Send both verbatim: the signature covers every character of resultJSON.
        const signed = { jsonString: resultJSON, jsonSignature: resultJSONSignature }
        const { isOk, reason, payload } = await call('verifySignature', challenge ? { purpose: PURPOSE, ...signed } : signed)
        if (isOk) {
          this.show('success', texts.paid, texts.paidText, payload && `${payload.order} ${payload.amount}`)
          this.placeOrder()
        } else {
          this.show('warn', texts.forged, texts[reason] || texts.forgedText, reason)
        }
      })
    },

    check() {
      return this.during('isChecking', async () => {
        const { loggedIn, loggedInText, replaced, replacedText } = this.data.texts
        const isInForce = await promise(wx.checkSession).then(
          () => true,
          () => false,
        )
        if (!isInForce) {
          this.setData({ user: null })
          this.show('warn', replaced, replacedText)
          return
        }
        await call('checkSession')
        this.show('success', loggedIn, loggedInText)
      })
    },

    dismiss() {
      this.setData({ result: null })
    },

    show(icon, title, text, detail = '') {
      this.setData({ result: { icon, title, text, detail } })
    },

    /** Set `flag` while `act` runs, and show an error. */
    async during(flag, act) {
      this.setData({ [flag]: true })
      try {
        await act()
      } catch (failure) {
        const { texts } = this.data
        this.show('warn', texts.failed, texts[failure.errCode] || '', failure.errMsg || String(failure))
      } finally {
        this.setData({ [flag]: false })
      }
    },
  },
})
