import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'
import { stateOf } from './sqlite-files.js'

const directory = temporaryDirectories()

/** A server that is down, before a list of files. */
function project(): string {
  const cwd = directory()
  const fleet = [
    { sqld: { url: 'http://127.0.0.1:9', adminUrl: 'http://127.0.0.1:9', namespaces: 'discover' } },
    { databases: [{ name: 'office', url: 'file:office.db' }] },
  ]
  writeFiles(cwd, { ...TWO_MIGRATIONS, 'dbfleet.config.json': JSON.stringify({ fleet }) })
  return cwd
}

describe('a fleet of a server that is down and a list', () => {
  it('works on what is named and listed, and refuses what needs the server', async () => {
    const cwd = project()
    writeFileSync(join(cwd, 'office.db'), '')
    expect((await runCli(['up', '--db', 'office'], { cwd })).status).toBe(0)
    expect((await runCli(['status', '--db', 'office'], { cwd })).status).toBe(0)
    const all = await runCli(['status'], { cwd })
    expect([all.status, all.stderr]).toEqual([2, expect.stringContaining('cannot be discovered')])
    const other = await runCli(['status', '--db', 'alice'], { cwd })
    expect(other.status).toBe(2)
  })
})

describe('create', () => {
  it('makes what a list names where the list says, though another source comes first', async () => {
    const cwd = directory()
    const fleet = [
      { files: 'databases/*.db' },
      { databases: [{ name: 'office', url: 'file:office.db' }] },
    ]
    writeFiles(cwd, { ...TWO_MIGRATIONS, 'dbfleet.config.json': JSON.stringify({ fleet }) })
    const { status } = await runCli(['create', 'office', 'alice'], { cwd })
    expect(status).toBe(0)
    expect(existsSync(join(cwd, 'office.db'))).toBe(true)
    expect(existsSync(join(cwd, 'databases/alice.db'))).toBe(true)
    expect(existsSync(join(cwd, 'databases/office.db'))).toBe(false)
  })
})

describe('redo', () => {
  it('touches nothing where the newest migration is not the same everywhere', async () => {
    const cwd = directory()
    writeFiles(cwd, TWO_MIGRATIONS)
    await runCli(['create', 'alice', 'bob'], { cwd })
    await runCli(['down', '--db', 'bob'], { cwd })
    const paths = ['alice', 'bob'].map(name => join(cwd, `databases/${name}.db`))
    const before = paths.map(path => readFileSync(path))
    const { status, document } = await runJson<{ error: { code: string; message: string } }>(
      ['redo', '--all'],
      { cwd },
    )
    expect([status, document.error.code]).toEqual([2, 'mixed-positions'])
    expect(document.error.message).toContain('1 database (bob)')
    expect(paths.map(path => readFileSync(path))).toEqual(before)
    expect((await runCli(['redo', '--db', 'bob'], { cwd })).status).toBe(0)
    expect(stateOf(paths[1] as string).ledger).toHaveLength(1)
  })
})
