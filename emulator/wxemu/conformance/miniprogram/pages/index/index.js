const { asks, env } = require('../../asks.js')

/** What `success` or `fail` of an API gets; wx.cloud throws Errors, whose members are no own ones of JSON. */
function call(api, given) {
  const owner = api === 'callFunction' ? wx.cloud : wx
  return new Promise(resolve => {
    const fail = ({ errMsg, errCode, ...rest }) => resolve({ ...rest, errMsg, errCode })
    try {
      owner[api]({ ...given, success: resolve, fail })
    } catch (error) {
      fail({ errMsg: error.errMsg || String(error), errCode: error.errCode })
    }
  })
}

/** The given members, with what stands for something else filled in. */
function fill(value, mode) {
  if (value === '$mode') return mode
  if (/^\$\d+$/.test(value)) return 'x'.repeat(value.slice(1))
  if (Array.isArray(value)) return value.map(item => fill(item, mode))
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, mode)]))
  }
  return value
}

Page({
  data: { isAsking: false, progress: '', text: '' },

  async ask() {
    this.setData({ isAsking: true, text: '' })
    wx.cloud.init({ env })
    const told = { wxemu: 1 }
    let mode = 'fingerPrint'
    for (const { id, api, given } of asks) {
      this.setData({ progress: `${id} ...` })
      told[id] = await call(api, fill(given, mode))
      if (id === 'support' && told.support.supportMode && told.support.supportMode.length) mode = told.support.supportMode[0]
    }
    const text = JSON.stringify(told)
    wx.setClipboardData({ data: text })
    this.setData({ isAsking: false, progress: 'Copied; or take it from here:', text })
  },
})
