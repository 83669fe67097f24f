import type { KnownMigration, RecordedEntry } from './foreign-tool.js'

/** As many digits as a UTC timestamp `YYYYMMDDHHMMSS` has. */
const DIGITS = 14

/**
 * A version as the first part of a migration's name. A number gets zeros in front, so that the names
 * sort as the numbers do, and before timestamps.
 */
export function padVersion(version: string): string {
  return version.padStart(DIGITS, '0')
}

/** The number that a name begins with, without zeros in front; `undefined` when there is none. */
export function versionOf(name: string): string | undefined {
  const digits = /^\d+/.exec(name)?.[0]
  return digits?.replace(/^0+(?=\d)/, '')
}

/** Finds a migration by its number, whatever the number of zeros in front. */
export function findByVersion(
  { key }: RecordedEntry,
  migrations: readonly KnownMigration[],
): string | undefined {
  const version = /^\d+$/.test(key) ? versionOf(key) : undefined
  if (version === undefined) return undefined
  return migrations.find(({ name }) => versionOf(name) === version)?.name
}
