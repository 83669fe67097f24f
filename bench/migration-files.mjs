import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The three migrations that every benchmark applies. */
export const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * Reads them in name order, with the checksum that dbfleet's ledger has for them.
 *
 * @returns {{ name: string, checksum: string, up: string, down: string }[]}
 */
export function readMigrations() {
  const names = readdirSync(MIGRATIONS)
    .filter(file => file.endsWith('.up.sql'))
    .map(file => file.slice(0, -'.up.sql'.length))
    .sort()
  return names.map(name => {
    const up = readFileSync(join(MIGRATIONS, `${name}.up.sql`), 'utf8')
    const down = readFileSync(join(MIGRATIONS, `${name}.down.sql`), 'utf8')
    return { name, checksum: createHash('sha256').update(up).digest('hex'), up, down }
  })
}
