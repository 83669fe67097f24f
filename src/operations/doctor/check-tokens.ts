import { describeSecret } from '../../config/secret.js'
import { readTokenFacts, type TokenFacts } from '../../database/remote/token-facts.js'
import type { DoctorFinding } from '../../report/doctor-report.js'
import type { Findings } from './findings.js'
import { idOf, type NamedSecret } from './secrets-of.js'

const SOON_MS = 7 * 24 * 3_600_000

interface Token {
  named: NamedSecret
  value: string
  /** Names of the databases that it opens. */
  databases: readonly string[]
}

/**
 * What is said of tokens before a server refuses them.
 *
 * @returns the ids of those that have expired
 */
export function checkTokens(tokens: readonly Token[], findings: Findings): Set<string> {
  const expired = new Set<string>()
  for (const { named, value, databases } of tokens) {
    const { secret } = named
    const facts = readTokenFacts(value)
    const from = describeSecret(secret)
    const add = (problem: Problem, subject: string) =>
      findings.add(PROBLEMS[problem], { subject, databases })
    if (facts === undefined) {
      add('invalid', from)
      continue
    }
    const { expiresAt, expiredAt } = facts
    if (expiredAt !== undefined) {
      expired.add(idOf(secret))
      add('expired', `${from}, on ${dayOf(expiredAt)}`)
    } else if (expiresAt === undefined) add('eternal', from)
    // A command makes a new one for each run.
    else if (!('command' in secret) && expiresAt.getTime() - Date.now() < SOON_MS) {
      add('expiresSoon', `${from}, on ${dayOf(expiresAt)}`)
    }
    const scope = databases.length === 0 ? undefined : scopeProblem(facts)
    if (scope !== undefined) add(scope, from)
  }
  return expired
}

function scopeProblem({ writes, databases }: TokenFacts): Problem | undefined {
  if (writes?.length === 0) return 'readOnly'
  return writes === undefined && databases === undefined ? 'fullAccess' : undefined
}

/** UTC, to the minute. */
function dayOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const PROBLEMS = {
  invalid: {
    code: 'token-invalid',
    severity: 'warning',
    message: 'token that is not a JWT',
    hint: 'See that the whole token is there, and nothing else; `dbfleet token create` makes one.',
  },
  expired: {
    code: 'token-expired',
    severity: 'error',
    message: 'token that has expired',
    hint: 'Make a new one with `dbfleet token create`, or in the dashboard of the server.',
  },
  expiresSoon: {
    code: 'token-expires-soon',
    severity: 'warning',
    message: 'token that expires within 7 days',
    hint: 'Make a new one in time, or name a command that makes one for each run.',
  },
  eternal: {
    code: 'token-eternal',
    severity: 'note',
    message: 'token that never expires',
    hint: 'Who gets hold of it keeps access for ever; `dbfleet token create --expires 30d` makes one that ends.',
  },
  fullAccess: {
    code: 'token-full-access',
    severity: 'note',
    message: 'token that writes every database of its server',
    hint: '`dbfleet token create --database <name>` makes one that opens only what it names.',
  },
  readOnly: {
    code: 'token-read-only',
    severity: 'note',
    message: 'token that may only read, with which `up` will fail',
    hint: 'Name one that may write where databases are to be migrated.',
  },
} as const satisfies Record<string, Omit<DoctorFinding, 'databases'>>

type Problem = keyof typeof PROBLEMS
