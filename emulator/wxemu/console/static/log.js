// Adds what a function says to the log on its page, line by line.

const MOST = 1000 // lines on the page

const log = document.querySelector("[data-log]")

/** What the stream is to tell besides, as a part of its query. */
export const logged = () => log ? { log: log.dataset.log } : {}

/** Add lines, pairs of text and what it is; who has scrolled up to read stays there. */
export function say(lines) {
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
