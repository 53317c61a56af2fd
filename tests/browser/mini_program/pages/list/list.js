const { teas } = require('../../parts/teas')

Page({
  data: { teas, wanted: '', cups: 2, launched: '' },
  onLoad() {
    this.setData({ launched: getApp().globalData.launched })
  },
  search({ detail }) {
    this.setData({ wanted: detail.value.toUpperCase() })
  },
  open({ currentTarget }) {
    const { id, teaName } = currentTarget.dataset
    wx.navigateTo({ url: `../detail/detail?id=${id}&name=${teaName}` })
  },
  add() {
    const { length } = this.data.teas
    this.setData({ [`teas[${length}]`]: { id: 10 + length, name: `Tea ${length + 1}`, price: 0 }, 'teas[0].price': 2000 })
  },
  clear() {
    this.setData({ teas: [] })
  },
  counted({ detail }) {
    this.setData({ cups: detail.value })
  },
})
