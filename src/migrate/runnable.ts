import type { RunnableMigration } from 'umzug'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { SqlStatement } from '../sql/split-statements.js'
import { importModule } from './import-module.js'
import type { Migration, MigrationModule } from './migration.js'
import type { Session } from './session.js'
import { locateError } from './sql-location.js'

/** A migration as Umzug runs it. */
export function toRunnable(migration: Migration): RunnableMigration<Session> {
  return migration.kind === 'sql' ? sqlMigration(migration) : moduleMigration(migration)
}

function sqlMigration({ name, file, downFile, up, down }: Migration): RunnableMigration<Session> {
  return {
    name,
    path: file,
    up: ({ context }) => runStatements(context, file, up),
    down: ({ context }) => runStatements(context, downFile ?? file, down ?? []),
  }
}

async function runStatements(
  session: Session,
  file: string,
  statements: readonly SqlStatement[],
): Promise<void> {
  session.startedAt = performance.now()
  for (const statement of statements) {
    await session.run(statement.sql, [], error => locateError(error, file, statement))
  }
}

function moduleMigration(migration: Migration): RunnableMigration<Session> {
  let imported: Promise<MigrationModule> | undefined
  const run = async (session: Session, direction: 'up' | 'down') => {
    imported ??= importModule(migration)
    const module = await imported
    session.startedAt = performance.now()
    try {
      await module[direction]?.(await session.kysely())
    } catch (error) {
      throw moduleError(error, migration, session)
    }
  }
  return {
    name: migration.name,
    path: migration.file,
    up: ({ context }) => run(context, 'up'),
    down: ({ context }) => run(context, 'down'),
  }
}

/** An engine's error keeps its code; anything else is the module's own. */
function moduleError(error: unknown, { name }: Migration, session: Session): DbfleetError {
  const fromEngine = /^SQL/.test(String((error as { code?: unknown } | null)?.code))
  const known = fromEngine ? session.translate(error) : error
  const code = known instanceof DbfleetError ? known.code : 'migration-failed'
  const message = known instanceof Error ? known.message : String(known)
  const hint = known instanceof DbfleetError ? known.hint : undefined
  return new DbfleetError(code, `${message} (in ${name})`, {
    cause: error,
    ...(hint !== undefined && { hint }),
  })
}
