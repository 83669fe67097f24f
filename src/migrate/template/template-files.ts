import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../errors/usage-error.js'

/** The files of one template; at least one of them is there. */
export interface TemplateFiles {
  json?: string
  up?: string
  down?: string
}

const ending = /^(?<name>[^.].*)\.(?:(?<json>json)|(?<direction>up|down)\.sql)$/s

/**
 * The template files of a directory by the template's name, in name order; none when there is no
 * such directory.
 *
 * @throws UsageError `template-unreadable`
 */
export async function readTemplateDirectory(
  directory: string,
): Promise<ReadonlyMap<string, TemplateFiles>> {
  const templates = new Map<string, TemplateFiles>()
  for (const entry of (await list(directory)).sort()) {
    const { name, json, direction } = ending.exec(entry)?.groups ?? {}
    if (name === undefined) continue
    const kind = json === undefined ? (direction as 'up' | 'down') : 'json'
    templates.set(name, { ...templates.get(name), [kind]: join(directory, entry) })
  }
  return templates
}

/**
 * The text of a template's file, exactly.
 *
 * @throws UsageError `template-unreadable`
 */
export async function readTemplateFile(file: string): Promise<string> {
  try {
    const bytes = await readFile(file)
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw unreadable(file, error)
  }
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unreadable(directory, error)
  }
}

function unreadable(path: string, error: unknown): UsageError {
  const { code } = error as NodeJS.ErrnoException
  const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8 text' : code
  return new UsageError('template-unreadable', `${path} cannot be read: ${reason}`, {
    hint: 'Templates are files NAME.json, or NAME.up.sql and NAME.down.sql, in UTF-8.',
    cause: error,
  })
}
