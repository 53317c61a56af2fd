Page({
  data: {
    user: { name: 'Ann' },
    sizes: [
      { id: 's', name: 'small' },
      { id: 'l', name: 'large' },
    ],
    days: [{ name: 'today' }, { name: 'tomorrow' }],
    day: 0,
    sent: '',
  },
  changed({ detail }) {
    this.setData({ sent: JSON.stringify(detail.value) })
  },
  choose({ detail }) {
    this.setData({ day: detail.value })
  },
  submit({ detail }) {
    this.setData({ sent: JSON.stringify(detail.value) })
  },
  reset() {
    this.setData({ sent: 'nothing' })
  },
})
