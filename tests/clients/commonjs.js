// Node's `require` for a web page, so that the packages of node_modules run there as they are, without a bundler.
const modules = {}

const read = path => {
  const request = new XMLHttpRequest()
  request.open('GET', path, false)
  request.send()
  return request.status === 200 ? request.responseText : undefined
}

const entry = name => {
  const folder = `/node_modules/${name}/`
  return new URL(JSON.parse(read(`${folder}package.json`)).main, location.origin + folder).pathname
}

const load = path => {
  if (modules[path]) return modules[path].exports
  const found = [path, `${path}.js`, `${path}/index.js`].find(candidate => /\.c?js$/.test(candidate) && read(candidate))
  if (!found) throw new Error(`no module ${path}`)
  const module = (modules[path] = { exports: {} })
  const requireFrom = name => (name.startsWith('.') ? load(new URL(name, location.origin + found).pathname) : require(name))
  new Function('module', 'exports', 'require', `${read(found)}\n//# sourceURL=${found}`)(module, module.exports, requireFrom)
  return module.exports
}

const require = name => (name.startsWith('/') ? load(name) : name === 'util' ? {} : load(entry(name)))
