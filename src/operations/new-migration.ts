import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config/config.js'
import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import { migrationLabel, nextTimestamp } from '../migrate/migration-name.js'
import { preflight } from '../migrate/preflight.js'
import {
  findTemplate,
  listTemplates,
  type Template,
  templateMigration,
} from '../migrate/template/index.js'
import type { NewReport } from '../report/new-report.js'
import { withExpectedSchema } from './schemas/scratch-database.js'

export interface NewOptions {
  /** A template's name; without it `create_x` and `add_x` use the template `x` where there is one. */
  template?: string
  /** Writes a TypeScript module instead of an SQL pair. */
  ts?: boolean
}

const MODULE = `import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql\`select 1\`.execute(db)
}

export async function down(db: Kysely<any>): Promise<void> {
  await sql\`select 1\`.execute(db)
}
`

/** Writes a new migration, from a template where there is one. Overwrites nothing. */
export async function newMigration(
  config: Config,
  name: string,
  options: NewOptions = {},
): Promise<NewReport & { notes: string[] }> {
  const label = migrationLabel(name)
  const template = await chooseTemplate(config, label, options)
  const migrations = await loadMigrations(config.migrations)
  const full = `${nextTimestamp(
    migrations.map(({ name }) => name),
    new Date(),
  )}_${label}`
  const base = join(config.migrations, full)

  const files = new Map<string, string>()
  let notes: string[] = []
  if (options.ts) {
    files.set(`${base}.ts`, MODULE)
  } else if (template === undefined) {
    files.set(`${base}.up.sql`, `-- ${label}: write what it does here.\n`)
    files.set(`${base}.down.sql`, '-- Write what takes it back here.\n')
  } else {
    await preflight(migrations, ['up'])
    const made = await withExpectedSchema(migrations, undefined, db =>
      templateMigration(template, db),
    )
    files.set(`${base}.up.sql`, made.up)
    files.set(`${base}.down.sql`, made.down)
    notes = made.summary
  }
  for (const [path, text] of files) await writeFile(path, text, { flag: 'wx' })
  return {
    schema: 1,
    command: 'new',
    migration: full,
    template: template?.name ?? null,
    files: [...files.keys()],
    notes,
  }
}

async function chooseTemplate(
  config: Config,
  label: string,
  { template, ts }: NewOptions,
): Promise<Template | undefined> {
  if (template === undefined) {
    const implied = /^(?:create|add)_(.+)$/.exec(label)?.[1]
    return implied === undefined || ts ? undefined : findTemplate(config.templates, implied)
  }
  if (ts) {
    throw new UsageError('bad-options', '--ts and --template exclude each other', {
      hint: 'A template makes SQL; take one of the two.',
    })
  }
  const found = await findTemplate(config.templates, template)
  if (found !== undefined) return found
  const known = await listTemplates(config.templates)
  const near = nearest(template, known)
  throw new UsageError('unknown-template', `${config.templates} has no template "${template}"`, {
    hint: near === undefined ? `It has: ${known.join(', ') || 'none'}.` : `Did you mean ${near}?`,
  })
}
