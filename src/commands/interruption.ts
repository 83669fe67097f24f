/** How long workers get to end after the second signal before the process ends itself. */
const GRACE_MS = 500

/** The two stages of a user's wish to stop. */
export interface Interruption extends Disposable {
  /** The first Ctrl-C (or SIGTERM): finish what is in hand and report. */
  readonly signal: AbortSignal
  /** The second: stop at once. */
  readonly kill: AbortSignal
}

/** Listens for Ctrl-C until disposed. `onFirst` tells the user what happens now. */
export function listenForInterruption(onFirst: () => void): Interruption {
  const drain = new AbortController()
  const kill = new AbortController()
  const listener = (name: NodeJS.Signals) => {
    if (!drain.signal.aborted) {
      drain.abort()
      onFirst()
      return
    }
    kill.abort()
    setTimeout(() => endBySignal(name), GRACE_MS).unref()
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, listener)
  const dispose = () => {
    for (const name of signals) process.off(name, listener)
  }
  // A worker deep in the engine cannot be ended by asking; the default action of the signal can.
  const endBySignal = (name: NodeJS.Signals) => {
    dispose()
    process.kill(process.pid, name)
  }
  return { signal: drain.signal, kill: kill.signal, [Symbol.dispose]: dispose }
}
