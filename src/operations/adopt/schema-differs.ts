import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { Difference } from '../../schema/find-differences.js'
import { differenceWords } from '../check/difference-words.js'

interface Discrepancy {
  /** How it is known where the database should be. */
  said: string
  /** From what it should be. */
  differences: readonly Difference[]
  /** Positions whose schema it has; null is that before the first migration. */
  candidates: readonly (string | null)[]
  /** The newest migration that it should have. */
  last: string | undefined
  /** The one after it. */
  next: string | undefined
  /** Differences from the schema before the newest one; undefined where that is not known. */
  beforeLast: readonly Difference[] | undefined
  /** Differences from the schema after the next one. */
  afterNext: readonly Difference[] | undefined
}

const BY_SCHEMA =
  'Find out what happened to it. `dbfleet adopt --from none --infer` goes by the schema instead.'
const MEND = 'Finish or undo that by hand, then run the same command again.'

/** A database is said to be at a position, and its schema is not that of it. */
export function schemaDiffers(found: Discrepancy): DbfleetError {
  const { said, differences, candidates, last, next, beforeLast, afterNext } = found
  const essential = differences.filter(({ isLesser }) => !isLesser)
  const [first] = candidates
  if (first !== undefined) {
    const where = namesOf(candidates.map(positionText), 'or')
    const newest = candidates.at(-1) ?? ''
    const why =
      newest > (last ?? '')
        ? 'a migration was applied and not recorded'
        : 'a migration was recorded and not applied'
    return differing(`${said}, but its schema is that of ${where}: ${why}`, BY_SCHEMA)
  }
  if (last !== undefined && all('lacks', essential) && all('has', beforeLast)) {
    return differing(`${said}, which was applied in part only: it ${wordsOf(essential)}`, MEND)
  }
  if (next !== undefined && all('has', essential) && all('lacks', afterNext)) {
    return differing(
      `${said}, and ${next} was applied in part, without being recorded: it ${wordsOf(essential)}`,
      MEND,
    )
  }
  return differing(
    `${said}, but its schema is another one: it ${wordsOf(essential)}`,
    'Make the database and the migrations agree, then run the same command again.',
  )
}

/** No migration leaves a schema like that of the database. */
export function fitsNowhere(
  nearest: string | null,
  differences: readonly Difference[],
): DbfleetError {
  return new DbfleetError(
    'fits-nowhere',
    `its schema is that of no migration; the nearest is that of ${positionText(nearest)}, but it ${wordsOf(differences)}`,
    { hint: 'Make the database and the migrations agree, then run the same command again.' },
  )
}

/** Migrations that change data only leave the schema as it was. */
export function positionAmbiguous(candidates: readonly (string | null)[]): DbfleetError {
  return new DbfleetError(
    'position-ambiguous',
    `its schema is that of ${namesOf(candidates.map(positionText), 'and of')}, so it does not tell where it stands`,
    {
      hint: `Look at its data and say which: \`dbfleet adopt --baseline ${candidates.at(-1)}\`.`,
    },
  )
}

const MOST_NAMES = 3

/** Some names, and how many more. */
export function namesOf(names: readonly string[], word = 'and'): string {
  const shown = names.slice(0, MOST_NAMES)
  const rest = names.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  return shown.length < 2
    ? (shown[0] ?? '')
    : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)}`
}

function differing(message: string, hint: string): DbfleetError {
  return new DbfleetError('schema-differs', message, { hint })
}

function wordsOf(differences: readonly Difference[]): string {
  return namesOf(differences.map(differenceWords))
}

function all(how: Difference['how'], differences: readonly Difference[] | undefined): boolean {
  return (
    differences !== undefined &&
    differences.length > 0 &&
    differences.every(each => each.how === how)
  )
}

function positionText(name: string | null): string {
  return name ?? 'an empty database'
}
