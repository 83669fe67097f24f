import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { DbfleetError } from '../errors/dbfleet-error.js'

/** A writer that is alive removes its journal soon; how often to look, in milliseconds. */
const LOOK_EVERY_MS = 20

/**
 * For an engine that cannot be kept from rolling an interrupted write back: waits until there is
 * no journal beside the database.
 *
 * @throws DbfleetError `needs-recovery` when it does not go within `busyTimeoutMs`
 */
export async function refuseInterruptedWrite(path: string, busyTimeoutMs: number): Promise<void> {
  const deadline = performance.now() + busyTimeoutMs
  while (await isInUse(`${path}-journal`)) {
    if (performance.now() >= deadline) throw interruptedWrite()
    await sleep(LOOK_EVERY_MS)
  }
}

/** The error for a journal that a reader would have to roll back, but may not. */
export function interruptedWrite(cause?: unknown): DbfleetError {
  return new DbfleetError('needs-recovery', 'a writer was killed and its journal is still there', {
    hint: 'Run `dbfleet status`, which rolls the interrupted write back, then try again.',
    cause,
  })
}

/** A journal that is kept for the next transaction is empty or begins with zeros. */
async function isInUse(journal: string): Promise<boolean> {
  const file = await open(journal).catch(() => undefined)
  if (file === undefined) return false
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, 0)
    return bytesRead === 1 && buffer[0] !== 0
  } finally {
    await file.close()
  }
}
