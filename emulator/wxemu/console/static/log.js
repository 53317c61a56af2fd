// Adds a function's new log lines to the log on its page.

const MOST = 1000 // lines on the page

const log = document.querySelector("[data-log]")

/** The stream's query parameter for the log lines. */
export const logQuery = () => log ? { log: log.dataset.log } : {}

/** Add lines, pairs of text and kind; a log that was scrolled up stays there. */
export function addLines(lines) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40
  for (const [text, kind] of lines) {
    const line = document.createElement("p")
    line.className = kind
    line.textContent = text
    log.append(line)
  }
  while (log.children.length > MOST) log.firstChild.remove()
  if (isAtEnd) log.scrollTop = log.scrollHeight
}

if (log) log.scrollTop = log.scrollHeight
