import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { runCli, writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'

const page = readFileSync(new URL('../../docs/migrations.md', import.meta.url), 'utf8')

/** The files that the page shows, by path; of one that it shows twice, the second. */
const files = Object.fromEntries(
  [...page.matchAll(/^`(migrations\/\S+)`:\n\n```\w+\n(.*?)^```$/gms)].map(
    ([, path = '', text = '']) => [path, text],
  ),
)

describe.each(['better-sqlite3', 'libsql'])(
  'the migrations of docs/migrations.md on %s',
  engine => {
    const directory = temporaryDirectories()

    it('apply, reverse, and apply again', async () => {
      const cwd = directory()
      writeFiles(cwd, { ...files, 'app.db': '' })
      const run = async (...args: string[]) => {
        const env = { DATABASE_URL: 'file:app.db', DBFLEET_ENGINE: engine }
        const { status, stderr } = await runCli(args, { cwd, env })
        expect(status, `${args.join(' ')}: ${stderr}`).toBe(0)
        return schemaOf(join(cwd, 'app.db'))
      }
      expect(Object.keys(files).length).toBeGreaterThan(8)
      const first = await run('up')
      expect(Object.keys(first)).toEqual(['dbfleet_migrations', 'notes', 'notes_changed', 'owners'])
      expect(Object.keys(await run('down', '--to', '0'))).toEqual(['dbfleet_migrations'])
      expect(await run('up', '--transaction', 'each')).toEqual(first)
      expect(await run('redo')).toEqual(first)
    })
  },
)

function schemaOf(file: string): Record<string, string> {
  const db = new Database(file, { readonly: true })
  try {
    const query = 'SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name'
    return Object.fromEntries(db.prepare(query).raw().all() as [string, string][])
  } finally {
    db.close()
  }
}
