import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { dumpCommands } from '../../backup/dump-commands.js'
import { loadIntoFile } from '../../backup/load-into-file.js'
import { planDump } from '../../backup/plan-dump.js'
import { writeDump } from '../../backup/write-dump.js'
import type { Database, DatabaseTarget, FileTarget, Snapshot } from '../../database/database.js'
import { defaultEngine } from '../../database/engines.js'
import { createOpener, type OpenDatabase } from '../../database/open-database.js'
import { removeFiles } from '../../database/remove-files.js'
import { sizeOfDatabase } from '../../database/size-of-database.js'
import type { Migration } from '../../migrate/migration.js'
import { Migrator } from '../../migrate/migrator.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { version } from '../../version.js'
import { needsLibsql, onDatabase, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'

export interface RehearseInit {
  /** All migrations of the repository, in name order. */
  migrations: Migration[]
  /** A directory for copies, which are removed again. */
  scratch: string
  busyTimeoutMs: number
}

/** A database, and what would be applied to it. */
export interface RehearseItem {
  target: DatabaseTarget
  names: string[]
}

/** What became of the copy. */
export type RehearseResult =
  | { durationMs: number; bytesBefore: number; bytesAfter: number }
  | { error: ErrorReport }

/** Applies migrations to copies of databases, which are only read. */
export async function rehearseJob(
  { migrations, scratch, busyTimeoutMs }: RehearseInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<RehearseItem, RehearseResult>> {
  const open = await openerOf(lane, resources)
  const migrator = new Migrator(migrations, version)
  const options = { mode: 'read', busyTimeoutMs } as const

  async function onCopy(db: Database, target: DatabaseTarget, names: string[]) {
    const copy = copyOf(target, join(scratch, `${randomUUID()}.db`))
    try {
      const openCopy = await makeCopy(db, copy)
      return await migrate(openCopy, copy, names)
    } finally {
      await removeFiles(copy.path)
    }
  }

  /** @returns what opens the copy */
  async function makeCopy(db: Database, copy: FileTarget): Promise<OpenDatabase> {
    await using snapshot = await db.snapshot()
    if (lane !== 'remote') {
      await load(open, copy, snapshot)
      return open
    }
    try {
      const openUsual = await createOpener(await defaultEngine())
      await load(openUsual, copy, snapshot)
      return openUsual
    } catch (error) {
      if (!needsLibsql(error)) throw error
      await removeFiles(copy.path)
      const openLibsql = await createOpener('libsql')
      await load(openLibsql, copy, snapshot)
      return openLibsql
    }
  }

  async function migrate(
    openCopy: OpenDatabase,
    copy: FileTarget,
    names: string[],
  ): Promise<RehearseResult> {
    await using db = await openCopy(copy, { mode: 'write', busyTimeoutMs })
    const bytesBefore = await sizeOfDatabase(db)
    const began = performance.now()
    await migrator.up(db, names, { mode: 'all' })
    const durationMs = performance.now() - began
    return { durationMs, bytesBefore, bytesAfter: await sizeOfDatabase(db) }
  }

  return {
    run: ({ target, names }) =>
      onDatabase<RehearseResult>(
        open,
        lane,
        { target, options },
        db => onCopy(db, target, names),
        error => ({ error }),
      ),
  }
}

/** A copy of an encrypted file is encrypted by the same key. */
function copyOf(target: DatabaseTarget, path: string): FileTarget {
  const key = 'path' in target ? target.encryptionKey : undefined
  return { name: target.name, path, ...(key !== undefined && { encryptionKey: key }) }
}

async function load(open: OpenDatabase, copy: FileTarget, snapshot: Snapshot): Promise<void> {
  await loadIntoFile(open, copy, dumpCommands(textOf(snapshot)))
}

async function* textOf(snapshot: Snapshot): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of writeDump(snapshot, await planDump(snapshot))) yield bytes
}
