App({
  onLaunch({ path }) {
    this.globalData.launched = path
    wx.cloud.init()
  },
  globalData: { launched: '' },
})
