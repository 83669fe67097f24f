import { describe, expect, it } from 'vitest'
import type { UndoReport } from '../../src/report/undo-rows.js'
import { schemaErrors } from '../docs/report-schema.js'
import { execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { A, B, projects } from './projects.js'
import { runJson } from './run-cli.js'

const project = projects()

describe('undo on namespaces', () => {
  const server = useSqld()

  async function json(cwd: string, ...args: string[]) {
    const { status, document } = await runJson<UndoReport>(args, { cwd })
    expect([args, schemaErrors(document)]).toEqual([args, []])
    return { status, document }
  }

  function stateOf(name: string) {
    const sql = 'SELECT name, checksum, applied_at FROM dbfleet_migrations ORDER BY name'
    const schema = 'SELECT type, name, sql FROM sqlite_schema ORDER BY name'
    return Promise.all([sql, schema].map(text => execute(server(), name, text)))
  }

  it('gives the schemas and ledgers of before, by migrations and from the backup', async () => {
    const { url, adminUrl } = server()
    const sqld = { url, adminUrl, namespaces: 'discover' }
    const cwd = project({ 'dbfleet.config.json': JSON.stringify({ fleet: [{ sqld }] }) })
    const names = ['alice', 'bob', 'carol']
    await json(cwd, 'create', ...names)
    await json(cwd, 'down', '--all', '--except', 'carol')
    const before = await Promise.all(names.map(stateOf))
    await execute(server(), 'alice', "INSERT INTO a (v) VALUES ('kept')")

    const up = await json(cwd, 'up', '--all', '--backup')
    await execute(server(), 'alice', 'INSERT INTO b (id) VALUES (1)')
    const id = String(up.document.run)
    const undone = await json(cwd, 'undo', id)
    expect([undone.status, undone.document.databases]).toMatchObject([
      0,
      [
        { name: 'alice', reverted: [B], position: A },
        { name: 'bob', reverted: [B], position: A },
      ],
    ])
    expect(await Promise.all(names.map(stateOf))).toEqual(before)
    expect((await json(cwd, 'undo', String(undone.document.run))).status).toBe(0)

    const again = await json(cwd, 'undo', id)
    expect([again.status, again.document.databases[0]?.error?.code]).toEqual([3, 'migrated-since'])
    await json(cwd, 'down', '--except', 'carol')
    const second = await json(cwd, 'up', '--all', '--backup')
    await execute(server(), 'alice', "INSERT INTO a (v) VALUES ('lost')")
    const restored = await json(
      cwd,
      ...['undo', String(second.document.run), '--from-backup', '--yes'],
    )
    expect([restored.status, restored.document.databases]).toMatchObject([
      0,
      [
        {
          name: 'alice',
          reverted: [B],
          written: { tables: [{ table: 'a', more: 1 }], file: false },
        },
        { name: 'bob', reverted: [B] },
      ],
    ])
    const { rows } = await execute(server(), 'alice', 'SELECT v FROM a')
    expect(rows).toEqual([['kept']])
    const [ledgers] = await stateOf('carol')
    expect(ledgers).toEqual(before[2]?.[0])
  })
})
