import type { LedgerEntry } from './ledger.js'

/** Where one database stands against the migrations of the repository. Pure data. */
export interface Position {
  /** The newest applied migration. */
  position: string | null
  /** Names of the applied migrations, in order. */
  applied: string[]
  /** Names of those not applied yet, in order. */
  pending: string[]
  /** Applied, but the file was changed since. */
  edited: string[]
  /** Applied, but there is no such file any more. */
  missing: string[]
  /** Pending, but sorting before an applied one. */
  outOfOrder: string[]
}

/** Compares a ledger with the migrations, both in name order. */
export function locate(
  migrations: readonly LedgerEntry[],
  ledger: readonly LedgerEntry[],
): Position {
  const checksums = new Map(migrations.map(({ name, checksum }) => [name, checksum]))
  const applied = ledger.map(({ name }) => name)
  const done = new Set(applied)
  const newest = applied.at(-1) ?? null
  const pending = migrations.map(({ name }) => name).filter(name => !done.has(name))
  return {
    position: newest,
    applied,
    pending,
    edited: ledger
      .filter(({ name, checksum }) => checksums.has(name) && checksums.get(name) !== checksum)
      .map(({ name }) => name),
    missing: applied.filter(name => !checksums.has(name)),
    outOfOrder: pending.filter(name => newest !== null && name < newest),
  }
}
