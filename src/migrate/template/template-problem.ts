import { UsageError } from '../../errors/usage-error.js'
import type { Position } from '../../sql/position.js'
import { formatJsonPlace, type JsonDocument, type JsonSteps } from './json-document.js'

/** Something that a template's author has to mend. */
export interface TemplateProblem {
  /** Where in the JSON document. */
  at: JsonSteps
  message: string
  /** What to do, as a sentence. */
  hint?: string
}

/**
 * One error for all problems, one a line in the order of the file: file, line, column, place,
 * message.
 */
export function templateError(
  { file, locate }: { file: string; locate: JsonDocument['locate'] },
  problems: readonly TemplateProblem[],
): UsageError {
  const located = problems
    .map(problem => ({ problem, position: locate(problem.at) }))
    .sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
  const [only] = located.length === 1 ? located : []
  if (only !== undefined) {
    return new UsageError('template-invalid', format(file, only), {
      hint: only.problem.hint ?? 'docs/templates.md describes every key.',
    })
  }
  const lines = located.map(each => {
    const hint = each.problem.hint === undefined ? '' : `. ${each.problem.hint}`
    return `\n  ${format(file, each)}${hint}`
  })
  return new UsageError(
    'template-invalid',
    `${file} has ${lines.length} problems:${lines.join('')}`,
    {
      hint: 'docs/templates.md describes every key.',
    },
  )
}

interface Located {
  problem: TemplateProblem
  position: Position
}

function format(file: string, { problem, position }: Located): string {
  const place = formatJsonPlace(problem.at)
  const subject = place === '' ? 'the template' : place
  return `${file}:${position.line}:${position.column}: ${subject}: ${problem.message}`
}
