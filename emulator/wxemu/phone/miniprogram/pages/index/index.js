const textsIn = require('./texts.js')

/** Call a cloud function; throw its answer if it is a failure. */
async function call(name, data = {}) {
  const { result } = await wx.cloud.callFunction({ name, data })
  if (result.errCode !== 0) throw result
  return result
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
        const { supportMode } = await wx.checkIsSupportSoterAuthentication()
        const { authContent, paid, paidText, forged, forgedText } = this.data.texts
        // A real shop's server issues the challenge, and compares it with `raw` afterwards.
        const { resultJSON, resultJSONSignature } = await wx.startSoterAuthentication({
          requestAuthModes: supportMode.length ? supportMode : ['fingerPrint'],
          challenge: this.data.order.id,
          authContent,
        })
        // Send both verbatim: the signature covers every character of resultJSON.
        const { isOk } = await call('verifySignature', { jsonString: resultJSON, jsonSignature: resultJSONSignature })
        if (isOk) {
          this.show('success', paid, paidText)
          this.placeOrder()
        } else {
          this.show('warn', forged, forgedText)
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
