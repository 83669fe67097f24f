import { expect, it } from 'vitest'
import type { CheckReport } from '../../src/report/check-report.js'
import type { DiffReport } from '../../src/report/diff-report.js'
import { execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { B, projects } from './projects.js'
import { runCli, runJson, writeFiles } from './run-cli.js'

const project = projects()
const server = useSqld()

it('check and diff see databases on a server as they see files', async () => {
  const { url, adminUrl } = server()
  const fleet = [{ sqld: { url, adminUrl, namespaces: ['alice', 'bob'] } }]
  const cwd = project({ 'dbfleet.config.json': JSON.stringify({ fleet }) })
  expect(await runCli(['create', 'alice', 'bob'], { cwd })).toMatchObject({ status: 0 })
  const sound = await runJson<CheckReport>(['check'], { cwd })
  expect(sound).toMatchObject({
    status: 0,
    document: { findings: [], census: [{ position: B, asExpected: true }] },
  })
  await execute(server(), 'bob', 'DROP INDEX b_id')
  const { status, document } = await runJson<CheckReport>(['check'], { cwd })
  expect(status).toBe(1)
  expect(document.findings).toMatchObject([
    { code: 'drift', message: 'lacks index b_id', databases: ['bob'] },
  ])
  const diff = await runJson<DiffReport>(['diff', 'bob', 'migrations'], { cwd })
  expect(diff.document.sql).toEqual(['CREATE INDEX b_id ON b (id)'])
})

it('rehearses on copies of databases on a server', async () => {
  const { url, adminUrl } = server()
  const fleet = [{ sqld: { url, adminUrl, namespaces: ['carol', 'dave'] } }]
  const cwd = project({ 'dbfleet.config.json': JSON.stringify({ fleet }) })
  expect(await runCli(['create', 'carol', 'dave'], { cwd })).toMatchObject({ status: 0 })
  await execute(server(), 'dave', "INSERT INTO a (id, v) VALUES (1, 'x'), (2, 'x')")
  const name = '20260103000000_unique'
  writeFiles(cwd, {
    [`migrations/${name}.up.sql`]: 'CREATE UNIQUE INDEX a_v ON a (v);\n',
    [`migrations/${name}.down.sql`]: 'DROP INDEX a_v;\n',
  })
  const { status, document } = await runJson<CheckReport>(['check', '--rehearse', '--db', 'dave'], {
    cwd,
  })
  expect(status).toBe(1)
  expect(document.rehearsal?.databases).toMatchObject([
    { name: 'dave', status: 'failed', error: { code: 'constraint' } },
  ])
  const carol = await runJson<CheckReport>(['check', '--rehearse', '--db', 'carol'], { cwd })
  expect(carol.document.rehearsal?.databases).toMatchObject([{ name: 'carol', status: 'ok' }])
  const after = await runJson<CheckReport>(['check'], { cwd })
  expect(after.document.databases).toMatchObject([{ position: B }, { position: B }])
})
