import type { StatusRow } from '../report/status-rows.js'
import { formatCount } from './format.js'
import { migrationNames } from './migration-names.js'
import { listNames } from './names.js'
import type { Tone } from './tone.js'

/** What there is to say of where a database stands. */
export interface Standing {
  isUpToDate: boolean
  /** Something that was applied is edited or missing. */
  isAltered: boolean
  tone: Tone
  /** `up to date`, or what is not adopted, edited, missing and pending; no name wider than `room`. */
  words(room: number): string
}

/** @param row of a database that was read */
export function standingOf(row: StatusRow): Standing {
  const { pending, edited, missing, notAdopted } = row
  const isAltered = edited.length + missing.length > 0
  const isUpToDate = !isAltered && pending.length === 0 && notAdopted === undefined
  return {
    isUpToDate,
    isAltered,
    tone: isAltered || notAdopted !== undefined ? 'bad' : isUpToDate ? 'good' : 'attention',
    words(room) {
      if (isUpToDate) return 'up to date'
      return [
        ...(notAdopted === undefined ? [] : [`not adopted from ${notAdopted.tool}`]),
        ...(['edited', 'missing', 'pending'] as const)
          .filter(kind => row[kind].length > 0)
          .map(kind => `${formatCount(row[kind].length)} ${kind}: ${namesOf(row[kind], room)}`),
      ].join(', ')
    },
  }
}

function namesOf(migrations: readonly string[], room: number): string {
  return migrations.length > 3
    ? listNames(migrations, { count: 2 })
    : migrationNames(migrations, room)
}
