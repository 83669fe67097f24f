import type { SqlStatement } from '../sql/split-statements.js'

/** One statement of a dump. Its text has a character for each byte (`latin1`). */
export type DumpStatement = Pick<SqlStatement, 'sql' | 'line' | 'words'>
