import { hash } from 'node:crypto'
import { basename, relative as relativePath, resolve, sep } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import type { FilePattern } from './file-pattern.js'
import type { NameOfFile } from './name-of-file.js'
import { checkNewName } from './new-name.js'
import { type Piece, parsePlaceholders } from './placeholders.js'
import { databaseOfSidecar } from './sidecar.js'

/** The path below the pattern's base of a new database's file. Throws UsageError. */
export type LocateFile = (name: string) => string

/**
 * Says where the file of a new database goes; undefined when the pattern leaves that open, because
 * it has not exactly one wildcard and there is no template.
 *
 * @param create a path in which `{name}` is the database's name and `{hash:n}` are the first n
 * hexadecimal digits of the name's SHA-256
 * @throws UsageError `bad-pattern` for a template that makes no sense
 */
export function fileLocator(
  pattern: FilePattern,
  names: NameOfFile,
  { create, root }: { create?: string | undefined; root: string },
): LocateFile | undefined {
  const template = create === undefined ? undefined : parseCreate(create)
  if (template === undefined && pattern.wildcards > 1) return undefined
  return name => {
    checkNewName(name)
    const relative =
      template === undefined
        ? fillPattern(pattern, names, name)
        : relativePath(pattern.base, resolve(root, fillTemplate(template, name)))
            .split(sep)
            .join('/')
    const back = names.of(relative)
    if (back !== name) throw doesNotComeBack(pattern, name, { relative, back, create })
    const database = databaseOfSidecar(basename(relative))
    if (database !== undefined) {
      throw new UsageError('bad-name', `"${name}" would be taken for a part of "${database}"`, {
        hint: 'SQLite and libSQL keep files that end so beside a database; choose another name.',
      })
    }
    return relative
  }
}

function parseCreate(create: string): Piece[] {
  const pieces = parsePlaceholders(create, 'create')
  for (const piece of pieces) {
    if ('text' in piece || piece.placeholder === 'name') continue
    const digits = Number(/^hash:(\d{1,2})$/.exec(piece.placeholder)?.[1])
    if (digits >= 1 && digits <= 64) continue
    throw new UsageError(
      'bad-pattern',
      `create "${create}" has an unknown {${piece.placeholder}}`,
      {
        hint: 'It may have {name}, and {hash:1} to {hash:64}.',
      },
    )
  }
  if (pieces.some(piece => 'placeholder' in piece && piece.placeholder === 'name')) return pieces
  throw new UsageError('bad-pattern', `create "${create}" does not have {name}`, {
    hint: 'Every database needs a path of its own, such as "users/{hash:2}/{name}/store.sqlite".',
  })
}

function fillTemplate(template: readonly Piece[], name: string): string {
  return template
    .map(piece => {
      if ('text' in piece) return piece.text
      if (piece.placeholder === 'name') return name
      return hash('sha256', name).slice(0, Number(piece.placeholder.slice('hash:'.length)))
    })
    .join('')
}

function fillPattern(pattern: FilePattern, names: NameOfFile, name: string): string {
  if (pattern.wildcards === 0) return pattern.fill('')
  const value = names.wildcardFor(name)
  if (value !== undefined) return pattern.fill(value)
  throw new UsageError('bad-name', `no file of "${pattern.text}" has the name "${name}"`, {
    hint: 'See `name` of this source in the configuration: it says which names there are.',
  })
}

function doesNotComeBack(
  { text }: FilePattern,
  name: string,
  {
    relative,
    back,
    create,
  }: { relative: string; back: string | undefined; create: string | undefined },
): UsageError {
  const why =
    back === undefined
      ? `which "${text}" does not match`
      : `which has the name "${back}" by "${text}"`
  return new UsageError('cannot-create', `"${name}" would be put into "${relative}", ${why}`, {
    hint:
      create === undefined
        ? 'Choose a name that the pattern can give.'
        : `Make \`create\` agree with \`files\` and \`name\`: "${create}" has to lead to a file that they give the same name.`,
  })
}
