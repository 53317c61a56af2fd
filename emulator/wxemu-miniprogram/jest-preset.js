'use strict'

module.exports = { testEnvironment: 'node', setupFiles: [require.resolve('./jest-setup.js')] }
