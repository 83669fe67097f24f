import type { KnownMigration, RecordedEntry } from './foreign-tool.js'
import { padVersion, versionOf } from './version-number.js'

const NUMBERED = /^(\d{1,14})[_-](.+)$/
const ENDING = /(?:\.up)?\.(?:sql|[cm]?[jt]s)$/i

/**
 * Names of dbfleet for those of another tool, in its order: those that begin with ascending numbers
 * keep them, with zeros in front; where not all do, all are counted.
 *
 * @param keys without the ending of the file
 */
export function namesByKey(keys: readonly string[]): string[] {
  const numbered = keys.map(key => NUMBERED.exec(key))
  const numbers = numbered.map(match => padVersion(match?.[1] ?? ''))
  const ascend = numbers.every(
    (number, index) => index === 0 || number > (numbers[index - 1] ?? ''),
  )
  if (numbered.every(match => match !== null) && ascend) {
    return numbered.map((match, index) => `${numbers[index]}_${match[2]}`)
  }
  return keys.map((key, index) => `${padVersion(String(index + 1))}_${slug(key) || 'migration'}`)
}

/** Finds a migration by a name of another tool, by the rules of `namesByKey`. */
export function findByName(
  { key }: RecordedEntry,
  migrations: readonly KnownMigration[],
): string | undefined {
  const bare = withoutEnding(key)
  const wanted = slug(bare)
  const [, number, rest = ''] = NUMBERED.exec(bare) ?? []
  const label = (name: string) => slug(name.replace(/^\d+_/, ''))
  const isSame = [
    (name: string) => slug(name) === wanted,
    (name: string) => versionOf(name) === versionOf(number ?? '') && label(name) === slug(rest),
    (name: string) => label(name) === wanted,
  ]
  for (const fits of isSame) {
    const [only, ...others] = migrations.filter(({ name }) => fits(name))
    // Which of several it means is nothing to be guessed.
    if (only !== undefined) return others.length === 0 ? only.name : undefined
  }
  return undefined
}

/** The name of a file without `.up.sql`, `.js` and their like. */
export function withoutEnding(file: string): string {
  return file.replace(ENDING, '')
}

/** Letters and digits, with one `_` for whatever is between them. */
function slug(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_|_$/g, '')
}
