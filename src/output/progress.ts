import { formatProgress, type ProgressState } from './progress-line.js'
import { Rate } from './rate.js'
import type { OutputStream, Terminal } from './terminal.js'

/** Follows one run. Its functions can be passed on without the object. */
export interface Progress {
  readonly update: (state: ProgressState) => void
  /** Removes the line; harmless when called again. */
  readonly end: () => void
}

/** A progress that makes room for other output on the same terminal. */
export interface ProgressLine extends Progress {
  /** Removes the line until it is next drawn. */
  readonly clear: () => void
}

/** When and how to draw, in milliseconds. */
interface Style {
  first: number
  interval: number
  draw(line: string): string
  clear: string
}

const CLEAR = '\r\x1b[K'
const REDRAWN: Style = { first: 300, interval: 100, draw: line => `${CLEAR}${line}`, clear: CLEAR }
const APPENDED: Style = {
  first: 30_000,
  interval: 30_000,
  draw: line => `${line}\n`,
  clear: '',
}

/**
 * A line on standard error that says how far a run has come: drawn over 10 times a second on a
 * terminal, appended every 30 seconds in a pipe, nothing with `--quiet`.
 *
 * @param verb what is being done, such as `up`
 */
export function createProgress(
  stderr: OutputStream,
  terminal: Terminal,
  verb: string,
): ProgressLine {
  if (terminal.quiet) return { update() {}, end() {}, clear() {} }
  const style = terminal.animated ? REDRAWN : APPENDED
  const start = performance.now()
  const rate = new Rate(start)
  let state: ProgressState | undefined
  let due = start + style.first
  let shown = false
  let timer: NodeJS.Timeout | undefined

  function draw(): void {
    const now = performance.now()
    due = now + style.interval
    schedule(style.interval)
    if (state === undefined || state.total === 0) return
    rate.add(now, state.done)
    const line = formatProgress(verb, state, rate.perSecond(), {
      // The last column stays free: some terminals break the line when it is written.
      width: terminal.stderr.isTTY ? (stderr.columns || terminal.stderr.width) - 1 : Infinity,
      colours: terminal.stderr.colours,
    })
    stderr.write(style.draw(line))
    shown = true
  }

  function schedule(delay: number): void {
    clearTimeout(timer)
    timer = setTimeout(draw, delay)
    timer.unref()
  }

  function clear(): void {
    if (shown) stderr.write(style.clear)
    shown = false
  }

  schedule(style.first)
  let ended = false
  return {
    update(next) {
      state = next
      // A busy event loop starves the timer.
      if (!ended && performance.now() >= due) draw()
    },
    clear,
    end() {
      ended = true
      clearTimeout(timer)
      clear()
    },
  }
}
