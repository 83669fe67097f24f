import { UsageError } from '../errors/usage-error.js'

const ALLOWED = /^[\p{L}\p{N}_]{1,100}$/u

/**
 * The part of a migration's name that a person chose; blanks and hyphens become underscores.
 *
 * @throws UsageError `bad-name`
 */
export function migrationLabel(name: string): string {
  const label = name.trim().replace(/[\s-]+/g, '_')
  if (ALLOWED.test(label)) return label
  throw new UsageError('bad-name', `${JSON.stringify(name)} cannot name a migration`, {
    hint: 'Use up to 100 letters, digits and underscores, such as create_measurements.',
  })
}

/**
 * A UTC timestamp `YYYYMMDDHHMMSS` for a new migration: now, or just after the newest one where
 * that lies ahead of the clock, so that a new migration always sorts last.
 *
 * @param existing names of the migrations that there are
 */
export function nextTimestamp(existing: readonly string[], now: Date): string {
  const current = now.toISOString().replace(/\D/g, '').slice(0, 14)
  const newest = existing
    .map(name => name.split('_', 1)[0] ?? '')
    .sort()
    .at(-1)
  if (newest === undefined || newest < current) return current
  return String(BigInt(newest) + 1n).padStart(newest.length, '0')
}
