import { readFile } from 'node:fs/promises'
import { UsageError } from '../errors/usage-error.js'
import { lineAndColumn } from '../sql/position.js'
import { findJsonProblem } from './json-problem.js'

/**
 * The value of a configuration in JSON.
 *
 * @throws UsageError `config-unreadable`, or `config-syntax` with the place and the line
 */
export async function readJsonConfig(file: string): Promise<unknown> {
  const text = await readText(file)
  const problem = findJsonProblem(text)
  if (problem === undefined) return JSON.parse(text)
  const { line, column } = lineAndColumn(text, problem.offset)
  const { withoutContents } = await import('./without-contents.js')
  const shown = withoutContents(text.split('\n')[line - 1] ?? '', column - 1)
  throw new UsageError(
    'config-syntax',
    `${file}:${line}:${column}: ${problem.message}\n${line} | ${shown}`,
    {
      hint: 'A configuration in JSON has neither comments nor trailing commas; .ts may have both.',
    },
  )
}

async function readText(file: string): Promise<string> {
  try {
    // Fatal, so that a file in another encoding is not taken for one with odd names; a BOM is dropped.
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8 text' : code
    throw new UsageError('config-unreadable', `${file} cannot be read: ${why}`, {
      hint: 'A configuration is a file in UTF-8 that this user can read.',
      cause: error,
    })
  }
}
