import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database, EngineName } from '../../database/database.js'
import { defaultEngine } from '../../database/engines.js'
import { createOpener } from '../../database/open-database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { createLedger } from '../../migrate/ledger.js'
import type { Migration } from '../../migrate/migration.js'
import { Migrator } from '../../migrate/migrator.js'
import { version } from '../../version.js'

/**
 * Builds the expected schema in a scratch database, with the ledger filled, by running every
 * migration on an empty one.
 *
 * @param encryptionKey builds it encrypted
 * @param use gets the migrated database; it is removed afterwards
 */
export async function withExpectedSchema<T>(
  migrations: readonly Migration[],
  encryptionKey: string | undefined,
  use: (db: Database) => Promise<T>,
): Promise<T> {
  return inScratch(migrations, encryptionKey, ({ db }) => use(db))
}

/** The bytes of a database at the expected schema, with the ledger filled. */
export async function expectedImage(
  migrations: readonly Migration[],
  encryptionKey: string | undefined,
): Promise<Uint8Array> {
  return inScratch(migrations, encryptionKey, async ({ db, path }) => {
    // libSQL's driver holds the file after it was closed, and in WAL mode all that was written.
    await db.query('PRAGMA wal_checkpoint(TRUNCATE)')
    await db.close()
    return readFile(path)
  })
}

async function inScratch<T>(
  migrations: readonly Migration[],
  encryptionKey: string | undefined,
  use: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const needsLibsql =
    encryptionKey !== undefined || migrations.some(migration => migration.needsLibsql)
  const engine = needsLibsql ? 'libsql' : await defaultEngine()
  return withEmptyScratch(engine, encryptionKey, async scratch => {
    await createLedger(scratch.db)
    const names = migrations.map(({ name }) => name)
    await new Migrator(migrations, version).up(scratch.db, names, { mode: 'all' }).catch(refuse)
    return use(scratch)
  })
}

interface Scratch {
  db: Database
  path: string
}

/** Makes an empty database of an engine; it is removed when `use` is done. */
export async function withEmptyScratch<T>(
  engine: EngineName,
  encryptionKey: string | undefined,
  use: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'dbfleet-'))
  try {
    const path = join(directory, 'expected.db')
    const open = await createOpener(engine)
    const target = { name: 'expected schema', path, ...(encryptionKey && { encryptionKey }) }
    await using db = await open(target, { mode: 'create', busyTimeoutMs: 0 })
    return await use({ db, path })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function refuse(error: unknown): never {
  if (!(error instanceof DbfleetError)) throw error
  throw new UsageError(
    error.code,
    `the migrations do not apply to an empty database: ${error.message}`,
    {
      hint: 'Nothing was touched. Mend the migration; it has to work where there are no rows.',
      cause: error,
    },
  )
}
