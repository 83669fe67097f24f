import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { PruneReport } from '../../src/report/prune-report.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, setsIn } from './backup-sets.js'
import { expectHonest, expectRestorable } from './honest-sets.js'
import { runJson, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

const NAMES = Array.from({ length: 8 }, (_, i) => `db${i}`)
const ROWS = `WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200)
INSERT INTO t (x) SELECT hex(randomblob(40)) FROM c`
/** How much room is left, in KiB. */
const ROOM = [0, 4, 8, 16, 40, 80, 160]

describe('a disk on which backup sets share objects, and which is full', () => {
  const directory = temporaryDirectories()
  const disks: string[] = []
  afterEach(() => {
    for (const disk of disks.splice(0)) spawnSync('umount', [disk])
  })

  /** A fleet whose sets are on a small disk; `undefined` where nothing can be mounted. */
  function project(): string | undefined {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'databases/.keep': '',
    })
    mkdirSync(join(cwd, 'backups'))
    const disk = join(cwd, 'backups')
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status !== 0) return
    disks.push(disk)
    for (const name of NAMES)
      change(cwd, name, `CREATE TABLE t (id INTEGER PRIMARY KEY, x); ${ROWS}`)
    return cwd
  }

  function change(cwd: string, name: string, sql = ROWS): void {
    onSqlite(join(cwd, 'databases', `${name}.db`), db => db.exec(sql))
  }

  /** Leaves so much room, in KiB. */
  function fill(cwd: string, room: number): void {
    const disk = join(cwd, 'backups')
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(join(disk, '.filler'), Buffer.alloc(bavail * bsize - room * 1024))
    const left = statfsSync(disk)
    expect(left.bavail * left.bsize).toBe(room * 1024)
  }
  const empty = (cwd: string) => rmSync(join(cwd, 'backups/.filler'))
  /** What is on the disk, besides what fills it. */
  const there = (cwd: string) =>
    readdirSync(join(cwd, 'backups')).filter(name => name !== '.filler')

  it('takes nothing from earlier sets, and no set says that it has what is not there', async ctx => {
    const cwd = project()
    if (cwd === undefined) return ctx.skip('this environment permits no mount')
    const first = await backUp([], { cwd })
    expect(first).toMatchObject({ status: 0, document: { complete: true } })
    const manifest = readFileSync(join(first.document.set, 'manifest.json'))
    const seen = new Set<string>()
    for (const room of ROOM) {
      for (const name of NAMES.slice(0, 4)) change(cwd, name)
      const before = there(cwd)
      fill(cwd, room)
      const { status, document } = await runJson<Document>(['backup'], { cwd })
      const { set } = document
      seen.add(document.error?.code ?? (set === undefined ? '' : String(document.complete)))
      if (set === undefined) {
        const { code, message } = document.error ?? {}
        expect([`${room} KiB`, code]).toEqual([
          `${room} KiB`,
          status === 2 ? 'out-unwritable' : 'set-unfinished',
        ])
        expect(message).toMatch(/no space|full/i)
        // What could not even be begun leaves nothing behind.
        if (status === 2) expect(there(cwd)).toEqual(before)
      } else {
        const { databases, complete } = expectHonest(set, NAMES)
        expect(status).toBe(complete ? 0 : 3)
        for (const { error } of databases) if (error) expect(error.code).toBe('disk-full')
        for (const name of NAMES.slice(4)) {
          expect(databases).toContainEqual(expect.objectContaining({ name, proven: true }))
        }
      }
      empty(cwd)
      const { sets } = setsIn(join(cwd, 'backups'))
      for (const each of sets) expectHonest(each, NAMES)
      if (set !== undefined) await expectRestorable(cwd, set)
    }
    expect([...seen].sort()).toEqual(expect.arrayContaining(['false', 'out-unwritable']))
    expect(readFileSync(join(first.document.set, 'manifest.json'))).toEqual(manifest)
    expect(await expectRestorable(cwd, first.document.set)).toEqual([])
    const last = await backUp([], { cwd })
    expect(last).toMatchObject({ status: 0, document: { complete: true } })
    expect(await expectRestorable(cwd, last.document.set)).toEqual([])
    // What was left of those that were not finished holds up no prune.
    const pruned = await runJson<PruneReport>(['prune', '--keep-last', '1', '--yes'], { cwd })
    expect([pruned.status, pruned.document.waitsFor]).toEqual([0, []])
    expect(setsIn(join(cwd, 'backups')).sets.sort()).toContain(last.document.set)
    expect(await expectRestorable(cwd, last.document.set)).toEqual([])
  }, 120_000)

  it.for([0, 4])(
    'with %i KiB left is pruned, and what stays is whole',
    { timeout: 120_000 },
    async (room, ctx) => {
      const cwd = project()
      if (cwd === undefined) return ctx.skip('this environment permits no mount')
      for (const name of ['', ...NAMES.slice(0, 3)]) {
        if (name !== '') change(cwd, name)
        expect((await backUp([], { cwd })).status).toBe(0)
      }
      fill(cwd, room)
      const args = ['prune', '--keep-last', '2', '--yes']
      const { status, document } = await runJson<PruneReport>(args, { cwd })
      // Whoever has no room left prunes to get some.
      expect([status, document.waitsFor]).toEqual([0, []])
      const after = setsIn(join(cwd, 'backups'))
      expect(after.sets).toHaveLength(2)
      for (const set of after.sets) {
        expectHonest(set, NAMES)
        expect(await expectRestorable(cwd, set)).toEqual([])
      }
      empty(cwd)
      expect((await backUp([], { cwd })).document).toMatchObject({ complete: true })
    },
  )
})

interface Document {
  set?: string
  complete?: boolean
  error?: { code: string; message: string; hint?: string }
}
