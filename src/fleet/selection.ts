import { UsageError } from '../errors/usage-error.js'
import type { Member } from './member.js'
import { namedBy } from './named-by.js'
import { inShard, parseShard } from './shard.js'

/** Which databases a verb acts on, as the selectors of the command line say it. */
export interface Selection {
  /** `--all`: the whole fleet. */
  all?: boolean
  /** `--db`: names or globs. */
  db?: string[]
  /** `--except`: names or globs that are left out. */
  except?: string[]
  /** `--shard`: `i/n`, the i-th of n parts. */
  shard?: string
}

type Whole = 'fleet' | 'set' | 'run'

interface SelectionRules {
  changing: boolean
  /** What they are members of, for messages. */
  whole?: Whole
}

/**
 * The members that a selection names, in the order given. A text is first looked up as a name, and
 * taken for a glob (see `parseGlob`) only when no database has it. A name is no path: `*` also
 * stands for `/`, so `acme/*` and `tenant-*` find what begins so, and `*` is everything.
 *
 * Reading verbs take the whole fleet unless told otherwise. Changing verbs want to be told, by any
 * of the four selectors (`--except` and `--shard` say which, too), unless there is but one
 * database. What is left may be nothing: a shard may be empty.
 *
 * @throws UsageError `unknown-database`, `selector-needed`, `conflicting-selectors`, `bad-shard` or
 * `bad-pattern`
 */
export function selectMembers<Named extends Pick<Member, 'name'>>(
  members: readonly Named[],
  { all = false, db = [], except = [], shard }: Selection,
  { changing, whole = 'fleet' }: SelectionRules,
): Named[] {
  if (all && db.length > 0) {
    throw new UsageError('conflicting-selectors', '--all and --db contradict each other', {
      hint: 'Leave out --all, or leave out --db.',
    })
  }
  const isSelective = all || db.length > 0 || except.length > 0 || shard !== undefined
  if (changing && !isSelective && members.length > 1) throw selectorNeeded(members.length, whole)

  const wanted = db.length === 0 ? undefined : namedBy(db, { members, whole, flag: '--db' })
  const unwanted = namedBy(except, { members, whole, flag: '--except' })
  const part = shard === undefined ? undefined : parseShard(shard)
  return members.filter(
    ({ name }) =>
      (wanted === undefined || wanted.has(name)) &&
      !unwanted.has(name) &&
      (part === undefined || inShard(name, part)),
  )
}

function selectorNeeded(count: number, whole: Whole): UsageError {
  return new UsageError(
    'selector-needed',
    `the ${whole} has ${count.toLocaleString('en')} databases; say which of them`,
    { hint: 'Add --all, --db <name or glob>, --except <name or glob> or --shard <i/n>.' },
  )
}
