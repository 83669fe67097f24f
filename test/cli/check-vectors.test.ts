import { expect, it } from 'vitest'
import type { CheckReport } from '../../src/report/check-report.js'
import { libsqlFile } from './libsql-files.js'
import { onLibsql } from './on-libsql.js'
import { at, projectsOn } from './projects.js'
import { runCli, runJson } from './run-cli.js'

const project = projectsOn('better-sqlite3')
const C = '20260103000000_vectors'

it('check takes what libSQL keeps beside a vector index for a part of it', async () => {
  const cwd = project(['alice', 'bob'], {
    [`migrations/${C}.up.sql`]: `CREATE TABLE docs (id INTEGER PRIMARY KEY, embedding F32_BLOB(3));
CREATE INDEX docs_embedding ON docs (libsql_vector_idx(embedding));
`,
    [`migrations/${C}.down.sql`]: 'DROP INDEX docs_embedding;\nDROP TABLE docs;\n',
  })
  expect(await runCli(['up', '--all'], { cwd })).toMatchObject({ status: 0 })
  const [shadows] = onLibsql(at(cwd, 'alice'), [
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%shadow%'",
  ])
  expect(shadows?.length).toBeGreaterThan(0)
  const sound = await runJson<CheckReport>(['check'], { cwd })
  expect(sound).toMatchObject({
    status: 0,
    document: { findings: [], census: [{ position: C, asExpected: true }] },
  })

  libsqlFile(cwd, 'databases/bob.db', ['DROP INDEX docs_embedding'])
  const { status, document } = await runJson<CheckReport>(['check'], { cwd })
  expect(status).toBe(1)
  expect(document.findings).toMatchObject([
    { code: 'drift', message: 'lacks index docs_embedding', databases: ['bob'] },
  ])
})
