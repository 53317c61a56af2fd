// Before each test file: a phone of its own, which the first call makes.
'use strict'

globalThis.wx = require('./wx.js').createWx()
