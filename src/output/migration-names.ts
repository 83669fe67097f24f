import { printable } from './escape.js'
import { formatCount } from './format.js'
import { truncate } from './truncate.js'

/** A few migrations are worth naming; of many, only the number says something. */
const MOST_NAMED = 3

/** A ledger position in words: the migration's name, or `no migration`. */
export function positionName(position: string | null, room = Infinity): string {
  return position === null ? 'no migration' : truncate(printable(position), room)
}

/** `20260102_add_index, 20260103_add_tag`, or `12 migrations`; no name wider than `room`. */
export function migrationNames(names: readonly string[], room: number): string {
  if (names.length > MOST_NAMED) return `${formatCount(names.length)} migrations`
  return names.map(name => truncate(printable(name), room - 1)).join(', ')
}
