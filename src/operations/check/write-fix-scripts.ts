import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectories } from '../../database/make-directories.js'
import { UsageError } from '../../errors/usage-error.js'
import { fingerprint } from '../../schema/fingerprint.js'
import { type MendStep, mendSchema } from '../../schema/mend-schema.js'
import type { Schema } from '../../schema/schema.js'

/** Databases that drifted in the same way. */
export interface Drifted {
  names: string[]
  position: string | null
  actual: Schema
  expected: Schema
}

const MOST_NAMES = 20

/**
 * Writes a script for each way in which databases drifted: the statements that mend it, and in a
 * second file those that take it back. Nothing is run.
 *
 * @returns the paths, absolute
 * @throws UsageError `exists` when a file is there already; what was written before it stays
 */
export async function writeFixScripts(
  directory: string,
  drifted: readonly Drifted[],
): Promise<string[]> {
  await makeDirectories(directory)
  const groups = new Map<string, Drifted>()
  for (const group of drifted) {
    const key = `${fingerprint(group.actual)} ${fingerprint(group.expected)}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { ...group, names: [...group.names] })
    else for (const name of group.names) known.names.push(name)
  }
  const scripts: string[] = []
  for (const { names, position, actual, expected } of groups.values()) {
    const name = `${position?.split('_', 1)[0] ?? '0'}_mend_${fingerprint(actual).slice(0, 8)}`
    const head = [
      `-- Mends what drifted in ${named(names)}.`,
      `-- Their ledger is at ${position ?? 'no migration'}. Review it; nobody has run it.`,
    ]
    const halves = [
      [`${name}.up.sql`, [...head, ...lines(mendSchema(actual, expected))]],
      [`${name}.down.sql`, ['-- Makes the drift again.', ...lines(mendSchema(expected, actual))]],
    ] as const
    for (const [file, text] of halves) {
      const path = join(directory, file)
      await write(path, `${text.join('\n')}\n`)
      scripts.push(path)
    }
  }
  return scripts
}

function lines(steps: readonly MendStep[]): string[] {
  return steps.flatMap(({ sql, loses, note }) => [
    '',
    ...(loses === undefined ? [] : [`-- This loses ${oneLine(loses)}.`]),
    ...(note === undefined ? [] : [`-- ${oneLine(note)}`]),
    `${sql};`,
  ])
}

function named(names: readonly string[]): string {
  const hidden = names.length - MOST_NAMES
  const shown = names.slice(0, MOST_NAMES).map(oneLine).join(', ')
  return hidden > 0 ? `${shown} and ${hidden} more` : shown
}

/** A name with a line break would end the comment that it stands in. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw error
    throw new UsageError('exists', `${path} is there already`, {
      hint: 'Move it away, or name another directory with --fix-script.',
    })
  }
}
