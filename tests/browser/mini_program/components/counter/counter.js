const named = Behavior({
  properties: { label: String },
  lifetimes: {
    attached() {
      console.log(`a counter of ${this.data.label}`)
    },
  },
})

Component({
  behaviors: [named],
  properties: { value: { type: Number, value: 0 } },
  data: { doubled: '' },
  observers: {
    value(value) {
      this.setData({ doubled: `×2 = ${value * 2}` })
    },
  },
  methods: {
    more() {
      this.triggerEvent('count', { value: this.data.value + 1 })
    },
  },
})
