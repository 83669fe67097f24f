import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { manifestErrors } from '../docs/manifest-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, manifestOf, setsIn } from './backup-sets.js'
import { runJson, startCli, writeFiles } from './run-cli.js'

const NAMES = Array.from({ length: 12 }, (_, i) => `db${String(i).padStart(2, '0')}`)
const ROWS = `CREATE TABLE t (id INTEGER PRIMARY KEY, x);
WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 400)
INSERT INTO t SELECT i, hex(randomblob(40)) FROM c`

describe('faults of backup', () => {
  const directory = temporaryDirectories()
  const disks: string[] = []
  afterEach(() => {
    for (const disk of disks.splice(0)) spawnSync('umount', [disk])
  })

  function project(): string {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'databases/.keep': '',
    })
    for (const name of NAMES) {
      const db = new Database(join(cwd, 'databases', `${name}.db`))
      db.exec(ROWS)
      db.close()
    }
    return cwd
  }

  it('a kill leaves earlier sets as they were, and no set that is not whole', async () => {
    const cwd = project()
    const first = await backUp([], { cwd })
    const { durationMs } = first.document
    const manifest = readFileSync(join(first.document.set, 'manifest.json'))
    const moments = 12
    for (let moment = 0; moment < moments; moment++) {
      const { child, finished } = startCli(['backup', '--full'], { cwd })
      await sleep(200 + (moment / moments) * durationMs * 1.2)
      child.kill('SIGKILL')
      await finished
    }
    expect(readFileSync(join(first.document.set, 'manifest.json'))).toEqual(manifest)
    const { sets, others } = setsIn(join(cwd, 'backups'))
    for (const set of sets) {
      expect(manifestErrors(manifestOf(set))).toEqual([])
      expect(manifestOf(set)).toMatchObject({ complete: true, summary: { proven: NAMES.length } })
    }
    // Had all been killed before the first write or after the last, nothing were shown.
    expect(others.length).toBeGreaterThan(0)
    expect(await backUp([], { cwd })).toMatchObject({ status: 0, document: { complete: true } })
  }, 240_000)

  it.for([40, 120, 240])(
    'a disk of %i KiB that fills up never leads to a false success',
    { timeout: 60_000 },
    async (size, context) => {
      const cwd = project()
      const out = join(cwd, 'small')
      mkdirSync(out)
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', out])
      if (mounted.status !== 0) return context.skip('this environment permits no mount')
      disks.push(out)
      const { status, document } = await runJson<{
        set?: string
        error?: { code: string }
        databases?: { status: string; proven: boolean; error?: { code: string } }[]
      }>(['backup', '--out', out], { cwd })
      expect(status).toBe(3)
      const { sets } = setsIn(out)
      if (document.set === undefined) {
        expect(document.error?.code).toBe('set-unfinished')
        expect(sets).toEqual([])
        return
      }
      expect(sets).toEqual([document.set])
      const manifest = manifestOf(document.set)
      expect(manifestErrors(manifest)).toEqual([])
      expect(manifest.complete).toBe(false)
      for (const { proven, error } of document.databases ?? []) {
        if (!proven) expect(error?.code).toBe('disk-full')
      }
    },
  )
})
