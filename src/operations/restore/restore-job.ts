import { existsSync, statSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { contentDigest } from '../../backup/content-digest.js'
import { Definitions } from '../../backup/definitions.js'
import { dumpCommands } from '../../backup/dump-commands.js'
import { LARGE_DUMP } from '../../backup/dump-source.js'
import { keyedDigest } from '../../backup/keyed-hash.js'
import { loadIntoFile } from '../../backup/load-into-file.js'
import { loadObject, type ObjectToLoad } from '../../backup/load-object.js'
import { type DumpFile, openDump } from '../../backup/open-dump.js'
import { fileKeyOf, readObject } from '../../backup/read-object.js'
import { openStore } from '../../backup/store/open-store.js'
import type { Store, StoreSpec } from '../../backup/store/store.js'
import type { Database, DatabaseTarget, FileTarget, RemoteTarget } from '../../database/database.js'
import { placeFile } from '../../database/place-file.js'
import { replaceDatabase } from '../../database/replace-database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { readLedger } from '../../migrate/ledger.js'
import type { Migration } from '../../migrate/migration.js'
import { Migrator } from '../../migrate/migrator.js'
import { locate } from '../../migrate/position.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { version } from '../../version.js'
import { needsLibsql, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'
import { refusals } from '../runs/refusal.js'
import { AbandonedFiles, asMaker } from './abandoned-files.js'
import { readElsewhere } from './read-elsewhere.js'
import { restoreOnServer, type ServerItem } from './restore-on-server.js'

export interface RestoreInit {
  /** Where objects are; `null` for dumps. */
  store: StoreSpec | null
  /** True puts a new database in the place of one that is there. */
  force: boolean
  /** What is applied to it before it gets its name. */
  migrations: Migration[]
  busyTimeoutMs: number
}

/** What a database is made of: an object of a set, or a dump in a file of its own. */
export type RestoreFrom = { object: ObjectToLoad } | DumpFile

export interface RestoreItem extends ServerItem {
  from: RestoreFrom
}

/** A database that was restored. */
export interface Restored {
  rows: number
  /** Migrations that were applied to it. */
  applied: string[]
  /** What is not as it was, though no content: settings that a server does not take. */
  remarks: string[]
  /** Where the one is that it replaced. */
  kept?: string
}

/** `there`: the database held the same already, before what was applied to it. */
export type RestoreResult = Restored | { there: true; applied: string[] } | { error: ErrorReport }

/** Makes databases of objects or dumps, each whole or not at all. */
export async function restoreJob(
  init: RestoreInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<RestoreItem, RestoreResult>> {
  const open = await openerOf(lane, resources)
  const store = init.store === null ? undefined : await openStore(init.store)
  const migrator = new Migrator(init.migrations, version)
  const definitions = new Definitions()
  const abandoned = new AbandonedFiles()
  return {
    async run(item) {
      const { target, from } = item
      try {
        const result = 'path' in target ? await inFile(target, from) : await onServer(target, item)
        return { result, failed: false }
      } catch (error) {
        if (lane === 'thread' && needsLibsql(error)) return { reroute: 'process' }
        return { result: { error: reportError(error) }, failed: true }
      }
    },
  }

  async function inFile(target: FileTarget, from: RestoreFrom): Promise<RestoreResult> {
    await abandoned.clear(target.path)
    return asMaker(say => restoreFile(target, from, say))
  }

  async function restoreFile(
    target: FileTarget,
    from: RestoreFrom,
    say: (temporary: string) => Promise<void>,
  ): Promise<RestoreResult> {
    const make = async (path: string): Promise<Restored> => {
      await say(path)
      // Only its owner can read it, before anything is in it.
      await (await openFile(path, 'wx', 0o600)).close()
      const made = { ...target, path }
      const rows = await load(from, made)
      return { rows, applied: await migrateUp(made), remarks: [] }
    }
    if (!existsSync(target.path)) return placeFile(target.path, make)
    const isSame = async (db: Database) => 'object' in from && (await holds(db, from.object))
    if (init.force) {
      const replaced = await replaceDatabase(open, target, { isSame, make })
      if (replaced !== undefined) return { ...replaced.made, kept: replaced.kept }
    } else if (!(await isSameFile(target, isSame))) throw exists()
    return { there: true, applied: await migrateUp(target) }
  }

  async function onServer(target: RemoteTarget, item: RestoreItem): Promise<RestoreResult> {
    const { from } = item
    if ('object' in from && from.object.object.format === 'image') throw imageOnServer(from.object)
    const content =
      'dump' in from
        ? { pieces: openDump(from) }
        : {
            pieces: textOf(from.object),
            digest: from.object.digest,
            fileKey: await keyOf(from.object),
          }
    const restored = await restoreOnServer(open, item, content, init.busyTimeoutMs)
    const applied = await migrateUp(target)
    return restored === undefined ? { there: true, applied } : { ...restored, applied }
  }

  function load(from: RestoreFrom, target: FileTarget): Promise<number> {
    const elsewhere = readElsewhere(lane)
    if ('object' in from) {
      return loadObject(open, known(), from.object, target, definitions, elsewhere)
    }
    const isLarge = statSync(from.dump).size >= LARGE_DUMP
    const commands = isLarge ? elsewhere(from) : dumpCommands(openDump(from))
    return loadIntoFile(open, target, commands, undefined, { many: isLarge })
  }

  function textOf({ place, object, keys }: ObjectToLoad): AsyncIterable<Uint8Array> {
    return readObject(known(), place, object, keys)
  }

  async function keyOf({ place, object, keys = {} }: ObjectToLoad) {
    if (object.encryption === undefined) return undefined
    return fileKeyOf(known(), place, object, keys)
  }

  function known(): Store {
    if (store === undefined) throw new DbfleetError('bug', 'an object without a store')
    return store
  }

  async function isSameFile(
    target: FileTarget,
    isSame: (db: Database) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      await using db = await open(target, { mode: 'read', busyTimeoutMs: 0 })
      return await isSame(db)
    } catch (error) {
      if (needsLibsql(error)) throw error
      return false
    }
  }

  /** What cannot be read holds something else. */
  async function holds(db: Database, object: ObjectToLoad): Promise<boolean> {
    const fileKey = await keyOf(object)
    try {
      await using snapshot = await db.snapshot()
      return keyedDigest(await contentDigest(snapshot, definitions), fileKey) === object.digest
    } catch (error) {
      if (needsLibsql(error)) throw error
      return false
    }
  }

  async function migrateUp(target: DatabaseTarget): Promise<string[]> {
    if (init.migrations.length === 0) return []
    await using db = await open(target, { mode: 'write', busyTimeoutMs: init.busyTimeoutMs })
    const ledger = await readLedger(db)
    const position = locate(init.migrations, ledger)
    const [reason] = refusals(position, { allowOutOfOrder: false })
    if (reason !== undefined) throw new UsageError(reason.code, reason.message)
    if (position.pending.length === 0) return []
    return await migrator.up(db, position.pending, {
      mode: 'all',
      ...(lane === 'remote' && { ledger }),
    })
  }
}

function imageOnServer({ object: { file } }: ObjectToLoad): DbfleetError {
  return new DbfleetError(
    'cannot-restore',
    `${file} is a page image, and a server takes databases as SQL only`,
    { hint: 'Nothing was changed. Restore it into a file, by --to or --as.' },
  )
}

function exists(): DbfleetError {
  return new DbfleetError('exists', 'there is a database already, and it holds something else', {
    hint: 'Nothing was changed. --force puts the restored one in its place, and keeps the old one aside.',
  })
}
