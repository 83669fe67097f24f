import { UsageError } from '../errors/usage-error.js'

const MAX_BYTES = 200
const FORBIDDEN = /[^\p{L}\p{M}\p{N}_]/u
const SHOWN = 60

/**
 * The part of a migration's name that a person chose; blanks and hyphens become underscores.
 *
 * @throws UsageError `bad-name`
 */
export function migrationLabel(name: string): string {
  const label = name.trim().normalize('NFC').replace(/[ -]+/g, '_')
  const why = fault(label)
  if (why === undefined) return label
  const shown = name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name
  throw new UsageError('bad-name', `${JSON.stringify(shown)} cannot name a migration: ${why}`, {
    hint: 'Use letters, digits and underscores, at most 200 bytes, such as create_measurements.',
  })
}

function fault(label: string): string | undefined {
  if (label === '') return 'it is empty'
  // With a timestamp in front and .down.sql behind it has to fit into a file name.
  const bytes = Buffer.byteLength(label)
  if (bytes > MAX_BYTES) return `it has ${bytes} bytes`
  const character = FORBIDDEN.exec(label)?.[0]
  return character === undefined ? undefined : `it has the character ${JSON.stringify(character)}`
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
