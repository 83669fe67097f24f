import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { openFleet } from '../../src/index.js'
import { writeFiles } from '../cli/run-cli.js'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'

const server = useSqld()
const directory = temporaryDirectories()

it('asks a server about what runs on any of its databases, not on the first one only', async () => {
  const cwd = directory()
  const names = [`a${randomUUID()}`, `b${randomUUID()}`]
  for (const name of names) await createNamespace(server(), name)
  writeFiles(cwd, {
    'migrations/20260101000001_one.up.sql': 'CREATE TABLE one (x);',
    'migrations/20260101000001_one.down.sql': 'DROP TABLE one;',
    'migrations/20260101000002_two.up.sql': 'CREATE TABLE two (x);',
    // SQLite takes this number, and sqld's parser does not.
    'migrations/20260101000002_two.down.sql': 'DROP TABLE two;\nSELECT 1_000;',
  })
  const sqld = { url: server().url, namespaces: names }
  const fleet = await openFleet({ cwd, config: { fleet: [{ sqld }] } })
  await fleet.up({ db: [names[0] as string], to: '20260101000001' })
  await fleet.up({ db: [names[1] as string] })
  await expect(fleet.down({ all: true, to: '0' })).rejects.toMatchObject({
    code: 'unsupported-sql',
    message: expect.stringContaining('two.down.sql:2'),
  })
})
