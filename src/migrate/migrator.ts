import { MigrationError, type RunnableMigration, Umzug } from 'umzug'
import type { Database, Transaction } from '../database/database.js'
import { OutcomeUnknownError } from '../database/outcome-unknown-error.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { type Lease, raiseGuard } from './guard.js'
import type { LedgerEntry } from './ledger.js'
import { ledgerStorage } from './ledger-storage.js'
import type { Migration } from './migration.js'
import { PartialError } from './partial-error.js'
import { runBatch } from './run-batch.js'
import { toRunnable } from './runnable.js'
import { createSession, type Session } from './session.js'
import { planSteps, type Step, type TransactionMode } from './steps.js'
import { takesBatches } from './takes-batches.js'
import { wasRecorded } from './was-recorded.js'

/** Looks at a ledger under the write lock; throws when it forbids the change. */
export type VerifyLedger = (ledger: readonly LedgerEntry[]) => void

interface Options {
  mode: TransactionMode
  lease?: Lease | undefined
  /** What the database's ledger held when it was last read; saves reading it on a server. */
  ledger?: readonly LedgerEntry[]
}

/**
 * Applies and reverts migrations on one database after another. Umzug runs them and records them;
 * the transaction around both is dbfleet's, since Umzug knows none.
 */
export class Migrator {
  readonly #migrations: ReadonlyMap<string, Migration>
  readonly #checksums: ReadonlyMap<string, string>
  readonly #runnable: RunnableMigration<Session>[]
  readonly #version: string

  /**
   * @param migrations all of the repository, in name order
   * @param version dbfleet's version, for the ledger
   */
  constructor(migrations: readonly Migration[], version: string) {
    this.#migrations = new Map(migrations.map(migration => [migration.name, migration]))
    this.#checksums = new Map(migrations.map(({ name, checksum }) => [name, checksum]))
    this.#runnable = migrations.map(toRunnable)
    this.#version = version
  }

  /**
   * Applies the named migrations, in the order given; those that are applied by then are passed
   * over.
   *
   * @returns the names that were applied
   * @throws PartialError when a step fails; what the steps before it did stays
   */
  up(
    db: Database,
    names: readonly string[],
    options: Options & { verify?: VerifyLedger },
  ): Promise<string[]> {
    const steps = this.#steps(names, options.mode)
    return this.#runSteps(db, steps, { ...options, repeatable: true }, (session, step) =>
      this.#umzug(session, options.verify).up({ migrations: step.migrations, rerun: 'SKIP' }),
    )
  }

  /**
   * Reverts the named migrations, newest first as given. They must be the newest ones still, but for
   * those of `above`.
   *
   * @returns the names that were reverted
   * @throws PartialError when a step fails; what the steps before it did stays
   */
  down(
    db: Database,
    names: readonly string[],
    options: Options & { above?: readonly string[] },
  ): Promise<string[]> {
    const steps = this.#steps(names, options.mode)
    return this.#runSteps(db, steps, { ...options, repeatable: true }, (session, step) => {
      const { migrations } = step
      return this.#umzug(session, expectNewest(migrations, options.above)).down({ migrations })
    })
  }

  /**
   * Reverts one migration and applies it again, in one transaction.
   *
   * @returns its name
   * @throws PartialError when either half fails
   */
  redo(db: Database, name: string, options: Omit<Options, 'mode'> = {}): Promise<string[]> {
    const steps = this.#steps([name], 'all')
    return this.#runSteps(db, steps, { ...options, repeatable: false }, async (session, step) => {
      const { migrations } = step
      await this.#umzug(session, expectNewest(migrations)).down({ migrations })
      return this.#umzug(session).up({ migrations, rerun: 'ALLOW' })
    })
  }

  #steps(names: readonly string[], mode: TransactionMode): Step[] {
    const migrations = names.map(name => {
      const migration = this.#migrations.get(name)
      if (migration === undefined) throw new DbfleetError('bug', `no migration is named ${name}`)
      return migration
    })
    return planSteps(migrations, mode)
  }

  /** A module asks and is answered, which one request cannot do. */
  #isBatch({ transaction, migrations }: Step): boolean {
    return transaction && migrations.every(name => this.#migrations.get(name)?.kind === 'sql')
  }

  #umzug(session: Session, verify?: VerifyLedger): Umzug<Session> {
    const options = { checksums: this.#checksums, version: this.#version }
    return new Umzug({
      migrations: this.#runnable,
      context: session,
      storage: ledgerStorage(verify === undefined ? options : { ...options, verify }),
      logger: undefined,
    })
  }

  async #runSteps(
    db: Database,
    steps: readonly Step[],
    {
      ledger,
      lease,
      repeatable,
    }: { ledger?: readonly LedgerEntry[]; lease?: Lease | undefined; repeatable: boolean },
    run: (session: Session, step: Step) => Promise<{ name: string }[]>,
  ): Promise<string[]> {
    const done: string[] = []
    for (const [index, step] of steps.entries()) {
      let transaction: Transaction | undefined
      try {
        if (takesBatches(db) && this.#isBatch(step)) {
          // The steps before this one changed the ledger.
          const known = index === 0 ? ledger : undefined
          done.push(
            ...(await runBatch(db, { step, ledger: known, lease, repeatable, gather: run })),
          )
          continue
        }
        if (step.transaction) transaction = await db.begin(step)
        else await db.run(`PRAGMA foreign_keys = ${step.foreignKeys}`)
        lease?.expectValid()
        if (lease?.fence !== undefined) await raiseGuard(transaction ?? db, lease.fence)
        const session = createSession(db, transaction)
        const names = (await run(session, step)).map(({ name }) => name)
        await commit(db, transaction, names, session)
        done.push(...names)
      } catch (error) {
        await transaction?.rollback()
        throw new PartialError(unwrap(error, db), done)
      }
    }
    return done
  }
}

/** On a server a commit may be done although no answer comes; the ledger tells. */
async function commit(
  db: Database,
  transaction: Transaction | undefined,
  names: readonly string[],
  { recorded }: Session,
): Promise<void> {
  try {
    await transaction?.commit()
  } catch (error) {
    if (!(error instanceof OutcomeUnknownError)) throw error
    if (!(await wasRecorded(db, names, recorded))) throw error
  }
}

/** Another run may have migrated the database between the survey and the write lock. */
function expectNewest(names: readonly string[], above: readonly string[] = []): VerifyLedger {
  return ledger => {
    const others = ledger.filter(({ name }) => !above.includes(name))
    const newest = others.slice(-names.length).map(({ name }) => name)
    if (newest.reverse().join('\n') === names.join('\n')) return
    throw new DbfleetError(
      'changed-meanwhile',
      `another run changed it meanwhile: its newest migration is ${newest[0] ?? 'none'}`,
      { hint: 'Nothing was reverted. Run the same command again.' },
    )
  }
}

function unwrap(error: unknown, db: Database): DbfleetError {
  const cause = error instanceof MigrationError ? error.cause : error
  return cause instanceof DbfleetError ? cause : db.translate(cause)
}
