import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { A, at, B, json, projects, TABLES } from './projects.js'
import { TWO_MIGRATIONS, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

describe('where better-sqlite3 does not serve', () => {
  const directory = temporaryDirectories()
  const project = projects()
  const root = fileURLToPath(new URL('../..', import.meta.url))

  /** The package as it is after an installation that was not allowed to run scripts. */
  function withoutNativePart(): string {
    const copy = directory()
    for (const part of ['dist', 'templates', 'package.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true })
    }
    const modules = join(root, 'node_modules')
    mkdirSync(join(copy, 'node_modules'))
    for (const name of readdirSync(modules)) {
      if (name.startsWith('.') || name === 'better-sqlite3') continue
      symlinkSync(join(modules, name), join(copy, 'node_modules', name))
    }
    for (const part of ['lib', 'package.json']) {
      cpSync(
        join(modules, 'better-sqlite3', part),
        join(copy, 'node_modules/better-sqlite3', part),
        { recursive: true },
      )
    }
    return join(copy, 'dist/bin.js')
  }

  it('because its native part is missing, every verb works by libSQL, and list says so', async () => {
    const bin = withoutNativePart()
    const cwd = directory()
    const run = async (...args: string[]) => {
      const result = await json(cwd, args, { bin })
      expect(result, args.join(' ')).toMatchObject({ status: 0, stderr: '' })
      return result.document
    }
    await run('init')
    rmSync(join(cwd, 'dbfleet.config.ts'))
    writeFiles(cwd, TWO_MIGRATIONS)
    await run('new', 'create_measurements')
    const made = await run('create', 'alice', 'bob')
    expect(made.databases).toMatchObject([{ status: 'ok' }, { status: 'ok' }])
    writeFiles(cwd, { 'databases/empty.db': '' })
    const list = await run('list')
    expect(list.databases.map(({ engine }) => engine)).toEqual(['libsql', 'libsql', 'libsql'])
    expect((await run('up', '--all')).databases[2]?.applied).toHaveLength(3)
    expect((await run('redo', '--all')).databases[0]?.reverted).toHaveLength(1)
    expect((await run('status', '--exit-code')).summary).toMatchObject({ ok: 3 })
    expect((await run('down', '--all')).databases[2]?.reverted).toHaveLength(1)
    expect((await run('destroy', 'bob', '--yes')).summary).toMatchObject({ ok: 1 })
    expect(readdirSync(join(cwd, 'databases')).sort()).toEqual(['alice.db', 'empty.db'])
    expect(onSqlite(at(cwd, 'empty'), db => db.prepare(TABLES).all())).toHaveLength(2)
  })

  it('because DBFLEET_ENGINE=libsql says so, likewise', async () => {
    const cwd = project({ 'databases/alice.db': '' })
    const env = { DBFLEET_ENGINE: 'libsql' }
    const list = await json(cwd, ['list'], { env })
    expect(list.document.databases).toMatchObject([{ name: 'alice', engine: 'libsql' }])
    const up = await json(cwd, ['up', '--all'], { env })
    expect(up.document.databases).toMatchObject([{ status: 'ok', applied: [A, B] }])
    expect((await json(cwd, ['list'])).document.databases).toMatchObject([
      { engine: 'better-sqlite3' },
    ])
  })
})
