module.exports = {
  teas: [
    { id: 1, name: 'Longjing', price: 128 },
    { id: 2, name: 'Jasmine', price: 30 },
  ],
}
