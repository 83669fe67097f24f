import { UsageError } from '../../errors/usage-error.js'
import { quoteIdentifierIfNeeded as quote } from '../../sql/quote.js'
import { planTable } from './plan-table.js'
import type { SchemaState } from './schema-state.js'
import { summarize } from './summarize.js'
import type { TableChange } from './table-change.js'
import type { TableTemplate } from './template.js'
import { templateError } from './template-problem.js'
import { columnDefinition, createIndex, createTable, tagDefinition } from './write-table.js'

/** A migration as text, and what to tell whoever asked for it. */
export interface TemplateMigration {
  up: string
  down: string
  /** What it does, a sentence without a full stop each; warnings begin with `warning: `. */
  summary: string[]
}

/**
 * The migration that leads from a schema to what a template describes. Pure.
 *
 * @throws UsageError `template-invalid` with every problem, `template-nothing-to-add`
 */
export function generateMigration(template: TableTemplate, state: SchemaState): TemplateMigration {
  const { changes, problems } = planTable(template, state)
  if (problems.length > 0) throw templateError(template, problems)
  if (changes.length === 0) {
    const message = `${template.file}: the table ${template.table} has all of it already`
    throw new UsageError('template-nothing-to-add', message, {
      hint: 'Describe a new tag, column or index in the template, or use another template.',
    })
  }
  const reversed = changes.toReversed()
  return {
    up: write(upHeader(template), changes, change => apply(template, change)),
    down: write(downHeader(template, changes), reversed, change => revert(template, change)),
    summary: summarize(template, state, changes),
  }
}

function apply(template: TableTemplate, change: TableChange): string {
  const alter = `ALTER TABLE ${quote(template.table)} ADD COLUMN`
  switch (change.kind) {
    case 'create-table':
      return createTable(template)
    case 'add-column':
      return `${alter} ${columnDefinition(change.column)};`
    case 'add-tag':
      return `${alter} ${tagDefinition(change.tag, template.json)};`
    case 'create-index':
      return createIndex(template, change.index)
  }
}

function revert({ table }: TableTemplate, change: TableChange): string {
  const drop = `ALTER TABLE ${quote(table)} DROP COLUMN`
  switch (change.kind) {
    case 'create-table':
      return `DROP TABLE ${quote(table)};`
    case 'add-column':
      return `${drop} ${quote(change.column.name)};`
    case 'add-tag':
      return `${drop} ${quote(change.tag.name)};`
    case 'create-index':
      return `DROP INDEX ${quote(change.index.name)};`
  }
}

/** Statements of one kind stand together; a blank line parts them from the next kind. */
function write(
  header: readonly string[],
  changes: readonly TableChange[],
  statement: (change: TableChange) => string,
): string {
  let text = header.map(line => `-- ${line}\n`).join('')
  let before: TableChange['kind'] | undefined
  for (const change of changes) {
    text += `${change.kind === before ? '' : '\n'}${statement(change)}\n`
    before = change.kind
  }
  return text
}

function upHeader({ name, description }: TableTemplate): string[] {
  const about = description?.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return [`From the template ${name}${about ? `: ${about}` : '.'}`]
}

function downHeader({ name, table }: TableTemplate, changes: readonly TableChange[]): string[] {
  const header = [`Reverts what the template ${name} made.`]
  const columns = changes.flatMap(change =>
    change.kind === 'add-column' ? [change.column.name] : [],
  )
  if (changes.some(({ kind }) => kind === 'create-table')) {
    header.push(`Deletes the table ${table} with all its rows.`)
  } else if (columns.length > 0) {
    header.push(`Deletes what the rows hold in ${columns.join(', ')}.`)
  }
  return header
}
