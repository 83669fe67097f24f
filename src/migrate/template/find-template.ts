import { UsageError } from '../../errors/usage-error.js'
import { splitStatements } from '../../sql/split-statements.js'
import type { SqlTemplate, Template } from './template.js'
import { readTemplateDirectory, readTemplateFile } from './template-files.js'

/**
 * The template of that name, read and checked, or `undefined` when the directory holds none. Upper
 * and lower case differ, also where the file system would not say so.
 *
 * @throws UsageError `template-name`, `template-ambiguous`, `template-invalid`, `template-unreadable`
 */
export async function findTemplate(directory: string, name: string): Promise<Template | undefined> {
  refuseHostileName(name)
  const files = (await readTemplateDirectory(directory)).get(name)
  if (files === undefined) return undefined
  const { json, up, down } = files
  const sql = up ?? down
  if (json !== undefined && sql !== undefined) {
    throw new UsageError(
      'template-ambiguous',
      `two templates are named ${name}: ${json} and ${sql}`,
      {
        hint: 'Rename or delete one of them.',
      },
    )
  }
  if (json !== undefined) {
    const { parseTableTemplate } = await import('./parse-table-template.js')
    return parseTableTemplate(await readTemplateFile(json), name, json)
  }
  if (up === undefined) {
    throw new UsageError('template-invalid', `${down} has no ${name}.up.sql beside it`, {
      hint: 'Write the up file, or delete the down file.',
    })
  }
  return readSqlTemplate(name, up, down)
}

async function readSqlTemplate(
  name: string,
  file: string,
  downFile: string | undefined,
): Promise<SqlTemplate> {
  const up = await readTemplateFile(file)
  if (splitStatements(up).length === 0) {
    throw new UsageError('template-invalid', `${file} holds no statement`, {
      hint: 'Write the statements that a migration made from it should run.',
    })
  }
  const template: SqlTemplate = { kind: 'sql', name, file, up }
  if (downFile !== undefined) template.down = await readTemplateFile(downFile)
  return template
}

function refuseHostileName(name: string): void {
  const reason = hostility(name)
  if (reason === undefined) return
  throw new UsageError(
    'template-name',
    `${JSON.stringify(name)} cannot name a template: ${reason}`,
    {
      hint: 'A template is named after its file in the templates directory, without the ending.',
    },
  )
}

function hostility(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (/[/\\]/.test(name)) return 'it holds a slash'
  if (name.startsWith('.')) return 'it begins with a dot'
  if (/[\p{Cc}\p{Surrogate}]/u.test(name)) return 'it holds a control character'
  if (Buffer.byteLength(name) > 240) return 'it is longer than 240 bytes'
  return undefined
}
