import { expect, it } from 'vitest'
import { openDatabase } from '../../src/database/open-database.js'
import { CREATE_LEDGER, readLedger } from '../../src/migrate/ledger.js'

it.each([
  ['a checksum that is a blob', CREATE_LEDGER, "'a', x'00'"],
  ['no name', 'CREATE TABLE dbfleet_migrations (name, checksum, a, b, c)', "NULL, 'b'"],
  ['a number', 'CREATE TABLE dbfleet_migrations (name, checksum, a, b, c)', "'a', 1"],
])('a table with %s is not a ledger', async (_, table, values) => {
  await using db = await openDatabase(
    { name: 'x', path: ':memory:' },
    { mode: 'create', busyTimeoutMs: 0 },
  )
  await db.run(table)
  await db.run(`INSERT INTO dbfleet_migrations VALUES (${values}, '', 0, '')`)
  await expect(readLedger(db)).rejects.toMatchObject({ code: 'ledger-invalid' })
})
