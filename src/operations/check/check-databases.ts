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

/** Databases whose schema and ledger have the same text. */
interface Group {
  known: Exclude<KnownSchema, { error: ErrorReport }>
  names: string[]
}

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
  const groups = new Map<string, Group>()
  let group: Group | undefined
  for (const [index, known] of schemas.entries()) {
    const name = members[index]?.name
    if (known === undefined || 'error' in known || name === undefined) continue
    // Most have what the one before has.
    if (
      group === undefined ||
      group.known.key !== known.key ||
      group.known.engine !== known.engine
    ) {
      const key = `${known.engine} ${known.key}`
      group = groups.get(key) ?? { known, names: [] }
      groups.set(key, group)
    }
    group.names.push(name)
  }

  const rows = new Map<string, CheckRow>()
  const census = new Map<string, SchemaGroup>()
  const drifted: Drifted[] = []
  const pending = new Map<string, Omit<Behind, 'member'>>()
  for (const [group, { known, names }] of groups) {
    const position = locate(migrations, known.text.ledger)
    let schema: Schema
    try {
      schema = ownSchema(parseSchema(known.text.rows), ignore)
    } catch (error) {
      for (const name of names) rows.set(name, failedRow(name, reportError(error)))
      continue
    }
    const should = await expected.after(position.applied, known.engine)
    const isTrusted = should !== undefined && position.edited.length === 0
    const differences = isTrusted ? findDifferences(schema, should) : undefined
    if (reportPosition(position, names, findings) && position.pending.length > 0) {
      for (const name of names) pending.set(name, { pending: position.pending, group })
    }
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
    for (const name of names) {
      rows.set(name, { name, status: 'ok', position: position.position, asExpected })
    }
    const print = fingerprint(schema)
    const key = JSON.stringify([print, position.position, asExpected])
    const entry = census.get(key)
    if (entry !== undefined) entry.databases.push(...names)
    else {
      census.set(key, {
        fingerprint: print,
        position: position.position,
        asExpected,
        databases: [...names],
      })
    }
  }
  return {
    rows: members.map(({ name }, index) => {
      const known = schemas[index]
      if (known === undefined) return { name, status: 'not-run', position: null, asExpected: null }
      if ('error' in known) return failedRow(name, known.error)
      return rows.get(name) ?? failedRow(name, { code: 'bug', message: 'it was not judged' })
    }),
    census: [...census.values()].sort((a, b) => b.databases.length - a.databases.length),
    drifted,
    behind: members.flatMap(member => {
      const found = pending.get(member.name)
      return found === undefined ? [] : [{ member, ...found }]
    }),
  }
}

function failedRow(name: string, error: ErrorReport): CheckRow {
  return { name, status: 'failed', error, position: null, asExpected: null }
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
