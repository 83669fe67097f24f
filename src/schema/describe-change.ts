import type { Change } from './change.js'
import type { Column, ForeignKey, Index, KeyPart, PrimaryKey } from './schema.js'

/** What a difference is about, and what about it is different. */
export interface Description {
  /** `index measurements_tag`, `column devices.name`. */
  subject: string
  /** `type TEXT instead of INTEGER`, of a thing that both schemas have. */
  detail?: string
}

/** Puts a change into words; `from` is what there is, `to` what there should be. */
export function describeChange(change: Change): Description {
  switch (change.kind) {
    case 'add-table':
    case 'drop-table':
      return { subject: `table ${change.part.name}` }
    case 'add-column':
    case 'drop-column':
      return { subject: `column ${change.table}.${change.part.name}` }
    case 'change-column':
      return {
        subject: `column ${change.table}.${change.to.name}`,
        detail: columnDetail(change.from, change.to),
      }
    case 'reorder-columns':
      return {
        subject: `the order of columns in ${change.table}`,
        detail: insteadOf(change.from.join(', '), change.to.join(', ')),
      }
    case 'change-primary-key':
      return {
        subject: `the primary key of ${change.table}`,
        detail: insteadOf(primaryKeyText(change.from), primaryKeyText(change.to)),
      }
    case 'add-unique':
    case 'drop-unique': {
      const { parts, conflict } = change.part
      return { subject: `UNIQUE ${partsText(parts)}${onConflict(conflict)} on ${change.table}` }
    }
    case 'add-check':
    case 'drop-check':
      return { subject: `CHECK (${change.part}) on ${change.table}` }
    case 'add-foreign-key':
    case 'drop-foreign-key':
      return { subject: `foreign key ${foreignKeyText(change.table, change.part)}` }
    case 'change-options':
      return {
        subject: `the options of ${change.table}`,
        detail: insteadOf(change.from.join(', '), change.to.join(', ')),
      }
    case 'change-conflicts':
      return {
        subject: `the conflict clauses of ${change.table}`,
        detail: insteadOf(change.from.join(', '), change.to.join(', ')),
      }
    case 'add-virtual-table':
    case 'drop-virtual-table':
      return { subject: `virtual table ${change.part.name}` }
    case 'change-virtual-table': {
      const { from, to } = change
      const text = (table: typeof from) => `${table.module}(${table.arguments.join(', ')})`
      return { subject: `virtual table ${to.name}`, detail: insteadOf(text(from), text(to)) }
    }
    case 'add-index':
    case 'drop-index':
      return { subject: `index ${change.part.name}` }
    case 'change-index':
      return {
        subject: `index ${change.to.name}`,
        detail: insteadOf(indexText(change.from), indexText(change.to)),
      }
    case 'add-view':
    case 'drop-view':
      return { subject: `view ${change.part.name}` }
    case 'change-view':
      return { subject: `view ${change.to.name}` }
    case 'add-trigger':
    case 'drop-trigger':
      return { subject: `trigger ${change.part.name}` }
    case 'change-trigger':
      return { subject: `trigger ${change.to.name}` }
  }
}

function insteadOf(from: string, to: string): string {
  return `${from || 'none'} instead of ${to || 'none'}`
}

function columnDetail(from: Column, to: Column): string {
  const aspects: [string, string, string][] = [
    ['type', from.type, to.type],
    ['', from.notNull ? 'NOT NULL' : 'nullable', to.notNull ? 'NOT NULL' : 'nullable'],
    ['default', from.default ?? '', to.default ?? ''],
    ['collation', from.collation, to.collation],
    ['generated', generatedText(from), generatedText(to)],
  ]
  return aspects
    .filter(([, a, b]) => a !== b)
    .map(([aspect, a, b]) => `${aspect} ${insteadOf(a, b)}`.trim())
    .join('; ')
}

function generatedText({ generated }: Column): string {
  return generated === undefined ? '' : `(${generated.expression}) ${generated.kind}`
}

function partsText(parts: readonly KeyPart[]): string {
  const texts = parts.map(({ expression, collation, descending }) =>
    [
      expression,
      ...(collation === 'binary' ? [] : [`COLLATE ${collation}`]),
      ...(descending ? ['DESC'] : []),
    ].join(' '),
  )
  return `(${texts.join(', ')})`
}

function onConflict(conflict: string): string {
  return conflict === 'ABORT' ? '' : ` ON CONFLICT ${conflict}`
}

function primaryKeyText(key: PrimaryKey | undefined): string {
  if (key === undefined) return ''
  const { parts, autoincrement, conflict } = key
  return `${partsText(parts)}${autoincrement ? ' AUTOINCREMENT' : ''}${onConflict(conflict)}`
}

function foreignKeyText(table: string, key: ForeignKey): string {
  const { columns, parent, parentColumns, onDelete, onUpdate, deferred } = key
  return [
    `${table}(${columns.join(', ')}) → ${parent}(${parentColumns.join(', ')})`,
    ...(onDelete === 'NO ACTION' ? [] : [`ON DELETE ${onDelete}`]),
    ...(onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${onUpdate}`]),
    ...(deferred ? ['DEFERRED'] : []),
  ].join(' ')
}

function indexText({ table, unique, parts, where }: Index): string {
  const text = `${unique ? 'unique ' : ''}${table} ${partsText(parts)}`
  return where === undefined ? text : `${text} where ${where}`
}
