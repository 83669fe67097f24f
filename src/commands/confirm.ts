import { createInterface } from 'node:readline/promises'
import { UsageError } from '../errors/usage-error.js'

/**
 * Asks on the terminal, and takes nothing for an answer but `yes`.
 *
 * @param act what waits for it, such as `destroy asks before it removes alice`
 * @param hint what to do where nobody can be asked
 * @throws UsageError `confirmation-needed` when nobody can be asked
 */
export async function confirm(
  question: string,
  act: string,
  hint = 'Nothing was removed. Say --yes to remove without being asked.',
): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('confirmation-needed', `${act}, and there is no terminal to ask on`, {
      hint,
    })
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(`${question} Type yes: `)
    return answer.trim().toLowerCase() === 'yes'
  } finally {
    terminal.close()
  }
}
