// What the shim promises, in WeChat's own types: this file is compiled, never run.
import wxemu = require('../../emulator/wxemu/phone/wx.js')

const wx = wxemu.createWx({ profile: 'ios', outcome: ({ authMode }) => (authMode === 'facial' ? 'match' : 'cancel') })
const promised: Promise<WechatMiniprogram.StartSoterAuthenticationSuccessCallbackResult> = wx.startSoterAuthentication({
  requestAuthModes: ['facial'],
  challenge: 'order-1',
})
wx.login({ success: ({ code }) => code.length, fail: ({ errMsg }) => errMsg.length })
wx.cloud.callFunction({ name: 'login', data: { open: new wx.cloud.CloudID('1_x') } }).then(({ result }) => result)
wx.getUserInfo({ withCredentials: true, success: ({ encryptedData, iv }) => encryptedData.length + iv.length })
wx.getUserProfile({ desc: 'for the ranking' }).then(({ rawData, signature }) => rawData + signature)
wx.getUserCryptoManager().getLatestUserKey({ success: ({ encryptKey, version }) => encryptKey.repeat(version) })
wx.setUserCloudStorage({ KVDataList: [{ key: 'score', value: '100' }], success: ({ errMsg }) => errMsg.length })
wx.getUserCloudStorage({ keyList: ['score'] }).then(({ KVDataList }) => KVDataList.map(({ value }) => value.length))
wx.getFriendCloudStorage({ keyList: ['score'] }).then(({ data }) => data.map(({ openid, KVDataList }) => [openid, KVDataList]))
wx.modifyFriendInteractiveStorage({ key: '1', opNum: 1, operation: 'add', toUser: 'o', fail: ({ errMsg }) => errMsg.length })
// @ts-expect-error - a value is text
wx.setUserCloudStorage({ KVDataList: [{ key: 'score', value: 100 }] })
// @ts-expect-error - no outcome is called so
wxemu.createWx({ outcome: 'perhaps' })
// @ts-expect-error - a challenge is text
wx.startSoterAuthentication({ requestAuthModes: ['facial'], challenge: 1 })
export { promised }
