import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type { InitReport } from '../../src/report/init-report.js'
import type { KeysReport } from '../../src/report/keys-report.js'
import type { ListReport } from '../../src/report/list-rows.js'
import type { MigrateReport } from '../../src/report/migrate-rows.js'
import type { NewReport } from '../../src/report/new-report.js'
import type { PlanReport } from '../../src/report/plan-report.js'
import type { ProvisionReport } from '../../src/report/provision-rows.js'
import type { StatusReport } from '../../src/report/status-rows.js'
import type { TokenReport } from '../../src/report/token-report.js'
import { failure, INDEX, INIT, reportOf, TAG } from './sample-fleet.js'

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
)
const log: unknown[] = []
const keep = (...words: unknown[]) => void log.push(words)
const logger = { log: keep, warn: keep, error: keep }
const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  // A condition may require what its parent describes.
  strictRequired: false,
  logger,
}).compile(schema)

const error = { code: 'read-only', message: 'the file cannot be written', hint: 'Allow it.' }
const url = 'file:/srv/alice.db'
const noMigration = { position: null, applied: 0, pending: [], edited: [], missing: [] }

const up: MigrateReport = reportOf('up', [
  { name: 'alice', status: 'ok', applied: [INDEX, TAG], position: TAG },
  { name: 'bob', status: 'failed', error, applied: [], position: INIT },
  { name: 'carol', status: 'not-run', applied: [], position: null },
  { name: 'dave', status: 'skipped', position: null },
])
const down: MigrateReport = reportOf('down', [
  { name: 'alice', status: 'ok', reverted: [TAG], position: INDEX },
  { name: 'bob', status: 'failed', error, reverted: [], position: null },
])
const redo: MigrateReport = reportOf('redo', [
  { name: 'alice', status: 'ok', reverted: [TAG], applied: [TAG], position: TAG },
])
const status: StatusReport = reportOf('status', [
  {
    name: 'alice',
    status: 'ok',
    position: INIT,
    applied: 1,
    pending: [TAG],
    edited: [INIT],
    missing: ['x'],
  },
  { ...failure('bob', 'no'), ...noMigration },
])
const create: ProvisionReport = reportOf('create', [
  { name: 'alice', status: 'ok', url, position: TAG },
  { ...failure('bob', 'no'), url, position: null },
])
const destroy: ProvisionReport = reportOf('destroy', [{ name: 'alice', status: 'ok', url }])
const plan: PlanReport = {
  ...reportOf('up', [
    { name: 'alice', status: 'ok' as const, position: INIT, pending: [INDEX, TAG] },
    { ...failure('bob', 'no'), position: null, pending: [] },
  ]),
  dryRun: true,
  groups: [
    {
      position: INIT,
      databases: ['alice'],
      steps: [{ migrations: [INDEX, TAG], transaction: true }],
      sql: [{ migration: INDEX, sql: 'create index i on t (a);' }],
    },
  ],
}
const list: ListReport = {
  schema: 1,
  command: 'list',
  databases: [
    { name: 'alice', status: 'ok', source: 'files databases/*.db', url, engine: 'better-sqlite3' },
  ],
  summary: { total: 1, ok: 1, failed: 0, skipped: 0, notRun: 0 },
}
const made: NewReport = {
  schema: 1,
  command: 'new',
  migration: TAG,
  template: null,
  files: ['/app/migrations/x.up.sql'],
  notes: [],
}
const init: InitReport = {
  schema: 1,
  command: 'init',
  directory: '/app',
  created: ['migrations/'],
  kept: [],
}
const keys: KeysReport = {
  schema: 1,
  command: 'keys',
  privateKey: '/app/keys/jwt.pem',
  publicKey: '/app/keys/jwt.pub.pem',
  serverFlags: ['--auth-jwt-key-file', '/app/keys/jwt.pub.pem'],
}
const token: TokenReport = {
  schema: 1,
  command: 'token',
  token: 'header.claims.signature',
  claims: { p: { ro: { ns: ['alice'] } }, iat: 1_767_603_600, exp: 1_767_607_200 },
  expiresAt: '2026-01-05T10:00:00.000Z',
  warnings: [],
}
const refusal = {
  schema: 1,
  command: 'up',
  error,
  databases: up.databases.map(({ name, status, error }) => ({
    name,
    status,
    ...(error && { error }),
  })),
  summary: up.summary,
}
const usage = {
  schema: 1,
  command: null,
  error: { code: 'usage', message: 'unknown command "upp"' },
}

const documents = {
  up,
  down,
  redo,
  plan,
  status,
  create,
  destroy,
  list,
  new: made,
  init,
  keys,
  token,
  refusal,
  usage,
}

test('the schema is sound in the strictest reading', () => {
  expect(log).toEqual([])
})

test.each(Object.entries(documents))('%s is described', (_, document) => {
  expect(validate(document) ? [] : validate.errors).toEqual([])
})

test('every verb has a definition of its own name', () => {
  const verbs = [
    'init',
    'new',
    'list',
    'create',
    'destroy',
    'up',
    'down',
    'redo',
    'status',
    'keys',
    'token',
  ]
  expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining(verbs))
})

describe('refused', () => {
  /** The same document with some fields of it, or of its first database, replaced. */
  const change = (document: object, fields: object) => ({ ...document, ...fields })
  const row = (document: { databases: object[] }, fields: object) =>
    change(document, { databases: [{ ...document.databases[0], ...fields }] })

  const wrong: [string, object][] = [
    ['another version', change(up, { schema: 2 })],
    ['no command', change(up, { command: undefined })],
    ['an unknown command', change(up, { command: 'upp' })],
    ['a field that is not described', change(up, { extra: 1 })],
    ['a field of a database that is not described', row(up, { extra: 1 })],
    ['no summary', change(up, { summary: undefined })],
    [
      'a summary without notRun',
      change(up, { summary: { total: 1, ok: 1, failed: 0, skipped: 0 } }),
    ],
    ['a summary of less than nothing', change(up, { summary: { ...up.summary, ok: -1 } })],
    ['a status of another word', row(up, { status: 'pending' })],
    ['a database without a name', row(up, { name: undefined })],
    ['failed without an error', row(up, { status: 'failed' })],
    ['ok with an error', row(up, { error })],
    ['an error without a message', row(up, { status: 'failed', error: { code: 'x' } })],
    ['an error code in capitals', row(up, { status: 'failed', error: { ...error, code: 'SQL' } })],
    ['up without applied', row(up, { applied: undefined })],
    ['up with reverted', row(up, { reverted: [TAG] })],
    ['down without reverted', row(down, { reverted: undefined })],
    ['down with applied', row(down, { applied: [TAG] })],
    ['redo without both', row(redo, { applied: undefined })],
    ['status with a list for a count', row(status, { applied: [TAG] })],
    ['status without pending', row(status, { pending: undefined })],
    ['list with a status that is not ok', row(list, { status: 'failed' })],
    ['create without a url', row(create, { url: undefined })],
    ['destroy with a position', row(destroy, { position: TAG })],
    ['a plan that is no dry run', change(plan, { dryRun: false })],
    ['a plan without groups', change(plan, { groups: undefined })],
    ['a plan for nobody', change(plan, { groups: [{ position: null, databases: [], steps: [] }] })],
    ['a dry run of redo', change(plan, { command: 'redo' })],
    ['new without a file', change(made, { files: [] })],
    ['databases of an error without their summary', change(refusal, { summary: undefined })],
    ['a token for nothing', change(token, { claims: { iat: 1 } })],
    ['a token for all and for some', change(token, { claims: { ...token.claims, a: 'rw' } })],
    ['a private key', change(keys, { pem: 'x' })],
    ['an error beside a result', change(up, { error })],
  ]

  test.each(wrong)('%s', (_, document) => {
    // As it would be written and read: what is undefined is not there.
    expect(validate(JSON.parse(JSON.stringify(document)))).toBe(false)
  })
})
