'use strict'

module.exports = {
  testEnvironment: 'node',
  setupFiles: [require.resolve('./jest-setup.js')],
  testTimeout: 30000, // a first call starts a function, and a phone makes its keys: five seconds are few on a busy machine
}
