import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import type { Selection } from '../../fleet/selection.js'
import { type Extent, findMigration, NOTHING_APPLIED } from '../../migrate/choose.js'
import { loadMigrations } from '../../migrate/load-migrations.js'
import type { Migration } from '../../migrate/migration.js'
import type { Position } from '../../migrate/position.js'
import { preflight } from '../../migrate/preflight.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { select } from '../members/select.js'
import { survey } from '../members/survey.js'
import type { KeyedPosition, SurveyInit, SurveyResult } from '../members/survey-job.js'
import { type ServerWork, serverPreflight } from './server-preflight.js'

/** What is known before anything is changed: who is where, and what would run there. */
export interface MigratePlan {
  context: FleetContext
  members: Member[]
  migrations: Migration[]
  /** In the order of `members`; `undefined` where the survey was ended before. */
  positions: (SurveyResult | undefined)[]
  /** What runs at a position, in order; the same array for the same position. */
  namesAt(position: KeyedPosition): string[]
  /** True when the fleet, listed anew, has no database of that name any more. */
  hasVanished(name: string): Promise<boolean>
  /** What the same selection finds now, besides these; nothing when there are no others. */
  newcomers(known: ReadonlyMap<string, unknown>): Promise<MigratePlan | undefined>
}

export interface PlanOptions extends Selection, RunControl, Extent {}

interface PlanVerb {
  /** What runs at a position, in order. */
  choose(position: Position, extent: Extent): string[]
  /** Which halves of a migration will run. */
  directions: ('up' | 'down')[]
  mode: SurveyInit['mode']
  /** Throws when the positions forbid the verb. */
  check?(members: readonly Member[], positions: readonly (SurveyResult | undefined)[]): void
}

/**
 * Surveys the selected databases and decides what runs where; touches nothing.
 *
 * @throws UsageError for whatever makes the whole run impossible
 */
export async function planMigrate(
  context: FleetContext,
  options: PlanOptions,
  verb: PlanVerb,
): Promise<MigratePlan> {
  const [members, migrations] = await Promise.all([
    select(context, options, { changing: true }),
    loadMigrations(context.config.migrations),
  ])
  return planFor(context, members, { options, verb, migrations })
}

interface Asked {
  options: PlanOptions
  verb: PlanVerb
  migrations: Migration[]
}

async function planFor(
  context: FleetContext,
  members: Member[],
  asked: Asked,
): Promise<MigratePlan> {
  const { options, verb, migrations } = asked
  const extent = soundExtent(options, migrations)
  const positions = await survey(context, members, migrations, {
    ...options,
    mode: verb.mode,
  })
  verb.check?.(members, positions)

  const chosen = new Map<string, string[]>()
  const namesAt = (position: KeyedPosition) => {
    const names = chosen.get(position.key) ?? verb.choose(position, extent)
    chosen.set(position.key, names)
    return names
  }
  await refuseUnrunnable(context, { members, positions, namesAt, migrations }, verb.directions)
  const listing = relisting(context, options)
  return {
    context,
    members,
    migrations,
    positions,
    namesAt,
    hasVanished: async name => !(await listing()).some(member => member.name === name),
    async newcomers(known) {
      if (!mayGrow(options)) return undefined
      const found = (await listing()).filter(({ name }) => !known.has(name))
      return found.length === 0 ? undefined : planFor(context, found, asked)
    },
  }
}

/**
 * Looks at what is about to run, before any database is touched.
 *
 * @throws UsageError naming file, line and statement; `down-missing` where there is none
 */
export async function refuseUnrunnable(
  context: FleetContext,
  {
    members,
    positions,
    namesAt,
    migrations,
  }: Pick<MigratePlan, 'members' | 'positions' | 'namesAt' | 'migrations'>,
  directions: readonly ('up' | 'down')[],
): Promise<void> {
  const wanted = namesAtAny(new Set(positions), namesAt)
  refuseUnknown(wanted, migrations)
  const onServers = members.flatMap((member, index): ServerWork[] => {
    const result = positions[index]
    if (member.server === undefined || result === undefined || 'error' in result) return []
    const names = namesAt(result)
    return names.length === 0 ? [] : [{ member, names }]
  })
  const wantedOnServers = new Set(onServers.flatMap(({ names }) => names))
  await preflight(
    migrations.filter(({ name }) => wanted.has(name)),
    directions,
    name => wantedOnServers.has(name),
  )
  await serverPreflight(context, onServers, migrations, directions)
}

/** Whether what is selected may be more, later. */
function mayGrow({ all, db = [], except = [], shard }: Selection): boolean {
  const byGlob = db.some(text => /[*?[{]/.test(text))
  return all === true || byGlob || (db.length === 0 && (except.length > 0 || shard !== undefined))
}

/** A listing that is this young is as good as a new one. */
const RELIST_AFTER_MS = 1_000

/** Lists what a selection finds; when that fails, or finds nothing, it is empty. */
function relisting(context: FleetContext, options: PlanOptions): () => Promise<Member[]> {
  let last: { at: number; members: Promise<Member[]> } | undefined
  return () => {
    const now = performance.now()
    if (last === undefined || now - last.at > RELIST_AFTER_MS) {
      const members = select(context, options, { changing: true }).catch(error => {
        if (error instanceof UsageError) return []
        throw error
      })
      last = { at: now, members }
    }
    return last.members
  }
}

function namesAtAny(
  positions: ReadonlySet<SurveyResult | undefined>,
  namesAt: (position: KeyedPosition) => string[],
): Set<string> {
  return new Set(
    [...positions].flatMap(result =>
      result === undefined || 'error' in result ? [] : namesAt(result),
    ),
  )
}

function soundExtent({ to, step }: Extent, migrations: readonly Migration[]): Extent {
  if (to !== undefined && step !== undefined) {
    throw new UsageError('bad-extent', '--to and --step exclude each other', {
      hint: 'Leave out one of them.',
    })
  }
  if (step !== undefined && !(Number.isSafeInteger(step) && step >= 1)) {
    throw new UsageError('bad-extent', `--step takes a whole number from 1, not ${step}`)
  }
  if (to === undefined || to === NOTHING_APPLIED) return to === undefined ? optional(step) : { to }
  return { to: findMigration(to, migrations) }
}

function optional(step: number | undefined): Extent {
  return step === undefined ? {} : { step }
}

/** `down` may meet a ledger entry whose file is gone. */
function refuseUnknown(wanted: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name))
  const gone = [...wanted].filter(name => !known.has(name))
  if (gone.length === 0) return
  throw new UsageError('down-missing', `${gone.join(', ')} cannot be reverted: no such file`, {
    hint: 'Nothing was reverted. Bring the migration back from version control.',
  })
}
