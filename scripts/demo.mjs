// The main job on an embedded fleet of 200 databases, in a temporary directory: each command as a
// user would type it, with its real output.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'dist/bin.js')
const cwd = mkdtempSync(join(tmpdir(), 'dbfleet-demo-'))
const names = Array.from({ length: 200 }, (_, i) => `user-${String(i + 1).padStart(3, '0')}`)
const colour = process.stdout.isTTY && !process.env.NO_COLOR

function say(text) {
  console.log(colour ? `\n\x1b[2m# ${text}\x1b[0m` : `\n# ${text}`)
}

function dbfleet(args, { shown = args, input } = {}) {
  const line = `$ dbfleet ${shown.join(' ')}`
  console.log(colour ? `\x1b[1m${line}\x1b[0m` : line)
  const { status } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    input,
    stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`dbfleet ${args.join(' ')} ended with ${status}`)
}

function insertReadings() {
  const reading = tag =>
    JSON.stringify({
      version: '15b3f2a',
      func: 'measurement[]',
      t0: 3962965456.853,
      user: 'jschrier',
      hostname: 'lab-1',
      tag,
      in: [0.1, 0.2, 0.3],
      out: { '415nm': 937, '445nm': 9974, '480nm': 5835, '630nm': 5151, clear: 30842 },
    })
  for (const name of names) {
    const db = new Database(join(cwd, 'databases', `${name}.db`))
    const insert = db.prepare('INSERT INTO measurements (data) VALUES (?)')
    for (const tag of ['tutorial', 'calibration', 'run-7']) insert.run(reading(tag))
    db.close()
  }
  console.log(`  3 readings in each of ${names.length} databases`)
}

function addTag() {
  const path = join(cwd, 'templates/measurements.json')
  const template = JSON.parse(readFileSync(path, 'utf8'))
  template.tags.push({ name: 'out_clear', path: '$.out.clear', type: 'integer', index: true })
  writeFileSync(path, `${JSON.stringify(template, null, 2)}\n`)
}

try {
  for (const name of ['migrations', 'templates']) {
    cpSync(join(root, name), join(cwd, name), { recursive: true })
  }
  mkdirSync(join(cwd, 'databases'))

  say('A configuration, and 200 databases at the schema of the migrations that are there.')
  dbfleet(['init'])
  dbfleet(['create', '-'], {
    shown: ['create', ...names.slice(0, 2), '…'],
    input: names.join('\n'),
  })

  say('A table for instrument readings: JSON, with a generated column and an index for each tag.')
  dbfleet(['new', 'create_measurements'])
  dbfleet(['up', '--all', '--dry-run'])
  dbfleet(['up', '--all'])

  say('Readings come in.')
  insertReadings()

  say('One more tag is wanted: it is added to the template, and `new` makes the difference.')
  addTag()
  dbfleet(['new', 'add_clear', '--template', 'measurements'])
  dbfleet(['up', '--db', 'user-00*'])
  dbfleet(['status'])
  dbfleet(['up', '--all'])

  say('And back again.')
  dbfleet(['redo', '--db', 'user-001'])
  dbfleet(['down', '--all'])
  dbfleet(['status', '--db', 'user-001'])
  dbfleet(['destroy', 'user-200', '--yes'])
  dbfleet(['list', '--db', 'user-19?'])

  say('Is every database what the migrations say? And a backup, each object restored to prove it.')
  dbfleet(['up', '--all'])
  dbfleet(['check'])
  const count = 'select count(*) as readings from measurements'
  dbfleet(['query', count, '--db', 'user-00?'], {
    shown: ['query', `"${count}"`, '--db', 'user-00?'],
  })
  dbfleet(['backup'])

  say('Keys and tokens for a fleet behind a server.')
  dbfleet(['keys', 'create'])
  dbfleet([
    'token',
    'create',
    '--key',
    'keys/jwt.pem',
    '--database',
    'user-001',
    '--expires',
    '15m',
  ])
} finally {
  rmSync(cwd, { recursive: true, force: true })
}
