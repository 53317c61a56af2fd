/** The tags that something is entered in, and the form around them. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})
  const { set, valuesOf } = parts.patch
  const { fire, enter } = parts.events
  const { elements } = parts

  const NAMED = 'input, textarea, wx-switch, wx-checkbox-group, wx-radio-group, wx-picker'
  const MODES = /** @type {Record<string, string>} */ ({ numeric: 'numeric', number: 'numeric', idcard: 'text', digit: 'decimal' })

  /** @type {Record<string, (node: any) => any>} */
  const ENTERED = {
    INPUT: node => node.value,
    TEXTAREA: node => node.value,
    'WX-SWITCH': node => node.firstChild.checked,
    'WX-CHECKBOX-GROUP': node => [...node.querySelectorAll('wx-checkbox > input:checked')].map(box => valueOf(box)),
    'WX-RADIO-GROUP': node => [...node.querySelectorAll('wx-radio > input:checked')].map(box => valueOf(box))[0] ?? '',
    'WX-PICKER': node => (node.firstChild.type === 'select-one' ? Number(node.firstChild.value) : node.firstChild.value),
  }

  /** @param {any} box */
  const valueOf = box => parts.expressions.asText(valuesOf(box.parentNode).value)

  /** @param {string} node */
  const field = node => ({
    node,
    /** @param {any} field */
    make(field) {
      field.addEventListener('input', () => {
        const { value, selectionStart } = field
        enter(field, 'value', value)
        const { result } = fire(field, 'input', { value, cursor: selectionStart })
        if (typeof result === 'string') field.value = result
      })
      field.addEventListener('focus', () => fire(field, 'focus', { value: field.value, height: 0 }))
      field.addEventListener('blur', () => fire(field, 'blur', { value: field.value }))
      field.addEventListener('keydown', (/** @type {KeyboardEvent} */ { key, isComposing }) => {
        if (key === 'Enter' && node === 'input' && !isComposing) fire(field, 'confirm', { value: field.value })
      })
    },
    /**
     * @param {any} field
     * @param {any} values
     * @param {any} last
     */
    update(field, values, last) {
      const { value, type, password, placeholder, disabled, maxlength = 140, focus } = values
      if (node === 'input') field.type = password || type === 'safe-password' ? 'password' : 'text'
      field.inputMode = MODES[type] ?? ''
      field.placeholder = placeholder ?? ''
      field.disabled = Boolean(disabled)
      set(field, 'maxlength', Number(maxlength) < 0 ? undefined : maxlength)
      set(field, 'aria-label', values['aria-label'] ?? placeholder)
      if (value !== last.value && String(value ?? '') !== field.value) field.value = value ?? ''
      if (focus && !last.focus) setTimeout(() => field.focus())
    },
  })

  /**
   * A box that can be ticked.
   * @param {string} node
   * @param {'checkbox' | 'radio'} type
   */
  const ticked = (node, type) => ({
    node,
    /** @param {any} node */
    make(node) {
      const box = document.createElement('input')
      box.type = type
      node.append(box, document.createElement('wx-content'))
      // A tap on the text beside the box is one on the box, unless a label sees to that.
      node.lastChild.addEventListener('click', () => node.closest('label') ?? box.click())
    },
    /** @param {any} node */
    content: node => node.lastChild,
    /**
     * @param {any} node
     * @param {any} values
     * @param {any} last
     */
    update(node, values, last) {
      const box = node.firstChild
      box.disabled = Boolean(values.disabled)
      if (values.checked !== last.checked) box.checked = Boolean(values.checked)
    },
    /**
     * @param {any} node
     * @param {any} values
     */
    updated(node, values) {
      const text = (node.closest('label') ?? node).textContent.trim()
      set(node.firstChild, 'aria-label', values['aria-label'] ?? (text || parts.expressions.asText(values.value)))
    },
  })

  /** @param {string} node */
  const group = node => ({
    node,
    /** @param {any} group */
    make(group) {
      if (node === 'wx-radio-group') set(group, 'role', 'radiogroup')
      group.addEventListener('change', (/** @type {Event} */ event) => {
        const { target } = /** @type {any} */ (event)
        if (target.type === 'radio') for (const box of group.querySelectorAll('wx-radio > input')) box.checked = box === target
        fire(group, 'change', { value: ENTERED[group.tagName](group) })
      })
    },
  })

  Object.assign(elements, {
    input: field('input'),
    textarea: field('textarea'),
    checkbox: ticked('wx-checkbox', 'checkbox'),
    radio: ticked('wx-radio', 'radio'),
    'checkbox-group': group('wx-checkbox-group'),
    'radio-group': group('wx-radio-group'),
    form: { node: 'wx-form' },

    switch: {
      node: 'wx-switch',
      /** @param {any} node */
      make(node) {
        const box = document.createElement('input')
        box.type = 'checkbox'
        box.className = 'weui-switch'
        set(box, 'role', 'switch')
        node.append(box)
        box.addEventListener('change', event => {
          event.stopPropagation()
          enter(node, 'checked', box.checked)
          fire(node, 'change', { value: box.checked })
        })
      },
      /** @param {any} node */
      content: node => node.firstChild,
      /**
       * @param {any} node
       * @param {any} values
       * @param {any} last
       */
      update(node, values, last) {
        const box = node.firstChild
        box.disabled = Boolean(values.disabled)
        set(box, 'aria-label', values['aria-label'] ?? values.name ?? 'switch')
        if (values.checked !== last.checked) box.checked = Boolean(values.checked)
      },
    },

    picker: {
      node: 'wx-picker',
      /** @param {any} node */
      make(node) {
        node.append(document.createElement('select'), document.createElement('wx-content'))
      },
      /** @param {any} node */
      content: node => node.lastChild,
      /**
       * @param {any} node
       * @param {any} values
       * @param {any} last
       */
      update(node, values, last) {
        const { mode = 'selector', range = [], rangeKey, value, disabled } = values
        if (mode !== last.mode) node.firstChild.replaceWith(chooser(node, mode))
        const control = node.firstChild
        if (control.type === 'select-one') {
          const labels = range.map((/** @type {any} */ one) => parts.expressions.asText(rangeKey ? one?.[rangeKey] : one))
          control.replaceChildren(...labels.map((/** @type {string} */ label, /** @type {number} */ index) => new Option(label, String(index))))
        }
        control.disabled = Boolean(disabled)
        control.value = value ?? (control.type === 'select-one' ? 0 : '')
      },
      /**
       * @param {any} node
       * @param {any} values
       */
      updated(node, values) {
        set(node.firstChild, 'aria-label', values['aria-label'] ?? (node.textContent.trim() || 'picker'))
      },
    },
  })

  /**
   * The browser's own control of a picker.
   * @param {any} node
   * @param {string} mode
   */
  function chooser(node, mode) {
    const isSelect = !['date', 'time'].includes(mode)
    if (isSelect && mode !== 'selector') parts.report.note('warn', `a picker with mode="${mode}" is shown as a selector`)
    const control = document.createElement(isSelect ? 'select' : 'input')
    if (control instanceof HTMLInputElement) control.type = mode
    control.addEventListener('change', event => {
      event.stopPropagation()
      const value = ENTERED['WX-PICKER'](node)
      enter(node, 'value', value)
      fire(node, 'change', { value: isSelect ? String(value) : value })
    })
    return control
  }

  /**
   * Submit or reset a form.
   * @param {any} form
   * @param {string} formType
   */
  function end(form, formType) {
    if (form === null) return
    const nodes = [...form.querySelectorAll(NAMED)].filter(node => node[parts.patch.SHOWN] && valuesOf(node).name)
    if (formType === 'submit') {
      fire(form, 'submit', { value: Object.fromEntries(nodes.map(node => [valuesOf(node).name, ENTERED[node.tagName](node)])) })
      return
    }
    for (const control of form.querySelectorAll('input, textarea')) {
      if (['checkbox', 'radio'].includes(control.type)) control.checked = false
      else control.value = ''
    }
    fire(form, 'reset')
  }

  parts.forms = { end }
})(/** @type {any} */ (globalThis))
