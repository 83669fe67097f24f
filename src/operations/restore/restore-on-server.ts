import { contentDigest } from '../../backup/content-digest.js'
import { keyedDigest } from '../../backup/keyed-hash.js'
import { loadIntoServer } from '../../backup/load-into-server.js'
import type { DatabaseTarget, Snapshot } from '../../database/database.js'
import type { OpenDatabase } from '../../database/open-database.js'
import type { Provisioner } from '../../database/remote/provisioner.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { makeOnServer } from '../create/make-on-server.js'

/** A database on a server that is to be restored. */
export interface ServerItem {
  target: DatabaseTarget
  /** Where it is to be, as it is shown. */
  url: string
  /** Absent where the server cannot be asked to make one. */
  provisioner?: Provisioner
  /** What may be replaced, since it is kept elsewhere; absent when nothing may. */
  replaces?: Replaced
}

/** A content that is kept elsewhere. */
export interface Replaced {
  digest: string
  /** Of an encrypted object, whose digest is keyed. */
  fileKey?: Uint8Array | undefined
}

interface Content {
  pieces: AsyncIterable<Uint8Array>
  /** Absent when it is not known. */
  digest?: string
  /** Of an encrypted object, whose digest is keyed. */
  fileKey?: Uint8Array | undefined
}

/** What no rows of a schema say. */
const EMPTY = 'empty'

/**
 * Restores a database on a server: one that is there and empty, a new one, or one that may be
 * replaced. All of it happens in one transaction, in which it is read back and compared, so that
 * there is the old content or the new, whatever happens.
 *
 * @param busyTimeoutMs how long to wait for another writer
 * @returns `undefined` when it holds the same already
 * @throws DbfleetError `exists`, `missing`, `not-proven`, `in-use`, and what `loadIntoServer` throws
 */
export async function restoreOnServer(
  open: OpenDatabase,
  item: ServerItem,
  content: Content,
  busyTimeoutMs: number,
): Promise<{ rows: number; remarks: string[] } | undefined> {
  const { target, provisioner, url, replaces } = item
  const isWanted = (state: string) => keyedDigest(state, content.fileKey) === content.digest
  const there = await contentOf(open, target).catch(error => {
    if (provisioner !== undefined && error?.code === 'missing') return undefined
    throw error
  })
  if (there === undefined && provisioner !== undefined) {
    const { made } = await makeOnServer(
      { target, url, provisioner },
      made => fill(made, undefined),
      'Run the same command again; it takes the database as it is.',
    )
    return made
  }
  if (there !== undefined && isWanted(there)) return undefined
  if (there !== EMPTY && replaces === undefined) throw exists()
  return fill(target, there === EMPTY ? undefined : replaces)

  async function fill(into: DatabaseTarget, old: Replaced | undefined) {
    await using db = await open(into, { mode: 'write', busyTimeoutMs, restoring: 'rows' })
    return await loadIntoServer(db, content.pieces, {
      before: async now => {
        const state = await stateOf(now)
        const isOld = old ? keyedDigest(state, old.fileKey) === old.digest : state === EMPTY
        if (!isOld) throw changed()
      },
      look: async loaded => {
        if (content.digest === undefined) return
        if (!isWanted(await stateOf(loaded))) throw differs()
      },
    })
  }
}

async function contentOf(open: OpenDatabase, target: DatabaseTarget): Promise<string> {
  await using db = await open(target, { mode: 'read', busyTimeoutMs: 0 })
  await using snapshot = await db.snapshot()
  return await stateOf(snapshot)
}

async function stateOf(snapshot: Snapshot): Promise<string> {
  const [row] = await snapshot.query('SELECT count(*) AS n FROM sqlite_schema')
  return row?.n === 0n ? EMPTY : contentDigest(snapshot)
}

function exists(): DbfleetError {
  return new DbfleetError('exists', 'there is a database already, and it holds something else', {
    hint: 'Nothing was changed. --force backs it up and puts the restored one in its place.',
  })
}

function changed(): DbfleetError {
  return new DbfleetError('in-use', 'others wrote to it while the old content was kept aside', {
    hint: 'Nothing was changed. Stop what writes to it, and run the same command again.',
  })
}

function differs(): DbfleetError {
  return new DbfleetError('not-proven', 'what the server has of it is not what was backed up', {
    hint: 'Nothing was changed. Restore it into a file, and please report this with its schema.',
  })
}
