import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { json, projects } from './projects.js'
import { onSqlite } from './sqlite-files.js'

const BOTH_ENGINES = {
  'dbfleet.config.json': JSON.stringify({
    fleet: [{ files: 'fast/*.db' }, { files: 'libsql/*.db', engine: 'libsql' }],
  }),
}

const project = projects()

describe('integers beyond 2^53', () => {
  it('are exact in a TypeScript migration, on both engines', async () => {
    const cwd = project({
      ...BOTH_ENGINES,
      'migrations/20260103000000_big.ts': `
        import { type Kysely, sql } from 'kysely'
        const BIG = 9007199254740993n
        export async function up(db: Kysely<any>) {
          await db.schema.createTable('big').addColumn('n', 'integer').execute()
          await db.insertInto('big').values({ n: BIG }).execute()
          const { n } = await db.selectFrom('big').select('n').executeTakeFirstOrThrow()
          if (n !== BIG) throw new Error('read back ' + typeof n + ' ' + n)
          await db.insertInto('big').values({ n: n + 2n }).execute()
          await db.updateTable('big').set({ n: -(2n ** 63n) }).where('n', '=', BIG).execute()
        }
      `,
      'fast/alice.db': '',
      'libsql/bob.db': '',
    })
    const up = await json(cwd, ['up', '--all'])
    expect(up.document.databases).toMatchObject([{ status: 'ok' }, { status: 'ok' }])
    const SELECT = 'SELECT CAST(n AS TEXT) AS n, typeof(n) AS t FROM big ORDER BY big.n'
    for (const file of ['fast/alice.db', 'libsql/bob.db']) {
      expect(
        onSqlite(join(cwd, file), db => db.prepare(SELECT).all()),
        file,
      ).toEqual([
        { n: '-9223372036854775808', t: 'integer' },
        { n: '9007199254740995', t: 'integer' },
      ])
    }
  })
})

describe('what a migration prints', () => {
  it('goes to standard error, whichever engine it runs on, and in create too', async () => {
    const cwd = project({
      ...BOTH_ENGINES,
      'migrations/20260103000000_talks.ts': `
        console.log('as it is loaded')
        export async function up() { console.log('as it is applied') }
      `,
      'fast/alice.db': '',
      'libsql/bob.db': '',
    })
    for (const args of [
      ['up', '--db', 'alice'],
      ['up', '--db', 'bob'],
      ['create', 'carol'],
    ]) {
      const { status, stderr } = await json(cwd, args)
      expect(status, args.join(' ')).toBe(0)
      expect(stderr, args.join(' ')).toContain('as it is loaded')
      expect(stderr, args.join(' ')).toContain('as it is applied')
    }
  })
})
