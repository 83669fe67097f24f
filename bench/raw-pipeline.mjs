// The baseline for servers: Hrana pipeline requests over keep-alive connections, with nothing around
// them. node raw-pipeline.mjs <up|read|reset> <url> <concurrency> <file with names, one a line>
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { CREATE_LEDGER, READ_LEDGER, RECORD } from './ledger.mjs'
import { readMigrations } from './migration-files.mjs'

const [work, url, concurrency, file] = process.argv.slice(2)
const names = readFileSync(file, 'utf8').trim().split('\n')
const migrations = readMigrations()
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(concurrency) })

const statements = {
  up: () => [
    CREATE_LEDGER,
    ...migrations.flatMap(({ name, checksum, up }) => [
      ...split(up),
      { sql: RECORD, args: texts(name, checksum, new Date().toISOString(), '0', '0.0.0') },
    ]),
  ],
  reset: () => [
    ...[...migrations].reverse().flatMap(({ down }) => split(down)),
    'DROP TABLE dbfleet_migrations',
  ],
}

/** The migrations of the benchmarks have no semicolon within a statement. */
function split(sql) {
  return sql.split(/;\s*$/m).filter(statement => statement.trim() !== '')
}

function texts(...values) {
  return values.map(value => ({ type: 'text', value }))
}

function atomic(list) {
  const all = ['BEGIN IMMEDIATE', ...list, 'COMMIT']
  const steps = all.map((each, i) => ({
    stmt: typeof each === 'string' ? { sql: each } : each,
    ...(i > 0 && { condition: { type: 'ok', step: i - 1 } }),
  }))
  const committed = { type: 'ok', step: all.length - 1 }
  return [...steps, { stmt: { sql: 'ROLLBACK' }, condition: { type: 'not', cond: committed } }]
}

function send(name, steps) {
  const body = JSON.stringify({
    baton: null,
    requests: [{ type: 'batch', batch: { steps } }, { type: 'close' }],
  })
  const headers = {
    'content-type': 'application/json',
    'x-namespace-bin': Buffer.from(name).toString('base64').replace(/=+$/, ''),
  }
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${url}/v3/pipeline`,
      { method: 'POST', agent, headers },
      response => {
        let text = ''
        response.setEncoding('utf8').on('data', chunk => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode, text }))
      },
    )
    request.on('error', reject).end(body)
  })
}

async function handle(name) {
  if (work === 'reset') {
    // A server that keeps few namespaces open says of others that they are not there.
    while ((await send(name, atomic(statements.reset()))).status !== 200);
    return
  }
  const read = await send(name, [{ stmt: { sql: READ_LEDGER } }])
  if (read.status !== 200) throw new Error(`${name}: ${read.status} ${read.text}`)
  if (work === 'read') return
  const { status, text } = await send(name, atomic(statements[work]()))
  const { result } = status === 200 ? JSON.parse(text).results[0].response : {}
  const error = result?.step_errors.find(each => each !== null)
  if (status !== 200 || error) throw new Error(`${name}: ${status} ${error?.message ?? text}`)
}

const queue = names.values()
const workers = Array.from({ length: Number(concurrency) }, async () => {
  for (const name of queue) await handle(name)
})
await Promise.all(workers)
