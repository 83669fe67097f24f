import type { Member } from '../../fleet/member.js'
import { locate, type Position } from '../../migrate/position.js'
import type { CheckRow, SchemaGroup } from '../../report/check-report.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import { type Difference, findDifferences } from '../../schema/find-differences.js'
import { fingerprint } from '../../schema/fingerprint.js'
import { ownSchema } from '../../schema/own-schema.js'
import { parseSchema } from '../../schema/parse-schema.js'
import type { Schema } from '../../schema/schema.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { refusals } from '../runs/refusal.js'
import { ExpectedSchemas } from '../schemas/expected-schemas.js'
import type { KnownSchema } from '../schemas/schema-job.js'
import type { CheckedMigrations } from './check-migrations.js'
import { differenceWords } from './difference-words.js'
import type { FindingList } from './finding-list.js'
import type { Behind } from './measure.js'
import { recallSchemas } from './recall-schemas.js'
import type { Drifted } from './write-fix-scripts.js'

type Known = Exclude<KnownSchema, { error: ErrorReport }>

/** Databases whose schema and ledger have the same text. */
interface Group {
  known: Known
  /** Equal where schema and ledger are. */
  key: string
  names: string[]
}

/** What became of a group: what its rows say, or why it could not be judged. */
type Outcome =
  | { position: string | null; asExpected: boolean | null; pending: string[] }
  | { error: ErrorReport }

/** What a group's schema is, and whether it is what it should be. */
interface Verdict {
  position: Position
  schema: Schema
  /** `undefined` when the expected schema is not known. */
  differences: Difference[] | undefined
}

export interface CheckedDatabases {
  rows: CheckRow[]
  census: SchemaGroup[]
  /** What each drifted group has and should have, for fix scripts. */
  drifted: Drifted[]
  /** The members that migrations are pending on, and could be applied to. */
  behind: Behind[]
}

/**
 * Compares each database with what its own ledger says it should be. Schemas are read on the
 * workers, and each different one is judged once.
 */
export async function checkDatabases(
  context: FleetContext,
  members: readonly Member[],
  { migrations, engine, schemas: after }: CheckedMigrations,
  {
    ignore,
    findings,
    ...control
  }: RunControl & { ignore: readonly string[]; findings: FindingList },
): Promise<CheckedDatabases> {
  const expected = new ExpectedSchemas(migrations, ignore)
  if (after.length > migrations.length) expected.remember(engine, after)
  const schemas = await recallSchemas(context, members, { ...control, mode: 'read' })
  const groups = groupBySchema(members, schemas)
  const census = new Map<string, SchemaGroup>()
  const drifted: Drifted[] = []
  const outcomes = new Map<Group, Outcome>()
  for (const group of new Set(groups.values())) {
    const { known, names } = group
    const position = locate(migrations, known.text.ledger)
    let schema: Schema
    try {
      schema = ownSchema(parseSchema(known.text.rows), ignore)
    } catch (error) {
      outcomes.set(group, { error: reportError(error) })
      continue
    }
    const should = await expected.after(position.applied, known.engine)
    const isTrusted = should !== undefined && position.edited.length === 0
    const differences = isTrusted ? findDifferences(schema, should) : undefined
    const isUpgradable = reportPosition(position, names, findings)
    if (differences === undefined) {
      const isExplained =
        position.edited.length > 0 ||
        position.missing.length > 0 ||
        after.length <= migrations.length
      if (!isExplained) reportUnjudged(names, findings)
    } else {
      reportDrift({ position, schema, differences }, names, findings)
      if (differences.length > 0)
        drifted.push({
          names,
          position: position.position,
          actual: schema,
          expected: should as Schema,
        })
    }
    const asExpected =
      differences === undefined ? null : differences.every(({ isLesser }) => isLesser)
    outcomes.set(group, {
      position: position.position,
      asExpected,
      pending: isUpgradable ? position.pending : [],
    })
    const print = fingerprint(schema)
    const key = JSON.stringify([print, position.position, asExpected])
    const entry = census.get(key)
    if (entry !== undefined) for (const name of names) entry.databases.push(name)
    else {
      census.set(key, {
        fingerprint: print,
        position: position.position,
        asExpected,
        databases: [...names],
      })
    }
  }
  const groupOf = (index: number): Group | undefined => {
    const known = schemas[index]
    return known === undefined || 'error' in known ? undefined : groups.get(known)
  }
  const outcomeOf = (index: number): Outcome | undefined => {
    const known = schemas[index]
    if (known === undefined || 'error' in known) return known
    return outcomes.get(groups.get(known) as Group)
  }
  return {
    rows: members.map(({ name }, index) => rowOf(name, outcomeOf(index))),
    census: [...census.values()].sort((a, b) => b.databases.length - a.databases.length),
    drifted,
    behind: members.flatMap((member, index) => {
      const group = groupOf(index)
      const outcome = outcomeOf(index)
      if (group === undefined || outcome === undefined || 'error' in outcome) return []
      const { pending } = outcome
      return pending.length === 0 ? [] : [{ member, pending, group: group.key }]
    }),
  }
}

function rowOf(name: string, outcome: Outcome | undefined): CheckRow {
  if (outcome === undefined) return { name, status: 'not-run', position: null, asExpected: null }
  if ('error' in outcome) {
    return { name, status: 'failed', error: outcome.error, position: null, asExpected: null }
  }
  const { position, asExpected } = outcome
  return { name, status: 'ok', position, asExpected }
}

/** The group of each known schema; the same object is looked at once, as most databases share one. */
function groupBySchema(
  members: readonly Member[],
  schemas: readonly (KnownSchema | undefined)[],
): Map<Known, Group> {
  const byKnown = new Map<Known, Group>()
  const byKey = new Map<string, Group>()
  for (const [index, { name }] of members.entries()) {
    const known = schemas[index]
    if (known === undefined || 'error' in known) continue
    let group = byKnown.get(known)
    if (group === undefined) {
      const key = `${known.engine} ${known.key}`
      group = byKey.get(key) ?? { known, key, names: [] }
      byKey.set(key, group)
      byKnown.set(known, group)
    }
    group.names.push(name)
  }
  return byKnown
}

const POSITION_HINTS = {
  'migration-edited':
    'Put the file back as it was applied and write the change as a new migration.',
  'migration-deleted': 'Bring the file back from version control.',
  'out-of-order':
    'Give the migration a newer timestamp, or apply it with `dbfleet up --allow-out-of-order`.',
}

/** @returns whether `up` would not refuse the position */
function reportPosition(
  position: Position,
  names: readonly string[],
  findings: FindingList,
): boolean {
  const reasons = refusals(position, { allowOutOfOrder: false })
  for (const { code, message } of reasons) {
    findings.add({ code, severity: 'error', message, hint: POSITION_HINTS[code] }, names)
  }
  const late = new Set(position.outOfOrder)
  const pending = position.pending.filter(name => !late.has(name))
  if (pending.length === 0) return reasons.length === 0
  findings.add(
    {
      code: 'pending',
      severity: 'warning',
      message: `${pending.join(', ')} ${pending.length === 1 ? 'is' : 'are'} pending`,
      hint: '`dbfleet up --all` applies what is pending.',
    },
    names,
  )
  return reasons.length === 0
}

/** Silence would look like a good word. */
function reportUnjudged(names: readonly string[], findings: FindingList): void {
  findings.add(
    {
      code: 'not-judged',
      severity: 'error',
      message: 'cannot be compared: its migrations alone do not apply to an empty database',
      hint: 'Apply what is missing between them, or take back what depends on it.',
    },
    names,
  )
}

/** Nobody recorded where its schema comes from. */
function isUnmanaged({ applied }: Position, schema: Schema): boolean {
  return applied.length === 0 && Object.values(schema).some(({ length }) => length > 0)
}

function reportDrift(
  { position, schema, differences }: Verdict & { differences: Difference[] },
  names: readonly string[],
  findings: FindingList,
): void {
  if (isUnmanaged(position, schema)) {
    findings.add(
      {
        code: 'no-ledger',
        severity: 'error',
        message: 'has a schema but no ledger, so nobody knows which migrations it has',
        hint: 'If another tool migrated it, `dbfleet adopt` takes it over.',
      },
      names,
    )
    return
  }
  for (const difference of differences) {
    const { isLesser, mend } = difference
    findings.add(
      {
        code: isLesser ? 'column-order' : 'drift',
        severity: isLesser ? 'note' : 'error',
        message: differenceWords(difference),
        sql: mend.map(({ sql }) => sql),
      },
      names,
    )
  }
}
