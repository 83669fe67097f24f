import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { runJson, startCli, TWO_MIGRATIONS, writeFiles } from './run-cli.js'
import { stateOf } from './sqlite-files.js'

const MOMENTS = 50
const NAMES = Array.from({ length: 60 }, (_, i) => `db${String(i).padStart(2, '0')}`)

/** Journals come and go while the directory is read. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

async function firstWrite(directory: string): Promise<void> {
  const written = () =>
    readdirSync(directory).some(
      file => file.endsWith('-journal') || sizeOf(join(directory, file)) > 0,
    )
  for (let waited = 0; !written() && waited < 10_000; waited += 2) await sleep(2)
}

describe('a run that is killed', () => {
  const directory = temporaryDirectories()

  it(`leaves each database at its old or its new position, at ${MOMENTS} moments, and the next run converges`, async () => {
    const cwd = directory()
    writeFiles(cwd, TWO_MIGRATIONS)
    const databases = join(cwd, 'databases')
    writeFiles(cwd, { 'databases/.keep': '' })
    const seen = { old: 0, new: 0, mixed: 0 }

    for (let moment = 0; moment < MOMENTS; moment++) {
      for (const file of readdirSync(databases)) rmSync(join(databases, file))
      for (const name of NAMES) writeFileSync(join(databases, `${name}.db`), '')

      const { child, finished } = startCli(['up', '--all', '--jobs', '4'], { cwd })
      // Every fifth at any time from the start, the others while the workers write.
      if (moment % 5 === 0) await sleep(Math.random() * 800)
      else {
        await firstWrite(databases)
        await sleep(Math.random() * 100)
      }
      child.kill('SIGKILL')
      await finished

      // Opening a database rolls an interrupted write back.
      const states = NAMES.map(name => stateOf(join(databases, `${name}.db`)))
      for (const { integrity, tables, ledger } of states) {
        expect(integrity).toBe('ok')
        expect([[], ['a', 'b']]).toContainEqual(tables)
        expect(ledger.length).toBe(tables.length)
      }
      const done = states.filter(({ ledger }) => ledger.length === 2).length
      seen[done === 0 ? 'old' : done === NAMES.length ? 'new' : 'mixed'] += 1

      const { status, document } = await runJson<{ summary: { ok: number } }>(['up', '--all'], {
        cwd,
      })
      expect(status).toBe(0)
      expect(document.summary.ok).toBe(NAMES.length)
      for (const name of NAMES) {
        const { tables, ledger } = stateOf(join(databases, `${name}.db`))
        expect(tables).toEqual(['a', 'b'])
        expect(ledger.length).toBe(2)
      }
    }
    // Moments that all fell before or after the writing would prove nothing.
    expect(seen.mixed).toBeGreaterThan(5)
  }, 600_000)
})
