import { UsageError } from '../errors/usage-error.js'

/**
 * The number of a run, as the command line has it.
 *
 * @throws UsageError `unknown-run`
 */
export function runNumber(text: string | undefined): number {
  if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text)
  const message = text === undefined ? 'no run was named' : `"${text}" is not the number of a run`
  throw new UsageError('unknown-run', message, { hint: '`dbfleet runs` shows the numbers.' })
}
