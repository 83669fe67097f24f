import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'
import type { Migration } from './migration.js'
import type { Position } from './position.js'

/** How far to go: to a migration, or so many steps; neither means the verb's default. */
export interface Extent {
  /** A migration's name, or its timestamp or the part after it where that is unique. */
  to?: string
  /** How many migrations; at least 1. */
  step?: number
}

/** `down --to` this reverts everything. */
export const NOTHING_APPLIED = '0'

/**
 * The full name of the migration that `to` means.
 *
 * @throws UsageError `unknown-migration` with the nearest name
 */
export function findMigration(to: string, migrations: readonly Migration[]): string {
  const names = migrations.map(({ name }) => name)
  if (names.includes(to)) return to
  const partial = names.filter(name => name.startsWith(`${to}_`) || name.endsWith(`_${to}`))
  const [only] = partial
  if (only !== undefined && partial.length === 1) return only
  if (partial.length > 1) {
    throw new UsageError('unknown-migration', `"${to}" means several: ${partial.join(', ')}`, {
      hint: 'Write the full name.',
    })
  }
  const near = nearest(to, [...names, ...names.map(name => name.replace(/^\d+_/, ''))])
  throw new UsageError('unknown-migration', `no migration is named "${to}"`, {
    hint:
      near === undefined ? 'Names are the file names without .up.sql.' : `Did you mean ${near}?`,
  })
}

/** What `up` applies at a position, in order. `to` stays applied: it is the new position. */
export function chooseUp({ pending }: Position, { to, step }: Extent): string[] {
  const reachable = to === undefined ? pending : pending.filter(name => name <= to)
  return step === undefined ? reachable : reachable.slice(0, step)
}

/**
 * What `down` reverts at a position, newest first: the newest one, `step` of them, or all that are
 * newer than `to`.
 */
export function chooseDown({ applied }: Position, { to, step }: Extent): string[] {
  const newestFirst = [...applied].reverse()
  if (to === NOTHING_APPLIED) return newestFirst
  if (to !== undefined) return newestFirst.filter(name => name > to)
  return newestFirst.slice(0, step ?? 1)
}
