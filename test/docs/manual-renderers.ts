import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

/** A program that shows manual pages; each is in the Debian package of its name. */
export interface Renderer {
  program: 'groff' | 'mandoc'
  /** Arguments that make it say what is wrong with a page on standard input, and nothing else. */
  lint: readonly string[]
  /** Arguments that make it show a page on standard input, in long lines. */
  show: readonly string[]
}

/** That of Linux, and that of the BSDs and macOS. */
export const RENDERERS: readonly Renderer[] = [
  {
    program: 'groff',
    lint: ['-man', '-k', '-ww', '-Tutf8', '-z'],
    show: ['-man', '-k', '-Tutf8', '-P-c', '-rLL=1000n'],
  },
  { program: 'mandoc', lint: ['-Tlint', '-Wwarning'], show: ['-Tutf8', '-Owidth=1000'] },
]

/** Skips a test where the program is not installed; in CI, where nobody would notice, that fails. */
export function skipWithout({ skip }: Pick<TestContext, 'skip'>, { program }: Renderer): void {
  if (spawnSync(program, ['-h'], { input: '' }).error === undefined) return
  const why = `${program} is not installed (apt-get install ${program})`
  if (/^(true|1)$/i.test(process.env.CI ?? '')) throw new Error(why)
  skip(why)
}

/** What is wrong with a page, by line. */
export function lintPage({ program, lint }: Renderer, page: string): string[] {
  const { stdout, stderr } = spawnSync(program, lint, { input: page, encoding: 'utf8' })
  return `${stdout}${stderr}`.split('\n').filter(line => line !== '')
}

/** A page as it is seen, without what makes it bold. */
export function showPage({ program, show }: Renderer, page: string): string {
  const { stdout } = spawnSync(program, show, { input: page, encoding: 'utf8' })
  // What is bold is printed, stepped back over, and printed again.
  return stdout
    .split('\b')
    .map((part, index, parts) =>
      index === parts.length - 1 ? part : [...part].slice(0, -1).join(''),
    )
    .join('')
}
