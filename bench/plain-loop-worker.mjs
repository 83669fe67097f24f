// One thread of plain-loop.mjs.
import { workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { CREATE_LEDGER, READ_LEDGER, RECORD } from './ledger.mjs'

const { work, migrations, paths } = workerData

/** All in one transaction, with better-sqlite3's default of synchronous=FULL. */
function migrate(path) {
  const db = new Database(path)
  db.exec('BEGIN IMMEDIATE')
  db.exec(CREATE_LEDGER)
  const record = db.prepare(RECORD)
  for (const { name, checksum, up } of migrations) {
    db.exec(up)
    record.run(name, checksum, new Date().toISOString(), 0, '0.0.0')
  }
  db.exec('COMMIT')
  db.close()
}

function read(path) {
  const db = new Database(path, { readonly: true })
  db.prepare(READ_LEDGER).all()
  db.close()
}

const handle = { up: migrate, read }[work]
for (const path of paths) handle(path)
