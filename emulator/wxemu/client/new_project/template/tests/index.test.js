// The mini program's page, as it is, on a simulated phone. Run: wxemu exec -- npx jest
const { createWx, openApp, openPage } = require('wxemu-miniprogram')

beforeEach(() => openApp('miniprogram/app.js'))

test('a touch pays', async () => {
  const page = openPage('miniprogram/pages/index/index.js')
  await page.logIn()
  expect(page.data.user.openid).toMatch(/^o/)

  await page.pay()
  expect(page.data.result.icon).toBe('success')
})

test('a stranger’s finger does not', async () => {
  globalThis.wx = createWx({ outcome: 'mismatch' })
  const page = openPage('miniprogram/pages/index/index.js')
  await page.pay()

  expect(page.data.result.icon).toBe('warn')
})
