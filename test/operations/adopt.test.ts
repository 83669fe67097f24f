import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openFleet } from '../../src/index.js'
import { temporaryDirectories } from '../temporary-directory.js'

const directory = temporaryDirectories()

/** Files that dbmate migrated, of which some have a table too many. */
async function fleetOf(sound: number, drifted: number) {
  const root = directory()
  mkdirSync(join(root, 'databases'))
  mkdirSync(join(root, 'migrations'))
  writeFileSync(join(root, 'migrations', '20240101000000_a.up.sql'), 'CREATE TABLE a (x);\n')
  for (let i = 0; i < sound + drifted; i += 1) {
    const db = new SQLite(join(root, 'databases', `db${i}.db`))
    db.exec('CREATE TABLE a (x); CREATE TABLE schema_migrations (version varchar(128) primary key)')
    db.exec("INSERT INTO schema_migrations VALUES ('20240101000000')")
    if (i >= sound) db.exec('CREATE TABLE extra (x)')
    db.close()
  }
  const config = join(root, 'dbfleet.config.json')
  writeFileSync(config, JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }))
  return openFleet({ config })
}

it('is a method of the fleet, which watches, and prints nothing', async () => {
  const fleet = await fleetOf(3, 0)
  const phases = new Set<string>()
  const onProgress = ({ phase }: { phase: string }) => void phases.add(phase)
  const report = await fleet.adopt({ all: true, from: 'dbmate', onProgress })
  expect(report.summary).toEqual({ total: 3, ok: 3, failed: 0, skipped: 0, notRun: 0 })
  expect([...phases]).toEqual(['reading', 'adopt'])
})

it('stops where more do not fit than may fail', async () => {
  const fleet = await fleetOf(3, 2)
  const stopped = await fleet.adopt({ all: true, maxFailures: '1' })
  expect(stopped.summary).toEqual({ total: 5, ok: 0, failed: 2, skipped: 0, notRun: 3 })
  const done = await fleet.adopt({ all: true, maxFailures: '2' })
  expect(done.summary).toEqual({ total: 5, ok: 3, failed: 2, skipped: 0, notRun: 0 })
})

it('writes nothing after it was interrupted', async () => {
  const fleet = await fleetOf(2, 0)
  const interrupted = new AbortController()
  const report = await fleet.adopt({
    all: true,
    signal: interrupted.signal,
    onProgress: ({ phase, done }) => {
      if (phase === 'reading' && done === 2) interrupted.abort()
    },
  })
  expect(report).toMatchObject({ interrupted: true, summary: { ok: 0, notRun: 2 } })
  expect((await fleet.status()).databases).toMatchObject([{ applied: 0 }, { applied: 0 }])
})
