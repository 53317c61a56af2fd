Page({
  data: {},
  onLoad(query) {
    this.setData({ ...query, depth: getCurrentPages().length })
    wx.setNavigationBarTitle({ title: `Tea ${query.id}` })
  },
  back() {
    wx.navigateBack()
  },
  fail() {
    const nothing = undefined
    return nothing.price
  },
  async failLater() {
    await wx.nextTick
    throw new RangeError('too late')
  },
})
