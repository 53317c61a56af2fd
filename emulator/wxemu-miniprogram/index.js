/**
 * A mini program's code in tests: the `wx` of a simulated phone, and its app and pages as objects, without rendering.
 */
'use strict'

const { resolve } = require('node:path')
const { createWx } = require('./wx.js')

/** What a file gave to App, Page or Component. Node.js and Jest run a file only once. */
const definitions = new Map()

/** @param {string} file */
function define(file) {
  const path = resolve(file)
  if (!definitions.has(path)) {
    const keep = options => void definitions.set(path, options)
    Object.assign(globalThis, { App: keep, Page: keep, Component: keep })
    require(path)
  }
  if (!definitions.has(path)) throw new Error(`${path} calls none of App, Page and Component`)
  return definitions.get(path)
}

/**
 * Launch an app: `onLaunch` and `onShow` are called, and `getApp()` is it.
 * @param {string} file such as `miniprogram/app.js`, from the current folder
 * @param {object} [options] of the launch
 * @returns {any} the app
 */
function openApp(file, options = {}) {
  const app = { ...define(file) }
  globalThis.getApp = () => app
  app.onLaunch?.(options)
  app.onShow?.(options)
  return app
}

/**
 * Open a page or a component: its methods, its `data`, and `setData`. Nothing is rendered.
 * @param {string} file such as `miniprogram/pages/index/index.js`, from the current folder
 * @param {Record<string, string>} [query] of the page's address
 * @returns {any} the page
 */
function openPage(file, query = {}) {
  const { data = {}, properties = {}, methods = {}, lifetimes = {}, ...own } = define(file)
  const values = Object.entries(properties).map(([name, property]) => [name, property?.value])
  const page = {
    ...own,
    ...methods,
    data: structuredClone({ ...Object.fromEntries(values), ...data }),
    setData(changes, done) {
      for (const [key, value] of Object.entries(changes)) assign(page.data, key, value)
      done?.call(page)
    },
  }
  for (const begin of [lifetimes.created ?? own.created, lifetimes.attached ?? own.attached]) begin?.call(page)
  page.onLoad?.(query)
  page.onShow?.()
  return page
}

/** Set `data` at a path such as `list[0].name`. */
function assign(data, key, value) {
  const parts = key.split(/[.[\]]+/).filter(Boolean)
  const last = parts.pop()
  parts.reduce((inside, part, place) => (inside[part] ??= /^\d+$/.test(parts[place + 1] ?? last) ? [] : {}), data)[last] = value
}

module.exports = { createWx, openApp, openPage }
