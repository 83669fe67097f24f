import { writeFileSync } from 'node:fs'
import { contentDigest } from '../../src/backup/content-digest.js'
import type { Definitions } from '../../src/backup/definitions.js'
import type { DumpOptions, DumpPlan } from '../../src/backup/dump-plan.js'
import { planDump } from '../../src/backup/plan-dump.js'
import { writeDump } from '../../src/backup/write-dump.js'
import type { Database, EngineName } from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'

export interface DumpResult {
  bytes: Buffer
  text: string
  plan: DumpPlan
}

async function reading<T>(
  path: string,
  engine: EngineName,
  use: (db: Database) => Promise<T>,
): Promise<T> {
  const open = await createOpener(engine)
  await using db = await open({ name: 'it', path }, { mode: 'read', busyTimeoutMs: 1000 })
  return await use(db)
}

/** Dumps a database file. */
export function dumpOf(
  path: string,
  options: DumpOptions = {},
  engine: EngineName = 'better-sqlite3',
  definitions?: Definitions,
): Promise<DumpResult> {
  return reading(path, engine, async db => {
    await using snapshot = await db.snapshot()
    const plan = await planDump(snapshot, options, definitions)
    const pieces: Uint8Array[] = []
    for await (const { bytes } of writeDump(snapshot, plan)) pieces.push(bytes)
    const bytes = Buffer.concat(pieces)
    return { bytes, text: bytes.toString('utf8'), plan }
  })
}

/** Dumps a database file into a file. */
export async function dumpTo(path: string, file: string, engine?: EngineName): Promise<DumpResult> {
  const result = await dumpOf(path, {}, engine)
  writeFileSync(file, result.bytes)
  return result
}

export function digestOf(path: string, engine: EngineName = 'better-sqlite3'): Promise<string> {
  return reading(path, engine, async db => {
    await using snapshot = await db.snapshot()
    return contentDigest(snapshot)
  })
}
