import type { Position } from '../migrate/position.js'

/** Why `up` will not touch a database. */
export interface Refusal {
  code: 'migration-edited' | 'migration-deleted' | 'out-of-order'
  message: string
}

/** What to do about each. */
export const MENDS: Record<Refusal['code'], string> = {
  'migration-edited':
    'Put the file back as it was applied and write the change as a new migration.',
  'migration-deleted': 'Bring the file back from version control.',
  'out-of-order': 'Give the migration a newer timestamp, or allow it with --allow-out-of-order.',
}

/** What forbids `up` at this position; empty when nothing does. */
export function refusals(
  { edited, missing, outOfOrder, position }: Position,
  { allowOutOfOrder }: { allowOutOfOrder: boolean },
): Refusal[] {
  return [
    ...edited.map(name => ({
      code: 'migration-edited' as const,
      message: `${name} was edited after it was applied`,
    })),
    ...missing.map(name => ({
      code: 'migration-deleted' as const,
      message: `${name} was applied, but its file is missing`,
    })),
    ...(allowOutOfOrder ? [] : outOfOrder).map(name => ({
      code: 'out-of-order' as const,
      message: `${name} is pending, but sorts before ${position}, which is applied`,
    })),
  ]
}
