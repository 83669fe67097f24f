import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { at, ENGINES, json, projectsOn } from './projects.js'
import { onSqlite, stateOf } from './sqlite-files.js'

const isRoot = process.getuid?.() === 0

describe.each(ENGINES)('on %s', engine => {
  const project = projectsOn(engine)

  describe('a full disk', () => {
    const disks: string[] = []
    afterEach(() => {
      for (const disk of disks.splice(0)) spawnSync('umount', [disk])
    })
    /** A file system of so many KiB; the reason where there can be none. */
    function mount(path: string, size: number): string | undefined {
      if (process.platform !== 'linux' || !isRoot) return 'mounting needs root on Linux'
      mkdirSync(path, { recursive: true })
      const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', path])
      if (status !== 0) return 'this environment permits no mount'
      disks.push(path)
      return undefined
    }
    const grow = (path: string) => spawnSync('mount', ['-o', 'remount,size=32m', path])
    const NAMES = Array.from({ length: 12 }, (_, i) => `db${String(i).padStart(2, '0')}`)
    const BIG = {
      'migrations/20260103000000_big.up.sql': `CREATE TABLE big (x);
WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 100)
INSERT INTO big SELECT randomblob(1000) FROM c;
`,
    }

    it('leaves databases that up could not change as they were, and a re-run converges', async ctx => {
      const cwd = project([], BIG)
      const reason = mount(join(cwd, 'databases'), 1024)
      if (reason !== undefined) return ctx.skip(reason)
      for (const name of NAMES) {
        onSqlite(at(cwd, name), db => db.exec("CREATE TABLE t (x); INSERT INTO t VALUES ('kept')"))
      }
      const { status, document } = await json(cwd, ['up', '--all'])
      expect(status).toBe(3)
      expect(document.summary.failed).toBeGreaterThan(1)
      expect(document.summary.ok).toBeGreaterThan(1)
      for (const { name, status, error, applied } of document.databases) {
        if (status === 'ok') continue
        expect(applied).toEqual([])
        expect(error).toMatchObject({ code: 'disk-full', hint: expect.stringContaining('space') })
        expect(stateOf(at(cwd, name))).toEqual({ integrity: 'ok', tables: ['t'], ledger: [] })
      }
      const files = readdirSync(join(cwd, 'databases'))
      expect(files.sort()).toEqual(NAMES.map(name => `${name}.db`))

      grow(join(cwd, 'databases'))
      const again = await json(cwd, ['up', '--all'])
      expect(again.document.summary).toMatchObject({ ok: NAMES.length, failed: 0 })
      for (const name of NAMES) {
        const { integrity, tables, ledger } = stateOf(at(cwd, name))
        expect([integrity, tables.length, ledger.length], name).toEqual(['ok', 4, 3])
      }
    })

    it('leaves nothing of databases that create could not make, and a re-run converges', async ctx => {
      const cwd = project([], BIG)
      const reason = mount(join(cwd, 'databases'), 1024)
      if (reason !== undefined) return ctx.skip(reason)
      const { status, document } = await json(cwd, ['create', ...NAMES])
      expect(status).toBe(3)
      const failed = document.databases.filter(row => row.status === 'failed')
      expect(failed.length).toBeGreaterThan(1)
      expect(failed.length).toBeLessThan(NAMES.length - 1)
      for (const { error } of failed) expect(error?.code).toBe('disk-full')
      const made = document.databases.filter(row => row.status === 'ok').map(({ name }) => name)
      const files = readdirSync(join(cwd, 'databases'))
      expect(files.sort()).toEqual(made.map(name => `${name}.db`))
      for (const name of made) expect(stateOf(at(cwd, name)).ledger).toHaveLength(3)

      grow(join(cwd, 'databases'))
      const again = await json(cwd, ['create', ...failed.map(({ name }) => name)])
      expect(again).toMatchObject({ status: 0 })
      for (const name of NAMES) expect(stateOf(at(cwd, name)).integrity).toBe('ok')
    })
  })
})
