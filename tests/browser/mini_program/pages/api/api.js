const promise = (api, given) => new Promise((success, fail) => api({ ...given, success, fail }))

const ACTS = {
  async confirm() {
    const { supportMode } = await wx.checkIsSupportSoterAuthentication()
    const { challenge } = (await wx.cloud.callFunction({ name: 'issueChallenge', data: { purpose: 'tea' } })).result
    const { resultJSON, resultJSONSignature } = await wx.startSoterAuthentication({
      requestAuthModes: supportMode,
      challenge,
      authContent: 'Tea for two',
    })
    const data = { purpose: 'tea', jsonString: resultJSON, jsonSignature: resultJSONSignature }
    const { result } = await wx.cloud.callFunction({ name: 'verifySignature', data })
    return `isOk ${result.isOk}`
  },
  async login() {
    const { code } = await wx.login()
    return (await wx.cloud.callFunction({ name: 'login', data: { code } })).result.openid
  },
  async remember() {
    wx.setStorageSync('cart', { teas: [1, 2] })
    return wx.getStorageInfoSync().keys.join()
  },
  recall: async () => JSON.stringify(wx.getStorageSync('cart')),
  foreign: () => promise(wx.request, { url: 'https://api.example.com/teas' }),
  control: () => promise(wx.request, { url: `${getApp().emulator}/emulator/v1/settings` }),
  async ask() {
    const { confirm } = await wx.showModal({ title: 'Really?', content: 'Two cups' })
    wx.showToast({ title: confirm ? 'Thank you' : 'A pity', icon: 'none' })
    return confirm ? 'yes' : 'no'
  },
  escape: async () => require('../../../secret.js'),
  linked: async () => require('../../linked.js'),
  page: async () => typeof window + typeof document + typeof fetch,
}

Page({
  data: { acts: Object.keys(ACTS), answer: '' },
  async act({ currentTarget }) {
    this.setData({ answer: '' })
    try {
      const answer = await ACTS[currentTarget.dataset.name]()
      this.setData({ answer: typeof answer === 'string' ? answer : JSON.stringify(answer) })
    } catch (failure) {
      this.setData({ answer: failure.errMsg || failure.message })
    }
  },
  got({ detail }) {
    this.setData({ answer: detail.errMsg })
  },
})
