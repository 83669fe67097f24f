import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'

/** What a migration's first comment lines ask for. */
export interface MigrationHeader {
  transaction: boolean
  foreignKeys: 'off' | 'on'
}

const DIRECTIVES = ['transaction', 'foreign_keys']

/**
 * Reads `-- dbfleet: key=value` from the comment lines before the first statement. Geni's
 * `-- transaction: no` and dbmate's `transaction:false` mean the same as `transaction=false`.
 *
 * @param file for the error message
 * @throws UsageError `migration-header` for an unknown directive or value
 */
export function parseHeader(text: string, file: string): MigrationHeader {
  const header: MigrationHeader = { transaction: true, foreignKeys: 'off' }
  for (const [index, line] of commentLines(text).entries()) {
    if (/^transaction:\s*(no|false)\b/i.test(line)) header.transaction = false
    if (/^migrate:up\b.*\btransaction:\s*false\b/i.test(line)) header.transaction = false
    const directive = /^dbfleet:\s*(.*)$/i.exec(line)?.[1]
    if (directive === undefined) continue
    for (const word of directive.split(/[\s,]+/).filter(Boolean)) {
      applyDirective(header, word, `${file}:${index + 1}`)
    }
  }
  return header
}

function applyDirective(header: MigrationHeader, word: string, where: string): void {
  const [key = '', value = ''] = word.split('=', 2)
  // What `check` is to let pass; it may stand anywhere in the file.
  if (key === 'allow' && value !== '') return
  const yes = /^(true|on|yes)$/i.test(value)
  if (!yes && !/^(false|off|no)$/i.test(value) && DIRECTIVES.includes(key)) {
    throw new UsageError(
      'migration-header',
      `${where}: ${key} takes true or false, not "${value}"`,
      {
        hint: `Nothing was touched. Write \`${key}=true\` or \`${key}=false\`.`,
      },
    )
  }
  if (key === 'transaction') header.transaction = yes
  else if (key === 'foreign_keys') header.foreignKeys = yes ? 'on' : 'off'
  else {
    const near = nearest(key, DIRECTIVES)
    const known = near ? `Did you mean \`${near}\`?` : `Known are ${DIRECTIVES.join(' and ')}.`
    throw new UsageError('migration-header', `${where}: unknown directive "${key}"`, {
      hint: `Nothing was touched. ${known}`,
    })
  }
}

function commentLines(text: string): string[] {
  const lines: string[] = []
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n?|\n/)) {
    const trimmed = line.trim()
    if (trimmed !== '' && !trimmed.startsWith('--') && !trimmed.startsWith('//')) break
    lines.push(trimmed.replace(/^(--|\/\/)\s*/, ''))
  }
  return lines
}
