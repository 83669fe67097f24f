import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RestoreReport } from '../../src/report/restore-rows.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp } from './backup-sets.js'
import { libsqlFile, NEAREST, VECTOR_TABLE } from './libsql-files.js'
import { runCli, runJson, writeFiles } from './run-cli.js'

const KEY = 'a key of some length'

describe('restore of what only libSQL opens', () => {
  const directory = temporaryDirectories()

  it('replaces encrypted files and vector indexes, in either journal mode', async () => {
    const cwd = directory()
    const source = { files: 'databases/*.db', encryptionKey: { env: 'KEY' } }
    writeFiles(cwd, { 'dbfleet.config.json': JSON.stringify({ fleet: [source] }) })
    const env = { KEY }
    const files = ['databases/plain.db', 'databases/wal.db']
    for (const file of files) libsqlFile(cwd, file, VECTOR_TABLE, KEY)
    expect((await backUp(['--decrypt'], { cwd, env })).status).toBe(0)
    for (const file of files) {
      const mode = file.includes('wal') ? 'WAL' : 'DELETE'
      libsqlFile(cwd, file, [`PRAGMA journal_mode = ${mode}`, 'DELETE FROM docs'], KEY)
    }
    const restore = (...args: string[]) =>
      runJson<RestoreReport>(['restore', 'latest', '--all', ...args], { cwd, env })
    expect((await restore()).document.summary.failed).toBe(2)
    const { document } = await restore('--force')
    expect(document.databases).toMatchObject([{ status: 'ok' }, { status: 'ok' }])
    for (const { kept } of document.databases) {
      expect(
        readFileSync(kept ?? '')
          .subarray(0, 6)
          .toString(),
      ).not.toBe('SQLite')
    }
    for (const file of files) {
      expect(readFileSync(join(cwd, file)).subarray(0, 6).toString()).not.toBe('SQLite')
    }
    expect(readdirSync(join(cwd, 'databases/.kept'))).toHaveLength(2)
    const found = await runCli(['query', NEAREST], { cwd, env })
    expect(found.stdout).toMatch(/plain +2\nwal +2\n/)
    expect((await restore()).document.summary.skipped).toBe(2)
  }, 120_000)
})
