/** What `wx` shows over the page: toasts, questions, a choice. */
;(function (root) {
  'use strict'
  const parts = (root.phoneScreen ??= {})

  const layer = /** @type {HTMLElement} */ (document.getElementById('dialogs'))
  const TOAST_MILLISECONDS = 1500
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let ending

  /**
   * @param {string} tag
   * @param {string} className
   * @param {(Node | string)[]} children
   */
  function part(tag, className, ...children) {
    const node = document.createElement(tag)
    node.className = className
    node.append(...children)
    return node
  }

  /**
   * @param {string} icon
   * @param {string} title
   */
  function toast(icon, title) {
    clearTimeout(ending)
    const sign = icon === 'none' ? [] : [part('i', `toast__icon toast__icon_${icon}`)]
    const node = part('div', 'toast', ...sign, title)
    node.setAttribute('role', 'status')
    layer.replaceChildren(...[...layer.children].filter(child => !child.matches('.toast')), node)
  }

  function hideToast() {
    clearTimeout(ending)
    layer.querySelector('.toast')?.remove()
  }

  /**
   * Ask, until a button is pressed.
   * @param {string} className
   * @param {Node[]} contents
   * @param {HTMLElement[]} buttons
   * @returns {Promise<number>} which one
   */
  function ask(className, contents, buttons) {
    const card = part('div', className, ...contents, part('div', `${className}__buttons`, ...buttons))
    card.setAttribute('role', 'dialog')
    card.setAttribute('aria-modal', 'true')
    card.setAttribute('aria-label', contents.map(({ textContent }) => textContent).join(' ') || buttons[0].textContent || '')
    const veil = part('div', 'veil', card)
    layer.append(veil)
    buttons[buttons.length - 1].focus()
    return new Promise(resolve => {
      buttons.forEach((button, index) =>
        button.addEventListener('click', () => {
          veil.remove()
          resolve(index)
        }),
      )
    })
  }

  /**
   * @param {string} text
   * @param {string} [color]
   */
  function button(text, color = '') {
    const node = part('button', 'answer', text)
    node.style.color = color
    return node
  }

  parts.dialogs = {
    /** @param {any} given */
    showToast({ title = '', icon = 'success', duration = TOAST_MILLISECONDS }) {
      toast(icon, title)
      ending = setTimeout(hideToast, duration)
    },
    hideToast,
    /** @param {any} given */
    showLoading({ title = '' }) {
      toast('loading', title)
    },
    hideLoading: hideToast,
    /** @param {any} given */
    async showModal({ title = '', content = '', showCancel = true, editable = false, placeholderText = '', ...texts }) {
      const isChinese = document.documentElement.lang === 'zh'
      const { cancelText = isChinese ? '取消' : 'Cancel', confirmText = isChinese ? '确定' : 'OK' } = texts
      const field = /** @type {HTMLInputElement} */ (part('input', 'modal__field'))
      Object.assign(field, { value: content, placeholder: placeholderText, ariaLabel: title || placeholderText })
      const body = editable ? field : part('p', 'modal__content', content)
      const confirm = button(confirmText, texts.confirmColor ?? 'var(--confirm)')
      const buttons = showCancel ? [button(cancelText, texts.cancelColor), confirm] : [confirm]
      const isConfirmed = (await ask('modal', [part('h2', 'modal__title', title), body], buttons)) === buttons.length - 1
      return { confirm: isConfirmed, cancel: !isConfirmed, ...(editable && isConfirmed && { content: field.value }) }
    },
    /** @param {any} given */
    async showActionSheet({ itemList = [], itemColor = '' }) {
      const isChinese = document.documentElement.lang === 'zh'
      const cancel = button(isChinese ? '取消' : 'Cancel')
      const items = itemList.map((/** @type {string} */ text) => button(text, itemColor))
      const tapIndex = await ask('choices', [], [...items, cancel])
      if (tapIndex === itemList.length) throw new Error('cancel')
      return { tapIndex }
    },
  }
})(/** @type {any} */ (globalThis))
