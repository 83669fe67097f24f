import type { ObjectContent } from '../../backup/manifest.js'
import type { Snapshot } from '../../database/database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { LEDGER_TABLE, readLedger } from '../../migrate/ledger.js'
import { fingerprint } from '../../schema/fingerprint.js'
import { parseSchema } from '../../schema/parse-schema.js'
import type { SchemaRow } from '../../schema/schema-row.js'

/** The fingerprint of a schema, found out once for those that `Definitions` knows to be the same. */
export function knownFingerprints(): (rows: readonly SchemaRow[]) => string | null {
  const known = new WeakMap<readonly SchemaRow[], string | null>()
  return rows => {
    const found = known.get(rows)
    if (found !== undefined) return found
    const made = fingerprintOrNull(rows)
    known.set(rows, made)
    return made
  }
}

/** A schema that dbfleet does not understand can be dumped, which is what matters here. */
function fingerprintOrNull(rows: readonly SchemaRow[]): string | null {
  try {
    return fingerprint(parseSchema(rows))
  } catch {
    return null
  }
}

/** What a ledger says; `null` without one that can be read. */
export async function ledgerIn(
  snapshot: Snapshot,
  schema: readonly Pick<SchemaRow, 'type' | 'name'>[],
): Promise<ObjectContent['ledger']> {
  if (!schema.some(({ type, name }) => type === 'table' && name === LEDGER_TABLE)) return null
  try {
    const ledger = await readLedger(snapshot)
    return { position: ledger.at(-1)?.name ?? null, applied: ledger.length }
  } catch (error) {
    // A table that only has the ledger's name is backed up like any other.
    if (error instanceof DbfleetError && error.code === 'ledger-invalid') return null
    throw error
  }
}
