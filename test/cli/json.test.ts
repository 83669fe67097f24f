import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/cli.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

interface Document {
  schema: number
  command: string | null
  dryRun?: boolean
  error?: { code: string }
  databases?: { name: string; status: string; error?: { code: string } }[]
  summary?: Record<string, number>
}

const [, FIRST_UP] = Object.keys(TWO_MIGRATIONS) as [string, string]

/** Command lines with their exit status; later ones see what earlier ones did. */
const RUNS: [status: number, ...args: string[]][] = [
  [0, 'create', 'alice', 'bob', 'carol'],
  [3, 'create', 'alice', 'dave'],
  [0, 'ensure', 'alice'],
  [2, 'ensure', 'zoe'],
  [0, 'list'],
  [0, 'list', '--db', 'a*', '--db', 'b*'],
  [0, 'up', '--shard', '1/1', '--step', '1', '--dry-run', '--except', 'bob'],
  [0, 'new', 'create_notes'],
  [0, 'new', 'add_owner', '--ts'],
  [0, 'status'],
  [0, 'report', '--out', 'report.html'],
  [2, 'report', '--out', 'migrations'],
  [1, 'status', '--exit-code'],
  [0, 'down', '--all', '--dry-run', '--verbose'],
  [0, 'down', '--db', 'alice', '--to', '0'],
  [0, 'up', '--all', '--to', 'create_b', '--dry-run', '--verbose'],
  [0, 'up', '--all', '--to', 'create_b'],
  [0, 'up', '--all', '--to', 'create_b', '--transaction', 'each'],
  [0, 'redo', '--db', 'bob'],
  [0, 'runs'],
  [0, 'runs', 'show', '1'],
  [2, 'runs', 'show', '99'],
  [2, 'resume'],
  [2, 'resume', '99'],
  [2, 'resume', '2'],
  [0, 'resume', '3'],
  [2, 'up', '--all', '--join', '3'],
  [2, 'undo', '1'],
  [0, 'undo', '4', '--dry-run', '--verbose'],
  [0, 'undo', '3'],
  [2, 'undo', '4', '--from-backup', '--yes'],
  [2, 'undo', '99'],
  [0, 'destroy', 'dave', '--yes'],
  [0, 'doctor', '--quick-check'],
  [2, 'doctor', '--db', 'zoe'],
  [2, 'up'],
  [2, 'up', '--all'],
  [2, 'up', '--db', 'zoe'],
  [2, 'up', '--bogus'],
  [2, 'destroy', 'alice'],
  [2, 'frobnicate'],
  [2, 'new', '../x'],
  [0, 'completion', 'fish'],
  [2, 'completion', 'tcsh'],
  [0, 'keys', 'create'],
  [2, 'keys', 'create'],
  [0, 'token', 'create', '--key', 'keys/jwt.pem', '--read-only'],
  [2, 'token'],
  [0, 'query', "SELECT count(*) AS n, 9e999, x'00' FROM sqlite_schema"],
  [3, 'query', 'SELECT absent'],
  [2, 'query', 'DELETE FROM a'],
  [2, 'query', 'SELECT 1', '--format', 'csv'],
  [2, 'sync'],
  [1, 'check', '--offline'],
  [2, 'check', '--db', 'zoe'],
  [0, 'diff', 'alice', 'bob'],
  [2, 'diff', 'alice', 'migrations'],
  [0, 'backup'],
  [2, 'backup', '--db', 'zoe'],
  [0, 'verify', 'latest', '--restore', '--sample', '1'],
  [2, 'verify', 'nowhere'],
  [0, 'prune', '--keep-last', '1', '--yes'],
  [2, 'prune', '--yes'],
  [0, 'dump', '--db', 'alice', '--out', 'alice.sql'],
  [3, 'dump', '--db', 'alice', '--out', 'alice.sql'],
  [2, 'dump', '--db', 'alice'],
  [0, 'restore', 'latest', '--all'],
  [0, 'restore', 'latest', '--db', 'alice', '--as', 'alice2'],
  [2, 'restore', 'latest'],
  [0, 'restore', 'alice.sql', '--as', 'erin'],
  [3, 'restore', 'alice.sql', '--as', 'erin'],
  [2, 'restore', 'nowhere.sql', '--as', 'frank'],
  [0, 'adopt', '--all'],
  [0, 'adopt', '--all', '--infer', '--dry-run'],
  [0, 'adopt', '--import', 'old'],
  [2, 'adopt', '--import', 'nowhere'],
  [2, 'adopt'],
  [0, 'init'],
]

describe('--json', () => {
  const directory = temporaryDirectories()

  function project(): string {
    const cwd = directory()
    writeFiles(cwd, { ...TWO_MIGRATIONS, 'old/1709395165_old.up.sql': 'SELECT 1;\n' })
    return cwd
  }

  it('writes one document that the schema describes, whatever the verb', async () => {
    const cwd = project()
    const verbs = new Set<string | null>()
    for (const [expected, ...args] of RUNS) {
      const { status, document } = await runJson<Document>(args, { cwd })
      expect([args, schemaErrors(document), status]).toEqual([args, [], expected])
      expect([args, document.error !== undefined]).toEqual([args, expected === 2])
      verbs.add(document.command)
    }
    expect([...verbs].sort()).toEqual([...VERBS.map(({ name }) => name), null].sort())
  }, 240_000)

  it('describes databases that fail, too', async () => {
    const cwd = project()
    writeFiles(cwd, { 'databases/bad.db': 'not a database', 'databases/good.db': '' })
    for (const args of [
      ['status'],
      ['up', '--all', '--dry-run'],
      ['up', '--all'],
      ['down', '--all'],
    ]) {
      const { status, document } = await runJson<Document>(args, { cwd })
      expect([args, schemaErrors(document), status]).toEqual([args, [], 3])
      const [bad, good] = document.databases ?? []
      expect([bad?.name, bad?.status, bad?.error?.code]).toEqual([
        'bad',
        'failed',
        'not-a-database',
      ])
      expect([good?.name, good?.status]).toEqual(['good', 'ok'])
      expect(document.summary).toEqual({ total: 2, ok: 1, failed: 1, skipped: 0, notRun: 0 })
    }
  })

  it('describes databases that are not run, because of --max-failures', async () => {
    const cwd = project()
    for (const name of ['a', 'b', 'c']) writeFileSync(join(cwd, `${name}.db`), '')
    const wrong = 'INSERT INTO absent VALUES (1);\n'
    writeFiles(cwd, { 'migrations/20260103000000_wrong.up.sql': wrong })
    const args = ['up', '--all', '--files', '*.db', '--max-failures', '0', '--jobs', '1']
    const { status, document } = await runJson<Document>(args, { cwd })
    expect([schemaErrors(document), status]).toEqual([[], 3])
    expect(document.summary).toEqual({ total: 3, ok: 0, failed: 1, skipped: 0, notRun: 2 })
  })

  it('names the databases that are the reason of a refusal', async () => {
    const cwd = project()
    await runJson(['create', 'alice', 'bob'], { cwd })
    rmSync(join(cwd, FIRST_UP))
    rmSync(join(cwd, FIRST_UP.replace('.up.', '.down.')))
    const { status, document } = await runJson<Document>(['up', '--all'], { cwd })
    expect([schemaErrors(document), status]).toEqual([[], 2])
    expect(document.error?.code).toBe('migration-deleted')
    expect(document.databases?.map(({ name, status }) => [name, status])).toEqual([
      ['alice', 'failed'],
      ['bob', 'failed'],
    ])
  })
})
