import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'
import { globSource, parseGlob } from './glob.js'
import type { Member } from './member.js'

const LISTS = {
  fleet: '`dbfleet list` shows the fleet.',
  set: 'Its manifest.json lists what is in it.',
  run: 'These are the databases that the run changed.',
  selection: 'It takes databases that are selected.',
}

export interface NamedByOptions {
  members: readonly Pick<Member, 'name'>[]
  /** What they are members of, for messages. */
  whole: keyof typeof LISTS
  /** Where the texts stand; without it, one that matches nothing is none of anybody's business. */
  flag?: string
}

/**
 * The names that some texts mean. A text is first looked up as a name, and taken for a glob (see
 * `parseGlob`) only when no member has it.
 *
 * @throws UsageError `unknown-database` or `bad-pattern`
 */
export function namedBy(
  texts: readonly string[],
  { members, whole, flag }: NamedByOptions,
): Set<string> {
  const found = new Set<string>()
  if (texts.length === 0) return found
  const names = members.map(({ name }) => name)
  const known = new Set(names)
  for (const text of texts) {
    if (known.has(text)) {
      found.add(text)
      continue
    }
    const glob = new RegExp(`^${globSource(parseGlob(text, '[^]'))}$`, 'u')
    const matching = names.filter(name => glob.test(name))
    if (matching.length === 0 && flag !== undefined) {
      const near = nearest(text, names)
      throw new UsageError(
        'unknown-database',
        `${flag} "${text}" matches no database of the ${whole}`,
        { hint: near === undefined ? LISTS[whole] : `Did you mean "${near}"? ${LISTS[whole]}` },
      )
    }
    for (const name of matching) found.add(name)
  }
  return found
}
