import { readFile } from 'node:fs/promises'
import { UsageError } from '../errors/usage-error.js'
import { lineAndColumn } from '../sql/position.js'
import { normalizeText } from './checksum.js'

/**
 * The text of a migration's file, without a byte order mark and with LF line endings. What would
 * reach the database as something else is refused: bytes that are not UTF-8, which would be
 * replaced, and in SQL a NUL, where engines stop reading.
 *
 * @throws UsageError `migration-invalid`
 */
export async function readMigrationText(file: string): Promise<string> {
  const bytes = await bytesOf(file)
  const text = normalizeText(decoded(bytes, file))
  const nul = file.endsWith('.sql') ? text.indexOf('\0') : -1
  if (nul === -1) return text
  const { line } = lineAndColumn(text, nul)
  throw invalid(`${file}:${line}: a NUL character, where SQLite would stop reading`, {
    hint: 'Remove it, or write char(0) where a value needs one.',
  })
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})`
    throw invalid(`${file} ${why}`, {
      hint: 'A migration is a file that this user can read.',
      cause,
    })
  }
}

function decoded(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw invalid(`${file} is not UTF-8 text`, { hint: 'Save it in UTF-8.', cause })
  }
}

function invalid(message: string, { hint, cause }: { hint: string; cause?: unknown }): UsageError {
  return new UsageError('migration-invalid', message, {
    hint: `Nothing was touched. ${hint}`,
    cause,
  })
}
