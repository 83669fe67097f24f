import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { UndoReport } from '../../src/report/undo-rows.js'
import { schemaErrors } from '../docs/report-schema.js'
import { at, B, projectsOn } from './projects.js'
import { runCli, runJson, startCli } from './run-cli.js'
import { onControl } from './runs-of.js'
import { onSqlite } from './sqlite-files.js'

const project = projectsOn('better-sqlite3')
const MOMENTS = 10
const NAMES = Array.from({ length: 24 }, (_, index) => `t${String(index).padStart(2, '0')}`)
const DROPS = {
  'migrations/20260103000000_drop_v.up.sql': 'ALTER TABLE a DROP COLUMN v;\n',
  'migrations/20260103000000_drop_v.down.sql': 'ALTER TABLE a ADD COLUMN v TEXT;\n',
}

/** A fleet whose column `v` was dropped by run 2, which made a backup set first. */
async function dropped(): Promise<string> {
  const cwd = project(NAMES, DROPS)
  await runCli(['up', '--all', '--to', B], { cwd })
  for (const name of NAMES) {
    onSqlite(at(cwd, name), db => db.exec(`INSERT INTO a (id, v) VALUES (1, '${name}')`))
  }
  expect((await runCli(['up', '--all', '--backup'], { cwd })).status).toBe(0)
  return cwd
}

function rowsIn(cwd: string, name: string): { id: number; v?: string }[] {
  return onSqlite(at(cwd, name), db => db.prepare('SELECT * FROM a ORDER BY id').all()) as []
}

function isRestored(cwd: string, name: string): boolean {
  return rowsIn(cwd, name)[0]?.v === name
}

async function resume(cwd: string, ...args: string[]) {
  const { status, document } = await runJson<UndoReport>(['resume', ...args], { cwd })
  expect(schemaErrors(document)).toEqual([])
  return { status, document }
}

/** Kills `undo --from-backup` while it restores. */
async function killed(cwd: string, moment: number): Promise<void> {
  const args = ['undo', '2', '--from-backup', '--yes', '--jobs', '1']
  const { child, finished } = startCli(args, { cwd })
  const begun = () =>
    onControl(cwd, db => db.prepare("SELECT 1 FROM runs WHERE id = 3 AND state = 'running'").get())
  while (begun() === undefined && child.exitCode === null) await sleep(5)
  await sleep(moment)
  child.kill('SIGKILL')
  await finished
}

describe('undo --from-backup that is killed', () => {
  it('is gone on with, touches nothing that is restored, and loses nothing written since', async () => {
    let between = 0
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const cwd = await dropped()
      await killed(cwd, 100 + Math.random() * 700)
      const restored = NAMES.filter(name => isRestored(cwd, name))
      const others = NAMES.filter(name => !restored.includes(name))
      if (restored.length > 0 && others.length > 0) between += 1
      const [mine] = restored
      const [theirs] = others
      for (const name of [mine, theirs]) {
        if (name !== undefined)
          onSqlite(at(cwd, name), db => db.exec('INSERT INTO a (id) VALUES (9)'))
      }

      const first = await resume(cwd, '3')
      for (const { name, error, kept } of first.document.databases) {
        const isMine = name === mine
        const isTheirs = name === theirs
        expect([name, error?.code]).toEqual([name, isTheirs ? 'written-since' : undefined])
        expect(rowsIn(cwd, name)).toEqual([
          isTheirs ? { id: 1 } : { id: 1, v: name },
          ...(isMine ? [{ id: 9, v: null }] : isTheirs ? [{ id: 9 }] : []),
        ])
        if (restored.includes(name)) expect(kept).toBeUndefined()
      }
      expect(first.status).toBe(theirs === undefined ? 0 : 3)
      if (theirs === undefined) continue

      expect((await resume(cwd, '3', '--retry', 'failed')).status).toBe(3)
      expect(rowsIn(cwd, theirs)).toEqual([{ id: 1 }, { id: 9 }])
      const last = await resume(cwd, '3', '--retry', 'failed', '--accept-loss')
      expect([last.status, last.document.summary]).toMatchObject([0, { ok: NAMES.length }])
      expect(NAMES.filter(name => !isRestored(cwd, name))).toEqual([])
      const { kept = '' } = last.document.databases.find(({ name }) => name === theirs) ?? {}
      expect(onSqlite(kept, db => db.prepare('SELECT id FROM a').pluck().all())).toEqual([1, 9])
    }
    expect(between).toBeGreaterThan(MOMENTS / 4)
  }, 600_000)

  it('can be begun anew just as well', async () => {
    const cwd = await dropped()
    await killed(cwd, 400)
    const again = await runJson<UndoReport>(['undo', '2', '--from-backup', '--yes'], { cwd })
    expect(again.status).toBe(0)
    expect(NAMES.filter(name => !isRestored(cwd, name))).toEqual([])
  })

  it('is not helped by other processes, and takes --accept-loss, which others do not', async () => {
    const cwd = await dropped()
    await killed(cwd, 200)
    const refused = await runCli(['resume', '2', '--accept-loss'], { cwd })
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining('run 2 restores nothing from a backup set'),
    ])
    expect((await resume(cwd, '3')).status).toBe(0)
  })
})
