import { expect, it } from 'vitest'
import type { QueryReport } from '../../src/report/query-rows.js'
import { execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { projects } from './projects.js'
import { runCli, runJson } from './run-cli.js'

const project = projects()
const server = useSqld()

const CHANGES = [
  'DELETE FROM a',
  "INSERT INTO a VALUES (9, 'x') RETURNING id",
  'WITH x AS (SELECT 1) DELETE FROM a RETURNING id',
  'PRAGMA user_version = 7',
  'PRAGMA journal_mode = DELETE',
  'PRAGMA optimize',
  'CREATE TABLE extra (x)',
  'BEGIN',
  'VACUUM',
  "ATTACH 'other.db' AS other",
]

it.each(['http', 'ws'])(
  'asks a server over %s whether a statement only reads, and runs no other',
  async scheme => {
    const { url, adminUrl } = server()
    const names = [`${scheme}-alice`, `${scheme}-bob`]
    const source = { url: url.replace('http', scheme), adminUrl, namespaces: names }
    const cwd = project({ 'dbfleet.config.json': JSON.stringify({ fleet: [{ sqld: source }] }) })
    expect(await runCli(['create', ...names], { cwd })).toMatchObject({ status: 0 })
    for (const name of names) await execute(server(), name, `INSERT INTO a VALUES (1, '${name}')`)

    const sql = 'SELECT id, v, ? AS given FROM a'
    const { status, document } = await runJson<QueryReport & { rows: unknown[] }>(
      ['query', sql, '--param', '9223372036854775807'],
      { cwd },
    )
    expect(status).toBe(0)
    expect(document.rows).toEqual(
      names.map(name => ({
        database: name,
        row: { id: 1, v: name, given: '9223372036854775807' },
      })),
    )
    expect(await runCli(['query', sql], { cwd })).toMatchObject({ status: 3, stdout: '' })
    for (const change of CHANGES) {
      const { status, stdout } = await runCli(['query', change, '--format', 'csv'], { cwd })
      expect([change, status === 2 || status === 3, stdout]).toEqual([change, true, ''])
    }
    for (const name of names) {
      const { rows } = await execute(server(), name, 'SELECT v FROM a')
      expect(rows).toEqual([[name]])
      expect((await execute(server(), name, 'PRAGMA user_version')).rows).toEqual([['0']])
    }
  },
  120_000,
)
