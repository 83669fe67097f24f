import * as v from 'valibot'
import { UsageError } from '../../errors/usage-error.js'
import { checkTable } from './check-table.js'
import { JsonSyntaxError, parseJsonDocument } from './json-document.js'
import { tableSchema } from './table-schema.js'
import type { TableTemplate } from './template.js'
import { type TemplateProblem, templateError } from './template-problem.js'
import { findUnknownKeys } from './unknown-keys.js'

/**
 * Reads the text of a template's JSON file.
 *
 * @param file its path, for errors
 * @throws UsageError `template-invalid` with every problem, one a line
 */
export function parseTableTemplate(text: string, name: string, file: string): TableTemplate {
  const { value, locate } = readJson(text, file)
  const unknown = findUnknownKeys(tableSchema, value)
  const result = v.safeParse(tableSchema, value)
  const problems = [...unknown, ...(result.issues ?? []).map(toProblem)]
  if (!result.success) throw templateError({ file, locate }, problems)
  problems.push(...checkTable(result.output))
  if (problems.length > 0) throw templateError({ file, locate }, problems)
  return { kind: 'table', name, file, locate, ...result.output }
}

function readJson(text: string, file: string) {
  try {
    return parseJsonDocument(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    const { line, column } = error.position
    throw new UsageError('template-invalid', `${file}:${line}:${column}: ${error.message}`, {
      hint: 'The file must be JSON, without comments.',
      cause: error,
    })
  }
}

function toProblem({ path, message }: v.BaseIssue<unknown>): TemplateProblem {
  return { at: (path ?? []).map(({ key }) => key as string | number), message }
}
