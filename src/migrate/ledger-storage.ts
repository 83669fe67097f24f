import type { MigrationParams, UmzugStorage } from 'umzug'
import {
  createLedger,
  type LedgerEntry,
  readLedger,
  recordApplied,
  recordReverted,
} from './ledger.js'
import type { Session } from './session.js'

interface Options {
  /** Checksums of the repository's migrations, by name. */
  checksums: ReadonlyMap<string, string>
  /** dbfleet's version. */
  version: string
  /** Looks at the ledger before anything runs, and throws when it forbids the change. */
  verify?: (ledger: readonly LedgerEntry[]) => void
}

/**
 * Umzug's storage on the ledger. Umzug logs a migration after it ran, in a second step; both go to
 * the session's transaction, so that they are kept or lost together.
 */
export function ledgerStorage({ checksums, version, verify }: Options): UmzugStorage<Session> {
  return {
    async executed({ context }) {
      if (context.ledger === undefined) await createLedger(context)
      const ledger = context.ledger ?? (await readLedger(context))
      verify?.(ledger)
      return ledger.map(({ name }) => name)
    },
    async logMigration({ name, context }: MigrationParams<Session>) {
      const checksum = checksums.get(name) ?? ''
      const durationMs = performance.now() - context.startedAt
      const time = await recordApplied(context, { name, checksum }, { durationMs, version })
      context.recorded.set(name, time)
    },
    async unlogMigration({ name, context }: MigrationParams<Session>) {
      await recordReverted(context, name)
    },
  }
}
