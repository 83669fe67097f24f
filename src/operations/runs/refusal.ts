import type { Position } from '../../migrate/position.js'
import type { KeyedPosition } from '../members/survey-job.js'

/** Why `up` will not touch a database. */
export type Refusal = PositionRefusal | NotAdoptedRefusal

/** Because of what its ledger says. */
export interface PositionRefusal {
  code: 'migration-edited' | 'migration-deleted' | 'out-of-order'
  message: string
}

/** Because another ledger may say more. */
interface NotAdoptedRefusal {
  code: 'not-adopted'
  message: string
}

/** What to do about each. */
export const MENDS: Record<Refusal['code'], string> = {
  'migration-edited':
    'Put the file back as it was applied and write the change as a new migration.',
  'migration-deleted': 'Bring the file back from version control.',
  'out-of-order': 'Give the migration a newer timestamp, or allow it with --allow-out-of-order.',
  'not-adopted':
    '`dbfleet adopt` takes over what it records. Where that tool goes on migrating a part of its own, name the table in `check.ignore`.',
}

/** What forbids `up` at this position; empty when nothing does. */
export function refusals(
  { edited, missing, outOfOrder, position }: Position,
  { allowOutOfOrder }: { allowOutOfOrder: boolean },
): PositionRefusal[] {
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

/** What forbids `up` on a database that was surveyed; empty when nothing does. */
export function surveyRefusals(
  surveyed: KeyedPosition,
  options: { allowOutOfOrder: boolean },
): Refusal[] {
  const { notAdopted } = surveyed
  if (notAdopted === undefined) return refusals(surveyed, options)
  const { tool, table } = notAdopted
  return [
    { code: 'not-adopted', message: `${table} is the ledger of ${tool}, which was not adopted` },
  ]
}
