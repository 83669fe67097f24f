import { open as openFile } from 'node:fs/promises'
import type { Database, FileTarget } from '../database/database.js'
import type { OpenDatabase } from '../database/open-database.js'
import { placingError } from '../database/place-file.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { StoredObject } from './manifest.js'

/** So many problems are looked for; the first is told. */
const MOST = 10

/**
 * Makes a file of a page image and looks at it; what is left when that fails is to be thrown away. Nothing
 * opens it before all of its bytes have come.
 *
 * @param look reads what the image holds
 * @throws DbfleetError `not-proven` when the engine finds the pages damaged, `cannot-restore` for an
 * encrypted file, and what `pieces` and `look` throw
 */
export async function loadImage<T>(
  open: OpenDatabase,
  target: FileTarget,
  object: StoredObject,
  pieces: AsyncIterable<Uint8Array>,
  look: (db: Database) => Promise<T>,
): Promise<T> {
  if (target.encryptionKey !== undefined) throw notEncrypted(object)
  await writePieces(target.path, pieces)
  await using db = await open(target, { mode: 'read', busyTimeoutMs: 0 })
  await checkPages(db, object)
  return await look(db)
}

/**
 * Writes all pieces to a file, which only its owner can read when it is new.
 *
 * @throws DbfleetError `disk-full`, `readonly`, `io`, and what `pieces` throws
 */
export async function writePieces(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  await using file = await openFile(path, 'w', 0o600).catch(fail)
  for await (const piece of pieces) await file.writeFile(piece).catch(fail)
}

function fail(error: unknown): never {
  throw placingError(error)
}

async function checkPages(db: Database, { file }: StoredObject): Promise<void> {
  // What stands in a schema is not to reach beyond the database.
  await db.query('PRAGMA trusted_schema = off')
  // A row that a CHECK would refuse today may be old; that is no damage.
  await db.query('PRAGMA ignore_check_constraints = on')
  const rows = await db.query(`PRAGMA integrity_check(${MOST})`)
  const problem = rows.map(row => String(Object.values(row)[0])).find(text => text !== 'ok')
  if (problem === undefined) return
  throw new DbfleetError('not-proven', `the pages in ${file} are damaged: ${problem}`, {
    hint: 'The database was damaged when it was read, or the image is; restore it from an earlier set.',
  })
}

function notEncrypted({ file }: StoredObject): DbfleetError {
  return new DbfleetError(
    'cannot-restore',
    `${file} is a page image that is not encrypted, and the database is to be`,
    { hint: 'Restore it into a file without an `encryptionKey`, by --to or --as.' },
  )
}
