// What people write first: one database after another, a new @libsql/client and Umzug for each.
// node client-loop.mjs <url> <file with names, one a line>
import { readFileSync } from 'node:fs'
import { createClient } from '@libsql/client'
import { Umzug } from 'umzug'
import { CREATE_LEDGER, READ_LEDGER, RECORD } from './ledger.mjs'
import { readMigrations } from './migration-files.mjs'

const [url, file] = process.argv.slice(2)

for (const name of readFileSync(file, 'utf8').trim().split('\n')) {
  const header = Buffer.from(name).toString('base64').replace(/=+$/, '')
  const client = createClient({
    url,
    fetch: request => {
      request.headers.set('x-namespace-bin', header)
      return fetch(request)
    },
  })
  const migrations = readMigrations()
  const umzug = new Umzug({
    migrations: migrations.map(migration => ({
      name: migration.name,
      up: () =>
        client.batch(
          migration.up.split(/;\s*$/m).filter(sql => sql.trim()),
          'write',
        ),
    })),
    storage: {
      async executed() {
        await client.execute(CREATE_LEDGER)
        return (await client.execute(READ_LEDGER)).rows.map(row => row.name)
      },
      async logMigration({ name: migration }) {
        const { checksum } = migrations.find(each => each.name === migration)
        const args = [migration, checksum, new Date().toISOString(), 0n, '0.0.0']
        await client.execute({ sql: RECORD, args })
      },
      unlogMigration: () => Promise.reject(new Error('nothing is reverted here')),
    },
    logger: undefined,
  })
  await umzug.up()
  client.close()
}
