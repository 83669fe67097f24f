import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import type { Source } from '../fleet/source.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { Migration } from '../migrate/migration.js'
import type { ErrorReport } from '../report/error-report.js'
import type { FleetContext } from './members/fleet-context.js'
import { locateIn } from './members/locate-in.js'
import type { RunControl } from './members/run-control.js'
import { select } from './members/select.js'
import { survey } from './members/survey.js'
import type { KeyedPosition } from './members/survey-job.js'
import { MENDS, surveyRefusals } from './runs/refusal.js'
import { applyPending } from './up.js'

export type EnsureOptions = Pick<RunControl, 'busyTimeoutMs' | 'signal' | 'kill'>

/** A database that is up to date now. */
export interface Ensured {
  name: string
  /** What this very call applied, in order; empty when there was nothing to do. */
  applied: string[]
  /** The newest applied migration. */
  position: string | null
}

/** So often a database is looked at again, since others were at work on it. */
const MOST_TRIES = 3

/**
 * Brings single databases up to date when an application opens them. Migrations are read once, so that
 * it costs one read of the ledger when there is nothing to do; calls for one database at a time share
 * one answer, and other processes are kept apart by the database's own lock.
 */
export class Ensurer {
  readonly #context: FleetContext
  readonly #running = new Map<string, Promise<Ensured>>()
  #migrations: Promise<Migration[]> | undefined

  constructor(context: FleetContext) {
    this.#context = context
  }

  /**
   * @throws UsageError when there is no such database, or what it holds forbids `up`; DbfleetError when
   * it could not be read or migrated
   */
  ensure(name: string, options: EnsureOptions = {}): Promise<Ensured> {
    const running =
      this.#running.get(name) ??
      this.#ensure(name, options).finally(() => this.#running.delete(name))
    this.#running.set(name, running)
    return running
  }

  async #ensure(name: string, options: EnsureOptions): Promise<Ensured> {
    const member = await memberNamed(this.#context, name)
    const migrations = await this.#load()
    const only = { ...this.#context, sources: [sourceOf(member)] }
    for (let tries = 1; ; tries += 1) {
      const [result] = await survey(only, [member], migrations, { ...options, mode: 'read' })
      if (result === undefined) throw new DbfleetError('interrupted', 'it was interrupted')
      if ('error' in result) throw thrown(name, result.error)
      refuse(name, result, migrations)
      const { position } = result
      if (result.pending.length === 0 || isAhead(result, migrations)) {
        return { name, applied: [], position }
      }
      const { report } = await applyPending(only, {
        ...options,
        all: true,
        isRecorded: false,
        waves: false,
      })
      const [row] = report.databases
      if (row?.status === 'ok') return { name, applied: row.applied ?? [], position: row.position }
      const error = row?.error ?? { code: 'interrupted', message: 'it was interrupted' }
      // Whoever holds the lock may be doing just this.
      if (error.code !== 'busy' || tries === MOST_TRIES) throw thrown(name, error)
    }
  }

  #load(): Promise<Migration[]> {
    this.#migrations ??= loadMigrations(this.#context.config.migrations).catch(error => {
      this.#migrations = undefined
      throw error
    })
    return this.#migrations
  }
}

/**
 * A member by its name, without listing a large fleet where its source can tell where it is.
 *
 * @throws UsageError `unknown-database`
 */
async function memberNamed(context: FleetContext, name: string): Promise<Member> {
  const located = context.sources.map(source => locateIn(source, name))
  const [found, another] = located.filter(member => member !== undefined)
  if (found !== undefined && another === undefined) return found
  const members = await select(context, { db: [name] }, { changing: false })
  const member = members.find(each => each.name === name)
  if (member !== undefined) return member
  throw new UsageError('unknown-database', `"${name}" is no database of the fleet`, {
    hint: '`dbfleet list` shows the fleet; a glob is not taken here.',
  })
}

/** A fleet of one. */
function sourceOf(member: Member): Source {
  return {
    kind: 'databases',
    label: member.source,
    members: async () => [member],
    whyEmpty: () => '',
  }
}

/** A release that is still in use meets a database that the next one has migrated. */
function isAhead({ missing, pending }: KeyedPosition, migrations: readonly Migration[]): boolean {
  const newest = migrations.at(-1)?.name ?? ''
  return pending.length === 0 && missing.length > 0 && missing.every(name => name > newest)
}

function refuse(name: string, position: KeyedPosition, migrations: readonly Migration[]): void {
  const [reason] = isAhead(position, migrations)
    ? surveyRefusals({ ...position, missing: [] }, { allowOutOfOrder: false })
    : surveyRefusals(position, { allowOutOfOrder: false })
  if (reason === undefined) return
  const { code, message } = reason
  throw new UsageError(code, `${name}: ${message}`, {
    hint: `Nothing was touched. ${MENDS[code]}`,
  })
}

function thrown(name: string, error: ErrorReport): DbfleetError {
  const { message, hint } = error
  return new DbfleetError(error.code, `${name}: ${message}`, hint === undefined ? {} : { hint })
}
