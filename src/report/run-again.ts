import type { RunRow } from './run-rows.js'

/** Whose runs can be gone on with, and taken back. */
export const MIGRATING_VERBS: readonly string[] = ['up', 'down', 'redo', 'undo']

/** Whose runs work on databases while nobody else may; those of the others are only written down. */
export const CHANGING_VERBS: readonly string[] = [
  ...MIGRATING_VERBS,
  'create',
  'destroy',
  'adopt',
  'restore',
]

/** What to run to have done what a run left, where `resume` does not go on with it. */
export function againAfter({ verb, from }: Pick<RunRow, 'verb' | 'from'>): string | undefined {
  if (MIGRATING_VERBS.includes(verb)) return undefined
  switch (verb) {
    case 'create':
    case 'destroy':
      return `Run \`dbfleet ${verb}\` with the names that are left.`
    case 'restore':
      return `Run \`dbfleet restore ${from ?? '<set>'}\` again: what holds the same already is passed over.`
    case 'adopt':
      return 'Run `dbfleet adopt` again: what has a ledger already is passed over.'
    case 'backup':
      return 'Run `dbfleet backup` again; a set without a manifest is none, and `dbfleet prune` removes it.'
    case 'prune':
      return 'Run `dbfleet prune` again: it finds what is left.'
    case 'sync':
      return 'Run `dbfleet sync` again: what is up to date is passed over.'
    default:
      return `Run \`dbfleet ${verb}\` again.`
  }
}

/** What takes back what a run did, where `undo` does not. */
export function backFrom({ verb, backup }: Pick<RunRow, 'verb' | 'backup'>): string | undefined {
  if (MIGRATING_VERBS.includes(verb)) return undefined
  switch (verb) {
    case 'create':
      return '`dbfleet destroy` removes databases.'
    case 'destroy':
      return '`dbfleet restore <set> --db <name>` brings a database back, if a backup set has it.'
    case 'restore':
      return 'What it replaced is kept, in `.kept` beside the databases or in a backup set; `dbfleet destroy` removes what it made.'
    case 'adopt':
      return 'It wrote ledgers only: `DROP TABLE dbfleet_migrations` in a database takes that back.'
    case 'backup':
      return backup === undefined
        ? 'It changed no database; `dbfleet prune` removes sets.'
        : `It changed no database; \`dbfleet prune\` removes sets, such as ${backup}.`
    case 'prune':
      return 'What was removed of backup sets is gone.'
    case 'sync':
      return 'A replica is a copy of its primary; `dbfleet restore` brings back an older content.'
    default:
      return 'It migrated nothing.'
  }
}
