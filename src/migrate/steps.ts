import type { Migration } from './migration.js'

/** Migrations that commit together, or one that runs outside a transaction. */
export interface Step {
  migrations: string[]
  transaction: boolean
  foreignKeys: 'off' | 'on'
}

/** `all`: one transaction for as many as possible; `each`: one for each migration. */
export type TransactionMode = 'all' | 'each'

/**
 * Groups migrations, in the order given, into the transactions they will run in. Where they differ
 * about foreign keys a new one begins: a table that is rebuilt while foreign keys act would take its
 * children with it.
 */
export function planSteps(migrations: readonly Migration[], mode: TransactionMode): Step[] {
  const steps: Step[] = []
  for (const { name, transaction, foreignKeys } of migrations) {
    const last = steps.at(-1)
    const joins = transaction && last?.transaction && last.foreignKeys === foreignKeys
    if (mode === 'all' && joins) {
      last.migrations.push(name)
    } else {
      steps.push({ migrations: [name], transaction, foreignKeys })
    }
  }
  return steps
}
