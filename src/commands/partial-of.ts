import { UsageError } from '../errors/usage-error.js'
import type { PartialResult } from '../output/reporter.js'
import { type DatabaseResult, summarize } from '../report/fleet-report.js'

/** A refusal says which databases are the reason. */
export function partialOf(error: unknown): PartialResult | undefined {
  if (!(error instanceof UsageError) || !('databases' in error)) return undefined
  const databases = error.databases as DatabaseResult[]
  return { databases, summary: summarize(databases) }
}
