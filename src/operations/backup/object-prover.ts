import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Definitions } from '../../backup/definitions.js'
import type { ReadElsewhere } from '../../backup/dump-source.js'
import { loadObject, type ObjectToLoad, tryInMemory } from '../../backup/load-object.js'
import { MemoryLoader } from '../../backup/memory-loader.js'
import type { Store } from '../../backup/store/store.js'
import type { OpenDatabase } from '../../database/open-database.js'
import { removeFiles } from '../../database/remove-files.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { Lane } from '../../run/job.js'
import { needsLibsql } from '../members/database-job.js'

/** An object of a set. */
export interface ObjectToProve extends ObjectToLoad {
  name: string
  /** Its scratch database is encrypted, by a key that nobody keeps. */
  secret?: boolean
}

/** Whether an object restores to what was read. */
export type Proof = { sound: true } | { error: ErrorReport }

/**
 * What reads an object back from its store, restores it, and compares what is restored with the digest
 * of what was read.
 *
 * @param scratch a directory for databases that are removed again
 * @param definitions as in `planDump`
 * @param elsewhere for large ones
 * @returns of what throws unless the object is sound
 */
export function objectProver(
  open: OpenDatabase,
  store: Store,
  scratch: string,
  definitions = new Definitions(),
  elsewhere?: ReadElsewhere,
): (item: ObjectToProve) => Promise<void> {
  const memory = new MemoryLoader(open)
  return async ({ name, secret, ...object }) => {
    if (await tryInMemory(memory, store, object, name, definitions)) return
    const path = join(scratch, `${randomUUID()}.db`)
    try {
      const encryptionKey = randomBytes(32).toString('hex')
      const target = { name, path, ...(secret === true && { encryptionKey }) }
      await loadObject(open, store, object, target, definitions, elsewhere)
    } finally {
      await removeFiles(path)
    }
  }
}

/** What came of a look at an object; `undefined` where only another lane can tell. */
export async function proofOf(look: Promise<void>, lane: Lane): Promise<Proof | undefined> {
  try {
    await look
    return { sound: true }
  } catch (error) {
    return lane === 'thread' && needsLibsql(error) ? undefined : { error: reportError(error) }
  }
}
