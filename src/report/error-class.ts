/** What kind of thing went wrong; it decides whether trying again by itself makes sense. */
export type ErrorClass =
  | 'busy'
  | 'unreachable'
  | 'auth'
  | 'constraint'
  | 'syntax'
  | 'disk'
  | 'corrupt'
  | 'bug'
  | 'other'

const CODES: Readonly<Record<Exclude<ErrorClass, 'other'>, readonly string[]>> = {
  busy: ['busy', 'changed-meanwhile', 'leased', 'in-use', 'store-busy'],
  unreachable: [
    'unreachable',
    'timeout',
    'connection-lost',
    'server-error',
    'sync-failed',
    'store-unreachable',
  ],
  auth: [
    'auth',
    'permission',
    'store-credentials',
    'store-denied',
    'secret-missing',
    'secret-failed',
  ],
  constraint: ['constraint', 'foreign-key'],
  syntax: ['syntax', 'sql', 'migration-failed', 'unsupported-sql', 'transaction-ended'],
  disk: ['disk-full', 'io', 'readonly', 'out-unwritable'],
  corrupt: ['corrupt', 'not-a-database', 'ledger-invalid', 'not-proven'],
  bug: ['bug', 'engine-crashed'],
}
const CLASSES = new Map(
  Object.entries(CODES).flatMap(([kind, codes]) =>
    codes.map((code): [string, ErrorClass] => [code, kind as ErrorClass]),
  ),
)

/** The class of an error's code. */
export function errorClassOf(code: string): ErrorClass {
  return CLASSES.get(code) ?? 'other'
}
