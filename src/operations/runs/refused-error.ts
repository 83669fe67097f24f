import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import type { DatabaseResult } from '../../report/fleet-report.js'
import type { SurveyResult } from '../members/survey-job.js'
import { MENDS, type Refusal, surveyRefusals } from './refusal.js'
import { someDatabases } from './some-databases.js'

/** `up` will not touch any database, because of what some of them hold. */
export class RefusedError extends UsageError {
  /** One row a member: `failed` for those that are the reason, `not-run` for the others. */
  readonly databases: DatabaseResult[]

  constructor(code: string, message: string, hint: string, databases: DatabaseResult[]) {
    super(code, message, { hint })
    this.databases = databases
  }
}

/** @throws RefusedError when any position forbids `up`; it names the databases. */
export function refuseUnsound(
  members: readonly Member[],
  positions: readonly (SurveyResult | undefined)[],
  options: { allowOutOfOrder: boolean },
): void {
  const byMessage = new Map<string, { refusal: Refusal; names: string[] }>()
  const found = new Map<SurveyResult, Refusal[]>()
  const databases = members.map(({ name }, index): DatabaseResult => {
    const position = positions[index]
    if (position === undefined) return { name, status: 'not-run' }
    if ('error' in position) return { name, status: 'failed', error: position.error }
    const reasons = found.get(position) ?? surveyRefusals(position, options)
    found.set(position, reasons)
    for (const refusal of reasons) {
      const group = byMessage.get(refusal.message) ?? { refusal, names: [] }
      group.names.push(name)
      byMessage.set(refusal.message, group)
    }
    const [first] = reasons
    return first === undefined
      ? { name, status: 'not-run' }
      : { name, status: 'failed', error: { ...first, hint: hintFor(first) } }
  })
  const groups = [...byMessage.values()]
  const [first] = groups
  if (first === undefined) return
  const lines = groups.map(({ refusal, names }) => `${refusal.message}, in ${someDatabases(names)}`)
  throw new RefusedError(first.refusal.code, lines.join('\n'), hintFor(first.refusal), databases)
}

function hintFor({ code }: Refusal): string {
  return `Nothing was touched. ${MENDS[code]}`
}
