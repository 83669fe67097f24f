import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openFleet } from '../../src/index.js'
import type { MigrateReport } from '../../src/report/migrate-rows.js'
import type { RunReport } from '../../src/report/run-rows.js'
import type { UndoReport } from '../../src/report/undo-rows.js'
import { schemaErrors } from '../docs/report-schema.js'
import { runCli, runJson } from './run-cli.js'
import { addCounter, COUNT, countingProjects, countsIn } from './run-projects.js'

const project = countingProjects()

/** `up --backup` of a fleet to which something happens as soon as the first database is changed. */
async function upDuring(cwd: string, happens: () => void): Promise<MigrateReport> {
  const fleet = await openFleet({ cwd })
  let hasHappened = false
  const report = await fleet.up({
    all: true,
    backup: true,
    onProgress({ phase, done }) {
      if (hasHappened || phase !== 'up' || done === 0) return
      hasHappened = true
      happens()
    },
  })
  expect(hasHappened).toBe(true)
  return report
}

describe('databases that join the fleet during up --backup', () => {
  it('are backed up before they are changed, so that all of the run can be taken back', async () => {
    const { cwd, names } = project(40)
    const report = await upDuring(cwd, () => {
      addCounter(cwd, 'new-1')
      addCounter(cwd, 'new-2')
    })
    expect(schemaErrors(report)).toEqual([])
    expect(report.summary).toMatchObject({ total: 42, ok: 42 })
    expect(report.furtherBackups).toHaveLength(1)
    const { document: shown } = await runJson<RunReport>(['runs', 'show', '1'], { cwd })
    expect(schemaErrors(shown)).toEqual([])
    const { backup: first = '', furtherBackups: [second = ''] = [] } = shown.run
    expect([first, [second]]).toEqual([report.backup, report.furtherBackups])
    expect(shown.databases.map(({ name, backup }) => [name, backup?.set])).toEqual([
      ...names.map(name => [name, first]),
      ['new-1', second],
      ['new-2', second],
    ])

    const { document } = await runJson<UndoReport>(['undo', '1', '--from-backup', '--yes'], { cwd })
    expect(schemaErrors(document)).toEqual([])
    expect(document).toMatchObject({
      from: first,
      furtherFrom: [second],
      summary: { total: 42, ok: 42 },
    })
    expect(document.databases.every(({ reverted }) => reverted?.[0] === COUNT)).toBe(true)
    expect(countsIn(cwd)).toEqual(Array(42).fill(0))
  })

  it('are not changed when they cannot be backed up', async () => {
    const { cwd } = project(40)
    const backups = join(cwd, 'backups')
    const report = await upDuring(cwd, () => {
      addCounter(cwd, 'newcomer')
      renameSync(backups, `${backups}-moved`)
      writeFileSync(backups, 'a file where the sets should be')
    })
    expect(report.databases.find(({ name }) => name === 'newcomer')).toMatchObject({
      status: 'failed',
      error: { code: 'not-backed-up' },
    })
    expect(report.summary).toMatchObject({ ok: 40, failed: 1 })
    expect(report).not.toHaveProperty('furtherBackups')
    expect(countsIn(cwd).at(-1)).toBe(0)
  })
})

describe('resume --retry failed of a run of up --backup', () => {
  it('backs up what could not be read before, too', async () => {
    const { cwd } = project(3)
    const eve = join(cwd, 'databases/eve.db')
    writeFileSync(eve, 'no database at all')
    expect((await runCli(['up', '--all', '--backup'], { cwd })).status).toBe(3)
    rmSync(eve)
    addCounter(cwd, 'eve')
    const args = ['resume', '--retry', 'failed']
    const { status, document } = await runJson<MigrateReport>(args, { cwd })
    expect([status, schemaErrors(document)]).toEqual([0, []])
    expect(document.furtherBackups).toHaveLength(1)
    expect(countsIn(cwd)).toEqual([1, 1, 1, 1])
    expect(readdirSync(join(cwd, 'backups'))).toHaveLength(2)
    expect((await runCli(['undo', '1', '--from-backup', '--yes'], { cwd })).status).toBe(0)
    expect(countsIn(cwd)).toEqual([0, 0, 0, 0])
  })
})
