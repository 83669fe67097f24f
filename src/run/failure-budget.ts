import { UsageError } from '../errors/usage-error.js'

/** How many databases may fail before a run stops by itself. */
export interface FailureBudget {
  /** True when so many failures are more than the budget allows. */
  exceededBy(failed: number): boolean
}

/**
 * Reads `--max-failures`: a count (`3`) or a share of the run (`0.5%`); that many may fail, one more
 * stops the run.
 *
 * @param total databases in the run
 * @throws UsageError `bad-budget` for anything else
 */
export function parseFailureBudget(text: string, total: number): FailureBudget {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim())
  const number = Number(match?.[1])
  const percent = match?.[2] === '%'
  if (match === null || (percent ? number > 100 : !Number.isInteger(number))) {
    throw new UsageError(
      'bad-budget',
      `--max-failures takes a count or a percentage, not "${text}"`,
      {
        hint: 'Write for instance --max-failures 3 or --max-failures 0.5%.',
      },
    )
  }
  const allowed = percent ? Math.floor((total * number) / 100) : number
  return { exceededBy: failed => failed > allowed }
}
