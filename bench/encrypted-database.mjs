// Makes one encrypted libSQL database with all migrations applied. It is a program of its own,
// because libSQL's driver keeps what it once opened.
//
//   BENCH_KEY=… node bench/encrypted-database.mjs <file>
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { CREATE_LEDGER, RECORD } from './ledger.mjs'
import { readMigrations } from './migration-files.mjs'

const url = pathToFileURL(process.argv[2]).href
const client = createClient({ url, encryptionKey: process.env.BENCH_KEY })
await client.execute(CREATE_LEDGER)
for (const { name, checksum, up } of readMigrations()) {
  await client.executeMultiple(up)
  await client.execute({
    sql: RECORD,
    args: [name, checksum, new Date().toISOString(), 0, '0.0.0'],
  })
}
client.close()
