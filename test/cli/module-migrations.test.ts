import { describe, expect, it } from 'vitest'
import { at, json, projects } from './projects.js'
import { onSqlite } from './sqlite-files.js'

describe('migrations that are modules', () => {
  const project = projects()
  const read = (cwd: string, name: string, sql: string) =>
    onSqlite(at(cwd, name), db => db.prepare(sql).all())

  it('runs TypeScript and JavaScript modules on the transaction, with Kysely', async () => {
    const cwd = project({
      'databases/alice.db': '',
      'databases/bob.db': '',
      'migrations/20260103000000_typed.ts': `
        import { type Kysely, sql } from 'kysely'
        export async function up(db: Kysely<any>): Promise<void> {
          await db.schema.createTable('typed').addColumn('id', 'integer').execute()
          await db.transaction().execute(t => t.insertInto('typed').values({ id: 7 }).execute())
          const rows = await sql<{ n: bigint }>\`SELECT count(*) AS n FROM typed\`.execute(db)
          if (rows.rows[0]?.n !== 1n) throw new Error('not one row')
        }
        export async function down(db: Kysely<any>) { await db.schema.dropTable('typed').execute() }
      `,
      'migrations/20260104000000_script.mjs': `
        export const up = async db => { await db.schema.createTable('scripted').addColumn('x', 'text').execute() }
        export const down = async db => { await db.schema.dropTable('scripted').execute() }
      `,
    })
    const first = await json(cwd, ['up', '--all'])
    expect(first.document.databases).toMatchObject([{ status: 'ok' }, { status: 'ok' }])
    expect(read(cwd, 'bob', 'SELECT id FROM typed')).toEqual([{ id: 7 }])
    expect((await json(cwd, ['down', '--all', '--step', '2'])).status).toBe(0)
    expect(read(cwd, 'bob', "SELECT * FROM sqlite_schema WHERE name LIKE '%ed'")).toEqual([])
  })

  it('rolls a module back with everything else when it throws or ends the transaction', async () => {
    const cwd = project({
      'databases/alice.db': '',
      'migrations/20260103000000_throws.mjs':
        "export const up = async db => { await db.schema.createTable('half').addColumn('x', 'text').execute(); throw new Error('on purpose') }",
    })
    const thrown = await json(cwd, ['up', '--all'])
    expect(thrown.document.databases).toMatchObject([
      {
        applied: [],
        error: { code: 'migration-failed', message: expect.stringContaining('on purpose') },
      },
    ])
    expect(read(cwd, 'alice', 'SELECT * FROM sqlite_schema')).toEqual([])
  })
})
