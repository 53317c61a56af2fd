// What a web app does with @cloudbase/js-sdk, the same in Node and in a browser: given the SDK and its configuration,
// a function that does one deed and tells {"result": ...} or {"thrown": {"code", "message"}}.
module.exports = (cloudbase, { host, ...config }) => {
  const app = cloudbase.init({ env: 'env-demo', ...config })
  app.registerHost(host, 'http')
  const auth = app.auth({ persistence: 'none' })

  const deeds = {
    logIn: async () => {
      const { data, error } = await auth.signInAnonymously({})
      return error ? { error: error.message } : { id: data.user.id, isAnonymous: data.user.is_anonymous }
    },
    logOut: () => auth.signOut(),
    callFunction: options => app.callFunction(options)
  }

  return async ([deed, argument]) => {
    try {
      return { result: await deeds[deed](argument) }
    } catch (error) {
      return { thrown: { code: error.code, message: error.message } }
    }
  }
}
