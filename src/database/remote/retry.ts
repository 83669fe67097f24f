import { setTimeout as delay } from 'node:timers/promises'
import { RemoteFault } from './remote-fault.js'

/** Some four seconds: a server is restarted in less. */
const ATTEMPTS = 7
/** The server says of databases that exist that they do not, when many are in use at once. */
const ATTEMPTS_AT_NOT_FOUND = 4
const FIRST_PAUSE_MS = 80
const LONGEST_PAUSE_MS = 3_000
/** A server that asks for more is not waited for. */
const LONGEST_ASKED_MS = 30_000

export interface RetryOptions {
  /**
   * True when doing it twice does no harm, so that it may also be repeated when it is unknown whether
   * the server did it.
   */
  repeatable: boolean
  /**
   * True for an ordinary API, whose 404 is final and whose 500 may pass; sqld says 404 of databases
   * that it has, and 500 of values that it can never send.
   */
  ordinary?: boolean
  /** Called when it is repeated although the server may have done it. */
  onUncertain?: () => void
}

/**
 * Runs a request again, after growing pauses, where that is safe and may help.
 *
 * @throws RemoteFault the last one
 */
export async function withRetries<T>(
  { signal, ...options }: RetryOptions & { signal: AbortSignal },
  request: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof RemoteFault) || signal.aborted) throw error
      if (attempt >= attemptsFor(error, options)) throw error
      if ((error.retryAfterMs ?? 0) > LONGEST_ASKED_MS) throw error
      if (error.outcomeUnknown) options.onUncertain?.()
      await delay(Math.max(error.retryAfterMs ?? 0, pause(attempt)), undefined, { signal }).catch(
        () => {
          throw error
        },
      )
    }
  }
}

function attemptsFor(fault: RemoteFault, { repeatable, ordinary = false }: RetryOptions): number {
  switch (fault.kind) {
    case 'unreachable':
      return fault.permanent ? 1 : ATTEMPTS
    case 'lost':
      return repeatable ? ATTEMPTS : 1
    case 'status':
      if (fault.status === 429) return ATTEMPTS
      // A server says so before it does anything; a proxy may, after it passed the request on.
      if (fault.status === 503) return repeatable || ordinary ? ATTEMPTS : 1
      if (fault.status === 404) return ordinary ? 1 : ATTEMPTS_AT_NOT_FOUND
      return repeatable && (fault.outcomeUnknown || (ordinary && fault.status === 500))
        ? ATTEMPTS
        : 1
    default:
      return 1
  }
}

/** Doubles each time; random, so that many that failed together do not come back together. */
function pause(attempt: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS)
  return longest * (0.5 + Math.random() / 2)
}
